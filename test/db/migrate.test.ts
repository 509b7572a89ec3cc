import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type SQL, sql } from 'drizzle-orm';
import { type Test, test } from 'tap';
import { openDatabase } from '../../src/db/database.ts';
import { type Migration, migrationsOf } from '../../src/db/migrate.ts';
import { bothEngines, testDatabaseUrl, testDirectory } from '../database.ts';

const first: Migration = {
  number: 1,
  name: 'first',
  sql: 'create table a (n integer); create table b (n integer);',
};
const second: Migration = {
  number: 2,
  name: 'second',
  sql: 'insert into a values (2); insert into b values (2);',
};
const broken: Migration = {
  number: 2,
  name: 'broken',
  sql: 'insert into a values (3); insert into nowhere values (3);',
};

/** Opens, asks, and closes. */
async function asked(url: string, migrations: readonly Migration[], question: SQL, at = 1000) {
  const database = await openDatabase({ url, migrations, clock: () => at });
  try {
    return await database.read.rows(question);
  } finally {
    await database.close();
  }
}

const applied = sql`select number, name, applied_at from schema_migrations order by number`;

for (const engine of bothEngines) {
  test(`migrations of ${engine}`, async (t) => {
    const url = await testDatabaseUrl(t, engine);
    const firstRow = { number: 1, name: 'first', applied_at: 1000 };
    const secondRow = { number: 2, name: 'second', applied_at: 2000 };

    await t.test('each is applied once, in order, with the time of it', async (t) => {
      t.strictSame(await asked(url, [first], applied), [firstRow]);
      t.strictSame(await asked(url, [first], applied, 1500), [firstRow]);
    });

    await t.test('one that fails leaves nothing of itself and names itself', async (t) => {
      await t.rejects(asked(url, [first, broken], applied), {
        name: 'StartError',
        message: /could not be brought to schema 2 \(broken\): .*nowhere.*Nothing of that step was kept/,
      });
      t.strictSame(await asked(url, [first], applied), [firstRow]);
      t.strictSame(await asked(url, [first], sql`select n from a`), []);
    });

    await t.test('processes that start together apply a migration once', async (t) => {
      const together = [1, 2, 3].map(() => asked(url, [first, second], applied, 2000));
      t.strictSame(
        await Promise.all(together),
        [1, 2, 3].map(() => [firstRow, secondRow]),
      );
      t.strictSame(await asked(url, [first, second], sql`select n from a`), [{ n: 2 }]);
    });

    await t.test('a newer database is refused and stays as it is', async (t) => {
      await t.rejects(asked(url, [first], applied), {
        name: 'StartError',
        message: /written by a newer Masthead \(its schema is 2, this version knows 1\)/,
      });
      t.strictSame(await asked(url, [first, second], applied), [firstRow, secondRow]);
    });
  });
}

test('a migration that leaves rows referring to nothing is refused', async (t) => {
  const url = await testDatabaseUrl(t, 'sqlite');
  const orphan: Migration = {
    number: 1,
    name: 'orphan',
    sql: 'create table a (id integer primary key); create table b (a integer references a (id)); insert into b values (1);',
  };
  await t.rejects(asked(url, [orphan], applied), { name: 'StartError', message: /refer to nothing/ });
});

test('a migration may rebuild a table to which others refer', async (t) => {
  const url = await testDatabaseUrl(t, 'sqlite');
  const tables = `create table a (id integer primary key); insert into a values (1);
    create table b (a integer references a (id) on delete cascade); insert into b values (1);`;
  const rebuild = `create table a2 (id integer primary key, more text); insert into a2 (id) select id from a;
    drop table a; alter table a2 rename to a;`;
  const migrations = [tables, rebuild].map((text, index) => ({ number: index + 1, name: 'step', sql: text }));
  t.strictSame(await asked(url, migrations, sql`select a from b`), [{ a: 1 }]);
});

test('the migrations of both engines have the same numbers and names', (t) => {
  const names = (engine: 'sqlite' | 'postgres') =>
    migrationsOf(engine).map(({ number, name }) => [number, name]);
  t.strictSame(names('sqlite'), names('postgres'));
  t.match(names('sqlite')[0], [1, 'foundation']);
  t.end();
});

function folderWith(t: Test, ...files: string[]): URL {
  const root = testDirectory(t);
  mkdirSync(join(root, 'sqlite'));
  for (const file of files) writeFileSync(join(root, 'sqlite', file), 'select 1');
  return pathToFileURL(`${root}/`);
}

test('a migration with a number missing, or of another name, is not overlooked', (t) => {
  t.equal(migrationsOf('sqlite', folderWith(t, '0002_b.sql', '0001_a.sql')).length, 2);
  t.throws(
    () => migrationsOf('sqlite', folderWith(t, '0001_a.sql', '0003_c.sql')),
    /0003_c.sql should be 0002_name.sql/,
  );
  t.throws(
    () => migrationsOf('sqlite', folderWith(t, '0001_a.sql', 'notes.txt')),
    /notes.txt should be 0002_name.sql/,
  );
  t.end();
});

test('no key of SQLite is deferred: a job that breaks one must fail alone', (t) => {
  for (const { sql: text } of migrationsOf('sqlite')) t.notMatch(text.replaceAll(/--.*/g, ''), /deferr/i);
  t.end();
});
