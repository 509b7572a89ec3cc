// What only PostgreSQL can do to us: refuse a commit, lose it, ask for a retry, or go away.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { sql } from 'drizzle-orm';
import { test } from 'tap';
import { type Database, failureOf, openDatabase } from '../../src/db/database.ts';
import type { Db } from '../../src/db/dialect.ts';
import { bothEngines, testDatabaseUrl } from '../database.ts';
import { line, portOf } from './line.ts';

const engine = bothEngines[1]!;
const clock = () => 1000;
const migrations = [
  {
    number: 1,
    name: 'notes',
    sql: `create table notes (text text primary key);
      create table refs (note text references notes (text) deferrable initially deferred)`,
  },
];

const add = (text: string) => (db: Db) => db.rows(sql`insert into notes values (${text})`);
const texts = async (db: Db) =>
  (await db.rows<{ text: string }>(sql`select text from notes order by text`)).map(({ text }) => text);
const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

test('PostgreSQL behind a line that breaks', async (t) => {
  const { url, cut, cutAt } = await line(t, await testDatabaseUrl(t, engine));
  const warnings: string[] = [];
  let warned = () => {};
  const log = {
    error: () => {},
    warn: (_: object, message: string) => {
      warnings.push(message);
      warned();
    },
  };
  const database: Database = await openDatabase({ url, clock, migrations, log });
  t.teardown(() => database.close());

  await t.test(
    'a job that PostgreSQL gives up for another one is run again, up to three times',
    async (t) => {
      let attempts = 0;
      const conflicting = (failures: number) => async (db: Db) => {
        attempts += 1;
        await add(`attempt ${attempts}`)(db);
        if (attempts <= failures)
          await db.rows(sql`do $$ begin raise exception 'as if' using errcode = '40001'; end $$`);
        return attempts;
      };
      t.equal(await database.write(conflicting(3)), 4);
      t.strictSame(await texts(database.read), ['attempt 4']);
      const error = await errorOf(database.write(conflicting(99)));
      t.equal(attempts, 8);
      t.equal(failureOf(error), 'busy');
      t.strictSame(await texts(database.read), ['attempt 4']);
    },
  );

  await t.test(
    'a job that goes on after a query of it failed is refused, though PostgreSQL takes its commit',
    async (t) => {
      const careless = database.write(async (db) => {
        await add('lost')(db);
        await errorOf(db.rows(sql`select nothing from nowhere`));
        return 'done';
      });
      await t.rejects(careless, {
        name: 'JobRefused',
        message: /went on after one of its queries had failed/,
      });
      t.strictSame(await texts(database.read), ['attempt 4']);
    },
  );

  await t.test('a commit that the server refuses is known to have failed', async (t) => {
    const error = await errorOf(database.write((db) => db.rows(sql`insert into refs values ('nothing')`)));
    t.strictSame(database.read.dialect.violation(error), { kind: 'foreign_key' });
    t.equal(failureOf(error), undefined);
  });

  await t.test(
    'a line that breaks at the commit leaves it unknown, and the next write goes through',
    async (t) => {
      // With the zero byte that ends a query: "begin … read committed" is none.
      cutAt('commit\0');
      const error = await errorOf(database.write(add('who knows')));
      t.match(error, { name: 'CommitUnknown' });
      t.equal(failureOf(error), 'unknown');
      await database.write(add('next'));
      t.strictSame(await texts(database.read), ['attempt 4', 'next']);
    },
  );

  await t.test('a line that breaks inside a job fails the job and not the process', async (t) => {
    const error = await errorOf(
      database.write(async (db) => {
        await add('lost')(db);
        await cut();
        await add('lost too')(db);
      }),
    );
    t.equal(failureOf(error), 'unknown');
    t.strictSame(await texts(database.read), ['attempt 4', 'next']);
  });

  await t.test('a line that breaks while idle is replaced, and the log says so', async (t) => {
    await database.check();
    const heard = new Promise<void>((resolve) => {
      warned = resolve;
    });
    await cut();
    await heard;
    t.match(warnings, ['an idle connection to PostgreSQL was lost']);
    await database.check();
  });
});

test('a server that cannot be reached is named without the password', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  for (const host of ['127.0.0.1', 'localhost']) {
    const url = `postgres://editor:secret@${host}:${port}/news`;
    const error = await errorOf(openDatabase({ url, clock }));
    t.match(error, { name: 'StartError' });
    const message = error instanceof Error ? error.message : '';
    t.match(message, `PostgreSQL at ${host}:${port}/news cannot be used (`);
    t.match(message, /ECONNREFUSED/);
    t.notMatch(message, /secret|\n/);
  }
});

test('every wait on the server has a bound', {
  skip: engine !== 'postgres' && 'PGlite takes no settings from a client',
}, async (t) => {
  const database = await openDatabase({ url: await testDatabaseUrl(t, engine), clock });
  t.teardown(() => database.close());
  const bounds = await database.read.rows(sql`
    select name, setting from pg_settings
    where name in ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout') order by name`);
  t.strictSame(bounds, [
    { name: 'idle_in_transaction_session_timeout', setting: '10000' },
    { name: 'lock_timeout', setting: '5000' },
    { name: 'statement_timeout', setting: '10000' },
  ]);
});
