// How SQLite finds what the public asks for, where it knows that there are many articles. What it knows is written
// here by hand, as `optimize` would have found it: that takes no archive.
import BetterSqlite3 from 'better-sqlite3';
import { test } from 'tap';
import { openDatabase } from '../../src/db/database.ts';
import { type ListSort, listKeys } from '../../src/delivery/article-lists.ts';
import { testDatabaseUrl } from '../database.ts';

const MANY = 10_000;

/** The texts of the statements that `run` asks. */
const askedBy = async (run: () => Promise<unknown>): Promise<string[]> => {
  const asked: string[] = [];
  const memory = new BetterSqlite3(':memory:');
  const statement = Object.getPrototypeOf(memory.prepare('select 1'));
  memory.close();
  const { all } = statement;
  statement.all = function (this: BetterSqlite3.Statement, ...values: unknown[]) {
    asked.push(this.source);
    return Reflect.apply(all, this, values);
  };
  await run().finally(() => {
    statement.all = all;
  });
  return asked;
};

test('a list of many articles is read in its order from an index, and never sorted', async (t) => {
  const url = await testDatabaseUrl(t, 'sqlite');
  const clock = () => Date.UTC(2026, 2, 1);
  await (await openDatabase({ url, clock })).close();
  const file = new BetterSqlite3(url.slice('file:'.length));
  t.teardown(() => file.close());
  file.exec('analyze');
  const know = file.prepare('insert into sqlite_stat1 (tbl, idx, stat) values (?, ?, ?)');
  const indexes = file.prepare<[], { name: string; columns: number }>(
    `select name, (select count(*) from pragma_index_info(name)) as columns
     from sqlite_schema where type = 'index' and tbl_name = 'articles'`,
  );
  // Each value of a first column is there once.
  for (const { name, columns } of indexes.all()) know.run('articles', name, `${MANY}${' 1'.repeat(columns)}`);
  file.exec('analyze sqlite_schema');

  const database = await openDatabase({ url, clock });
  t.teardown(() => database.close());
  const first = { filter: {}, now: clock(), from: undefined, count: 21, weights: { tags: 0, authors: 0 } };
  const sorts: [ListSort, string][] = [
    ['-publishedAt', 'articles_listed'],
    ['publishedAt', 'articles_listed'],
    ['-modifiedAt', 'articles_modified'],
  ];
  for (const [sort, index] of sorts) {
    for (const from of [undefined, { key: 1, id: '' }]) {
      const [query, ...others] = await askedBy(() => listKeys(database.read, { ...first, sort, from }));
      t.same(others, []);
      const plan = file
        .prepare<unknown[], { detail: string }>(`explain query plan ${query}`)
        .all(...Array.from({ length: (query?.match(/\?/g) ?? []).length }, () => 1))
        .map(({ detail }) => detail);
      t.equal(plan.length, 1, plan.join('; '));
      t.match(plan[0], new RegExp(`COVERING INDEX ${index}\\b`));
    }
  }
});
