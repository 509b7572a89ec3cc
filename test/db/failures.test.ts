import { test } from 'tap';
import {
  CommitUnknown,
  DatabaseBusy,
  failureOf,
  faults,
  JobRefused,
  StartError,
} from '../../src/db/failures.ts';

const withCode = (code: unknown) => Object.assign(new Error('of a driver'), { code });

test('a failure of the database is told by its code, however deep it lies', (t) => {
  const kinds = {
    full: ['SQLITE_FULL', 'ENOSPC', 'EDQUOT', '53100'],
    busy: ['SQLITE_BUSY', 'SQLITE_BUSY_SNAPSHOT', '40001', '40P01', '55P03', '57014', '53300'],
    unknown: [
      'SQLITE_IOERR_FSYNC',
      'SQLITE_CORRUPT',
      'SQLITE_READONLY',
      '08006',
      '57P01',
      'ECONNREFUSED',
      'EPIPE',
    ],
  };
  for (const [kind, codes] of Object.entries(kinds)) {
    for (const code of codes) {
      t.equal(failureOf(withCode(code)), kind, code);
      t.equal(
        failureOf(new Error('around', { cause: new Error('it', { cause: withCode(code) }) })),
        kind,
        code,
      );
    }
  }
  t.end();
});

test('a connection that broke is told by the words of pg, which have no code', (t) => {
  t.equal(failureOf(new Error('Connection terminated unexpectedly')), 'unknown');
  t.equal(failureOf(new Error('timeout exceeded when trying to connect')), 'busy');
  t.end();
});

test('a lost commit is unknown, unless it was lost for want of room', (t) => {
  t.equal(failureOf(new CommitUnknown(withCode('SQLITE_CONSTRAINT'))), 'unknown');
  t.equal(failureOf(new CommitUnknown(withCode('SQLITE_BUSY'))), 'unknown');
  t.equal(failureOf(new CommitUnknown(withCode('SQLITE_FULL'))), 'full');
  t.equal(failureOf(new DatabaseBusy(withCode('SQLITE_BUSY'))), 'busy');
  t.end();
});

test('what is not a failure of the database is none', (t) => {
  for (const error of [
    new Error('x'),
    withCode('23505'),
    withCode(7),
    new JobRefused('x'),
    'text',
    undefined,
  ]) {
    t.equal(failureOf(error), undefined);
  }
  t.end();
});

test('an error says its class, and keeps its causes in order', (t) => {
  const cause = Object.assign(new Error('inner'), { constraint: 'authors_slug_key' });
  t.strictSame(
    [...faults(new CommitUnknown(cause))].map(({ error, constraint }) => [error.message, constraint]),
    [
      ['the commit failed, or its answer was lost', ''],
      ['inner', 'authors_slug_key'],
    ],
  );
  t.equal(String(new StartError('no')), 'StartError: no');
  t.end();
});
