// The two indexes, on both engines: the same words in, the same rows out.
import { sql } from 'drizzle-orm';
import { test } from 'tap';
import { parseSearch, type Search } from '../../src/core/search.ts';
import { sqliteFullText } from '../../src/db/full-text.ts';
import { bothEngines, testDatabase } from '../database.ts';

const searchFor = (text: string): Search => {
  const search = parseSearch(text);
  if ('code' in search) throw new Error(search.message);
  return search;
};

const wordsOf = (text: string): string[] => text.split(' ').filter((word) => word !== '');
const fields = (title: string, subtitle: string, summary: string, text: string) =>
  [wordsOf(title), wordsOf(subtitle), wordsOf(summary), wordsOf(text)] as const;

for (const engine of bothEngines) {
  test(`rows are written, found newest first, ranked and removed on ${engine}`, async (t) => {
    const database = await testDatabase(t, engine);
    const { fullText } = database.read.dialect;
    const index = 'public_search' as const;
    await database.write(async (db) => {
      await fullText.put(db, index, -3, fields('ferry', '', 'sails', 'by night 東京 京都 都'));
      await fullText.put(db, index, 5, fields('storm', 'at sea', '', `a ferry ${'and '.repeat(300)}rain`));
      await fullText.put(db, index, 9, fields('old', '', '', 'text'));
      await fullText.put(db, index, 9, fields('', '', 'ferry', 'text'));
    });
    const newest = (q: string, below?: number, count = 10) =>
      fullText.newest(database.read, index, searchFor(q), below, count);
    t.same(await newest('ferry'), [9, 5, -3]);
    t.same(await newest('ferry', 9), [5, -3]);
    t.same(await newest('ferry', undefined, 1), [9]);
    t.same(await newest('old'), []);
    t.same(await newest('fer* -storm'), [9, -3]);
    t.same(await newest('"by night" 東京都'), [-3]);
    t.same(await newest('"storm at"'), []);
    const ranks = await fullText.ranks(database.read, index, searchFor('ferry'), [-3, 5]);
    t.same([...ranks.keys()].sort(), [-3, 5]);
    t.ok(ranks.get(-3)! > ranks.get(5)!, 'the title weighs more');
    t.same(await fullText.allRows(database.read, index), [-3, 5, 9]);
    t.same(await fullText.allRows(database.read, 'desk_search'), []);
    t.same(await fullText.damage(database.read, index), []);
    const { articles } = database.read.tables;
    const isFound = fullText.isFound(articles.seq, index, searchFor('ferry'), 10);
    t.same(await database.read.select().from(articles).where(isFound), []);
    await database.write((db) => fullText.remove(db, index, 5));
    t.same(await newest('ferry'), [9, -3]);
  });
}

test('damage that SQLite finds in an index is said in its words', async (t) => {
  const said = [{ integrity_check: 'malformed inverted index' }];
  const asked: unknown[] = [];
  const db = {
    rows: async <T>(query: unknown) => {
      asked.push(query);
      // What the engine answers, in the shape that the question asks for.
      return said as T[];
    },
  };
  t.same(await sqliteFullText.damage(db, 'desk_search'), ['malformed inverted index']);
  t.same(asked, [sql`pragma integrity_check(${sql.identifier('desk_search')})`]);
});
