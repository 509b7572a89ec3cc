// Copies of a SQLite file: whole and of one instant whatever is written meanwhile, or not there at all; and the way back.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { sql } from 'drizzle-orm';
import { type Test, test } from 'tap';
import { StartError } from '../../src/db/failures.ts';
import type { Migration } from '../../src/db/migrate.ts';
import { openSqlite } from '../../src/db/sqlite.ts';
import { backUpSqlite, copySqlite, restoreSqlite } from '../../src/db/sqlite-copy.ts';
import { testDirectory } from '../database.ts';

const first: Migration = { number: 1, name: 'notes', sql: 'create table notes (text text) strict;' };
const second: Migration = { number: 2, name: 'more', sql: 'create table more (text text) strict;' };
const clock = () => 1000;
const open = (file: string, migrations = [first]) => openSqlite({ file, clock, migrations });

/** A database with these notes, closed. */
const made = async (file: string, ...notes: string[]): Promise<string> => {
  const database = await open(file);
  for (const note of notes) await database.write((db) => db.rows(sql`insert into notes values (${note})`));
  await database.close();
  return file;
};

/** The notes in a file, read without leaving anything beside it. */
const notesOf = (file: string): unknown[] => {
  const connection = new BetterSqlite3(file, { fileMustExist: true });
  const notes = connection.prepare('select text from notes').pluck().all();
  connection.close();
  return notes;
};

const ours = (t: Test, ...notes: string[]) => made(join(testDirectory(t), 'masthead.db'), ...notes);

/** Every file of a directory with a hash of its bytes. */
const content = (directory: string) =>
  Object.fromEntries(
    readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => [
        name,
        createHash('sha256')
          .update(readFileSync(join(directory, name)))
          .digest('hex'),
      ]),
  );

/** It is refused with one line, and every file lies as it lay. */
const refuses = async (t: Test, directory: string, attempt: () => Promise<unknown>, what: RegExp) => {
  const before = content(directory);
  const error = await attempt().then(
    () => t.fail('it was done'),
    (error: unknown) => error,
  );
  t.type(error, StartError);
  if (error instanceof StartError) {
    t.match(error.message, what);
    t.notMatch(error.message, '\n');
  }
  t.strictSame(content(directory), before);
};

test('a backup of a database in use is one whole file, for its owner alone, with all that was committed', async (t) => {
  const file = await ours(t);
  const database = await open(file);
  t.teardown(() => database.close());
  await database.write((db) => db.rows(sql`insert into notes values ('in the journal')`));
  const to = join(testDirectory(t), 'backup.db');
  const copied = backUpSqlite(file, to, [first]);
  // What is written while it is copied is in the database, and in the copy or not, but never in part.
  const writes = Array.from({ length: 50 }, (_, n) =>
    database.write(async (db) => {
      await db.rows(sql`insert into notes values (${`a${n}`}), (${`b${n}`})`);
    }),
  );
  t.equal(await copied, statSync(to).size);
  await Promise.all(writes);
  t.strictSame(readdirSync(dirname(to)), ['backup.db']);
  t.equal((statSync(to).mode & 0o777).toString(8), '600');
  const notes = notesOf(to);
  t.equal(notes[0], 'in the journal');
  t.equal(notes.length % 2, 1);
  t.equal(notesOf(file).length, 101);
  t.strictSame(readdirSync(dirname(to)), ['backup.db'], 'reading it needs no other file');
});

test('a backup begins nothing where something is, and leaves nothing of what fails', async (t) => {
  const file = await ours(t, 'kept');
  const directory = dirname(file);
  const other = join(directory, 'other.db');
  writeFileSync(other, '');
  await refuses(t, directory, () => backUpSqlite(file, other, [first]), /other\.db is there already/);
  await refuses(t, directory, () => backUpSqlite(other, `${other}2`, [first]), /other\.db is empty/);
  await refuses(t, directory, () => backUpSqlite(`${file}2`, `${file}3`, [first]), /ENOENT/);
  const nowhere = join(directory, 'nowhere', 'backup.db');
  await refuses(t, directory, () => backUpSqlite(file, nowhere, [first]), /could not be copied .*ENOENT/);
  writeFileSync(other, 'not a database');
  await refuses(
    t,
    directory,
    () => backUpSqlite(other, `${other}2`, [first]),
    /not a SQLite database: name another file\.$/,
  );
});

test('a database that is damaged inside is not taken for a backup', async (t) => {
  const file = await ours(t, 'kept');
  const raw = new BetterSqlite3(file);
  raw.pragma('ignore_check_constraints = on');
  raw.exec('create table checked (n integer check (n > 0)) strict; insert into checked values (-1)');
  raw.close();
  const directory = dirname(file);
  await refuses(
    t,
    directory,
    () => backUpSqlite(file, join(directory, 'backup.db'), [first]),
    /could not be copied to .*it is damaged: CHECK constraint failed/,
  );
});

test('a restore puts a backup in place and keeps what was there', async (t) => {
  const file = await ours(t, 'old');
  const directory = dirname(file);
  const backup = join(testDirectory(t), 'backup.db');
  await backUpSqlite(file, backup, [first]);
  await made(file, 'newer');
  const aside = await restoreSqlite(file, backup, [first]);
  t.equal(aside, `${file}.before-restore`);
  t.strictSame(readdirSync(directory), ['masthead.db', 'masthead.db.before-restore']);
  t.strictSame(notesOf(file), ['old']);
  t.strictSame(notesOf(`${aside}`), ['old', 'newer']);
  t.ok(existsSync(backup), 'the backup stays');
  const database = await open(file);
  await database.write((db) => db.rows(sql`insert into notes values ('and on')`));
  await database.close();
  t.strictSame(notesOf(file), ['old', 'and on']);
  await refuses(
    t,
    directory,
    () => restoreSqlite(file, backup, [first]),
    /before-restore is there from an earlier restore/,
  );
});

