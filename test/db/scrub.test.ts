// What is deleted leaves the journal too, where SQLite keeps pages as they were.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { sql } from 'drizzle-orm';
import { type Test, test } from 'tap';
import { openSqlite } from '../../src/db/sqlite.ts';
import { bothEngines, testDatabase, testDirectory } from '../database.ts';

const migrations = [{ number: 1, name: 'notes', sql: 'create table notes (text text) strict;' }];

/** A database from which a secret has just been deleted, and a connection of another process. */
const withSecret = async (t: Test) => {
  const file = join(testDirectory(t), 'masthead.db');
  const database = await openSqlite({ file, clock: () => 1000, migrations });
  t.teardown(() => database.close());
  await database.write((db) => db.rows(sql`insert into notes values ('a secret')`));
  const other = new BetterSqlite3(file);
  t.teardown(() => other.close());
  const isThere = () => ['', '-wal'].some((end) => readFileSync(file + end).includes('a secret'));
  return { database, other, isThere };
};

test('after a scrub no byte of the files holds what was deleted', async (t) => {
  const { database, isThere } = await withSecret(t);
  await database.write((db) => db.rows(sql`delete from notes`));
  t.ok(isThere(), 'the journal remembers');
  // With writes on both sides of it.
  const writes = [1, 2, 3].map(() =>
    database.write((db) => db.rows(sql`insert into notes values ('other')`)),
  );
  await Promise.all([...writes, database.scrub(), database.write((db) => db.rows(sql`delete from notes`))]);
  t.notOk(isThere());
});

test('a scrub waits for who reads what was before, for a while', async (t) => {
  const { database, other, isThere } = await withSecret(t);
  const begin = () => {
    other.exec('begin');
    other.prepare('select * from notes').all();
  };
  begin();
  await database.write((db) => db.rows(sql`delete from notes`));
  const scrubbed = database.scrub();
  setTimeout(() => other.exec('commit'), 100);
  await scrubbed;
  t.notOk(isThere(), 'it has waited');

  await database.write((db) => db.rows(sql`insert into notes values ('a secret')`));
  begin();
  await database.write((db) => db.rows(sql`delete from notes`));
  await database.scrub();
  t.ok(isThere(), 'it has given up');
  other.exec('commit');
  await database.write((db) => db.rows(sql`insert into notes values ('later')`));
  await database.scrub();
  t.notOk(isThere(), 'and the next one does its work');
});

for (const engine of bothEngines) {
  test(`a scrub of ${engine} leaves everything that is there`, async (t) => {
    const database = await testDatabase(t, engine);
    await database.write((db) => db.insert(db.tables.secrets).values({ name: 'a', value: 'kept' }));
    await database.scrub();
    t.match(await database.read.select().from(database.read.tables.secrets), [{ value: 'kept' }]);
  });
}
