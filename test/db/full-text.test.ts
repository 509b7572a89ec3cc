// The two indexes, on both engines: the same words in, the same rows out.
import { sql } from 'drizzle-orm';
import { test } from 'tap';
import { parseSearch, type Search } from '../../src/core/search.ts';
import { postgresFullText, type Stretch, sqliteFullText } from '../../src/db/full-text.ts';
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
  test(`rows are written, found newest first and removed on ${engine}`, async (t) => {
    const database = await testDatabase(t, engine);
    const { fullText } = database.read.dialect;
    const index = 'public_search' as const;
    await database.write(async (db) => {
      await fullText.put(db, index, -3, fields('ferry', '', 'sails', 'by night 東京 京都 都'));
      await fullText.put(db, index, 5, fields('storm', 'at sea', '', `a ferry ${'and '.repeat(300)}rain`));
      await fullText.put(db, index, 9, fields('old', '', '', 'text'));
      await fullText.put(db, index, 9, fields('', '', 'ferry', 'text'));
    });
    const newest = (q: string, stretch: Stretch = {}, count = 10) =>
      fullText.newest(database.read, index, searchFor(q), stretch, count);
    t.same(await newest('ferry'), [9, 5, -3]);
    t.same(await newest('ferry', { below: 9 }), [5, -3]);
    t.same(await newest('ferry', { from: 5 }), [9, 5]);
    t.same(await newest('ferry', { from: -3, below: 5 }), [-3]);
    t.same(await newest('ferry', {}, 1), [9]);
    t.same(await newest('old'), []);
    t.same(await newest('fer* -storm'), [9, -3]);
    t.same(await newest('"by night" 東京都'), [-3]);
    t.same(await newest('"storm at"'), []);
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

for (const engine of bothEngines) {
  test(`a match is worth what the places of its words are worth on ${engine}`, async (t) => {
    const database = await testDatabase(t, engine);
    const { fullText } = database.read.dialect;
    const rows = [
      fields('night ferry', '', '', 'text'),
      fields('ferry at night', '', '', 'text'),
      fields('storm', 'the ferry', 'by night', 'text'),
      fields('a ferry', '', '', 'by night'),
      fields('storm', '', '', 'the night ferry'),
      fields('storm', '', '', 'the ferry by night'),
    ];
    await database.write(async (db) => {
      for (const [row, words] of rows.entries()) await fullText.put(db, 'public_search', row, words);
    });
    const order = async (q: string, wanted = rows.map((_, row) => row)) => {
      const search = searchFor(q);
      const ranks = await fullText.ranks(database.read, 'public_search', search, wanted);
      const rankOf = (row: number) => ranks.get(row) ?? 0;
      // Rows of one rank stand together.
      const steps = [...new Set(wanted.map(rankOf))].sort((a, b) => b - a);
      return steps.map((step) => wanted.filter((row) => rankOf(row) === step));
    };
    t.same(await order('night ferry'), [[0], [1], [2], [3], [4], [5]]);
    t.same(await order('nigh* ferry'), [[0, 1], [2], [3], [4, 5]], 'a beginning before others is no phrase');
    t.same(await order('night fer*'), [[0], [1], [2], [3], [4], [5]]);
    t.same(await order('"night ferry"', [0, 4]), [[0], [4]]);
    t.same(await order('ferry -rain'), [[0, 1, 3], [2], [4, 5]]);
    t.same(await order('ferry', [2, 4]), [[2], [4]]);
    t.same(await order('ferry', [4]), [[4]]);
  });
}

test('the more words a search has, the fewer rows SQLite walks over at once', async (t) => {
  const atOnce = (q: string) => sqliteFullText.rowsAtOnce(searchFor(q))!;
  t.ok(atOnce('ferry') <= 40_000);
  t.equal(atOnce('"the night ferry" -storm'), atOnce('ferry') / 4);
  t.ok(atOnce('a '.repeat(16)) > 1_000);
  t.equal(postgresFullText.rowsAtOnce(searchFor('ferry')), undefined, 'PostgreSQL keeps no process waiting');
});

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