test('a restore to where nothing is makes the database', async (t) => {
  const backup = await ours(t, 'kept');
  const file = join(testDirectory(t), 'new', 'masthead.db');
  t.equal(await restoreSqlite(file, backup, [first]), undefined);
  t.strictSame(notesOf(file), ['kept']);
  t.strictSame(readdirSync(dirname(file)), ['masthead.db']);
});

test('a database in use is not replaced', async (t) => {
  const file = await ours(t, 'kept');
  const backup = await ours(t, 'other');
  const database = await open(file);
  t.teardown(() => database.close());
  await t.rejects(restoreSqlite(file, backup, [first]), {
    name: 'StartError',
    message: `${file} is in use: stop the server before restoring.`,
  });
  t.notOk(existsSync(`${file}.restored`));
  await database.write((db) => db.rows(sql`insert into notes values ('and on')`));
  t.strictSame(await database.read.rows(sql`select text from notes`), [{ text: 'kept' }, { text: 'and on' }]);
});

test('what is no whole database of ours is not restored', async (t) => {
  const file = await ours(t, 'kept');
  const directory = dirname(file);
  const refused = async (what: RegExp, spoil: (backup: string) => unknown) => {
    const backup = await ours(t, 'a', 'b');
    await spoil(backup);
    await refuses(t, directory, () => restoreSqlite(file, backup, [first]), what);
  };
  const inside = (statement: string) => (backup: string) => {
    const raw = new BetterSqlite3(backup);
    raw.pragma('ignore_check_constraints = on');
    raw.exec(statement);
    raw.close();
  };
  await refused(/is empty\.$/, (backup) => truncateSync(backup, 0));
  await refused(/is cut short/, (backup) => truncateSync(backup, statSync(backup).size - 4096));
  await refused(/of another application: name another file\.$/, inside('pragma application_id = 7'));
  await refused(/newer Masthead/, inside('pragma user_version = 2'));
  await refused(
    /could not be copied to .*it is damaged/,
    inside('create table c (n integer check (n > 0)) strict; insert into c values (-1)'),
  );
});

test('a database that cannot be read any more is put aside with all that lies beside it', async (t) => {
  const file = await ours(t, 'lost');
  const backup = await ours(t, 'kept');
  writeFileSync(file, 'nothing that SQLite could read, and long enough to see that. '.repeat(20));
  writeFileSync(`${file}-wal`, 'commits, perhaps');
  t.equal(await restoreSqlite(file, backup, [first]), `${file}.before-restore`);
  t.strictSame(notesOf(file), ['kept']);
  t.strictSame(readdirSync(dirname(file)), [
    'masthead.db',
    'masthead.db.before-restore',
    'masthead.db.before-restore-wal',
  ]);
});

test('a database that is damaged behind its header is put aside too', async (t) => {
  const file = await ours(t, 'lost');
  const backup = await ours(t, 'kept');
  writeFileSync(file, readFileSync(file).fill(0xff, 100));
  t.equal(await restoreSqlite(file, backup, [first]), `${file}.before-restore`);
  t.strictSame(notesOf(file), ['kept']);
});

test('where a directory is in the place of the database, or a file in that of its directory, nothing is restored', async (t) => {
  const backup = await ours(t, 'kept');
  const directory = testDirectory(t);
  const file = join(directory, 'masthead.db');
  mkdirSync(file);
  await refuses(t, directory, () => restoreSqlite(file, backup, [first]), /masthead\.db cannot be used/);
  const below = join(backup, 'masthead.db');
  await refuses(t, dirname(backup), () => restoreSqlite(below, backup, [first]), /cannot be used \(EEXIST/);
});

test('a copy is kept before a migration, and once more when that has to be tried again', async (t) => {
  const file = await ours(t, 'before');
  const directory = dirname(file);
  t.strictSame(readdirSync(directory), ['masthead.db'], 'none of a new database');
  const broken = { ...second, sql: 'insert into nowhere values (1)' };
  await t.rejects(open(file, [first, broken]), { name: 'StartError', message: /schema 2/ });
  await made(file, 'after the first try');
  await (await open(file, [first, second])).close();
  t.strictSame(readdirSync(directory), ['masthead.db', 'masthead.db.schema-1.bak']);
  t.strictSame(notesOf(`${file}.schema-1.bak`), ['before', 'after the first try']);
  await (await open(file, [first, second])).close();
  t.strictSame(readdirSync(directory).length, 2, 'none where nothing is to be done');
  await t.rejects(restoreSqlite(file, file, [first]), { message: /newer Masthead/ });
  t.equal(await restoreSqlite(file, `${file}.schema-1.bak`, [first]), `${file}.before-restore`);
  t.strictSame(notesOf(file), ['before', 'after the first try']);
});

test('without room for the copy nothing is migrated', async (t) => {
  const file = await ours(t, 'kept');
  mkdirSync(`${file}.schema-1.bak`);
  await refuses(
    t,
    dirname(file),
    () => open(file, [first, second]),
    /could not be copied to .*schema-1\.bak/,
  );
});

test('a copy of a schema that is no longer there is not made', async (t) => {
  const file = await ours(t, 'kept');
  t.equal(await copySqlite(file, `${file}.schema-7.bak`, 7), 0);
  t.strictSame(readdirSync(dirname(file)), ['masthead.db']);
});
