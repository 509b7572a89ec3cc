// Search for everybody, over what is public and nothing else. The index gives numbers, newest first and a bounded many
// at a time; which of them are public and wanted is asked of the rows. Between two such steps the event loop has a
// turn, so that no search, however common its words, keeps other requests waiting.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { SearchQuery } from '../articles/query.ts';
import { type SearchResult, SearchResultList } from '../articles/schema.ts';
import type { ArticleUrl } from '../articles/view.ts';
import { type Cursors, type Position, readPage } from '../core/page.ts';
import type { Search } from '../core/search.ts';
import { markedHtml, snippetOf } from '../core/snippet.ts';
import { type Db, prepared } from '../db/dialect.ts';
import { type Endpoint, endpoint, publicReply } from '../http/endpoint.ts';
import { keysAmong, type ListFilter } from './article-lists.ts';
import { summariesOf } from './articles.ts';
import { distinct, namesOn } from './cache-tags.ts';
import { earliest, nextTurnAt } from './due.ts';
import { namedBy } from './named.ts';

/** What is ranked: the newest so many. Ranking all of a common word's articles takes a hundred times as long. */
const RANKED_MAX = 2_000;
/** How far a ranking can be paged through: its pages are places in it, and each page ranks anew. */
const PAGED_MAX = 500;
/** Rows of the index that are read in one step: a few to begin with, more where they were not enough. */
const STEP_MIN = 100;
const STEP_MAX = 1_000;

interface Found {
  id: string;
  position: number;
}

interface Wanted {
  search: Search;
  filter: ListFilter;
  now: number;
}

/** At most `count` public matches below a position, newest first. */
const newest = async (
  db: Db,
  { search, filter, now }: Wanted,
  below: number | undefined,
  count: number,
): Promise<Found[]> => {
  const found: Found[] = [];
  let from = below;
  for (let step = STEP_MIN; ; step = Math.min(STEP_MAX, step * 4)) {
    const positions = await db.dialect.fullText.newest(db, 'public_search', search, from, step);
    const keys = await keysAmong(db, positions, filter, now);
    found.push(...keys.map(({ id, key }) => ({ id, position: key })));
    if (positions.length < step || found.length >= count) return found.slice(0, count);
    from = positions.at(-1);
    await nextTurn();
  }
};

/** The best matches, best first; of two alike the newer one. */
const best = async (db: Db, wanted: Wanted): Promise<Found[]> => {
  const found = await newest(db, wanted, undefined, RANKED_MAX);
  if (found.length === 0) return [];
  await nextTurn();
  const ids = new Map(found.map(({ id, position }) => [position, id]));
  const ranks = await db.dialect.fullText.ranks(db, 'public_search', wanted.search, [...ids.keys()]);
  // Only what was asked for has a rank; what was withdrawn since then has none.
  const ranked = [...ranks].sort(([a, rankOfA], [b, rankOfB]) => rankOfB - rankOfA || b - a);
  return ranked.slice(0, PAGED_MAX).map(([position]) => ({ id: ids.get(position)!, position }));
};

/** Where the next page begins: a place in the ranking, or the position after which the walk goes on. */
interface Ranked extends Found {
  key: number;
}

const rowsOf = async (
  db: Db,
  wanted: Wanted,
  isRanked: boolean,
  from: Position | undefined,
  count: number,
): Promise<Ranked[]> => {
  const start = from === undefined ? undefined : Number(from.key);
  if (!isRanked) {
    const found = await newest(db, wanted, start, count);
    return found.map((one) => ({ ...one, key: one.position }));
  }
  const ranking = (await best(db, wanted)).map((one, index) => ({ ...one, key: index + 1 }));
  return ranking.slice(start ?? 0, (start ?? 0) + count);
};

const textsOf = async (db: Db, ids: readonly string[]): Promise<Map<string, string>> => {
  const { articleBodies } = db.tables;
  const query = prepared(db, 'plain_texts_of_page', () =>
    db
      .select({ id: articleBodies.articleId, text: articleBodies.text })
      .from(articleBodies)
      .where(db.dialect.isAnyOf(articleBodies.articleId, 'ids')),
  );
  const rows = await query.execute({ ids: db.dialect.list(ids) });
  return new Map(rows.map(({ id, text }) => [id, text]));
};

/** How many snippets are cut between two turns of the event loop. */
const SNIPPETS_AT_ONCE = 5;

const listResults = async (
  db: Db,
  { cursors, urlOf }: { cursors: Cursors; urlOf: ArticleUrl },
  query: SearchQuery,
  now: number,
) => {
  const { q, section, tag, author, language, publishedAfter, publishedBefore, exclude } = query;
  const { view, sort = 'relevance' } = query;
  const filter: ListFilter = {
    sections: (await namedBy(db, 'sections', section)).ids,
    tags: (await namedBy(db, 'tags', tag)).ids,
    authors: (await namedBy(db, 'authors', author)).ids,
    languages: language,
    after: publishedAfter,
    before: publishedBefore,
    exclude,
  };
  const wanted: Wanted = { search: q, filter, now };
  const page = await readPage(cursors, query, {
    name: 'search',
    filters: { q, section, tag, author, language, publishedAfter, publishedBefore, exclude, sort },
    rows: (from, count) => rowsOf(db, wanted, sort === 'relevance', from, count),
    positionOf: ({ id, key }) => ({ id, key }),
    count: async (most) => (await newest(db, wanted, undefined, most)).length,
  });
  const ids = page.items.map(({ id }) => id);
  const { body: summaries, dueAt } = await summariesOf(db, ids, view === 'full', { now, urlOf });
  const texts = await textsOf(db, ids);
  const items: SearchResult[] = [];
  for (const summary of summaries) {
    if (items.length % SNIPPETS_AT_ONCE === SNIPPETS_AT_ONCE - 1) await nextTurn();
    const titleHtml = markedHtml(summary.title, q);
    items.push({ ...summary, titleHtml, snippet: snippetOf(texts.get(summary.id)!, q) });
  }
  return {
    body: { ...page, items },
    tags: distinct('articles', ...namesOn(summaries)),
    dueAt: earliest(dueAt, await nextTurnAt(db, now)),
  };
};

export const deliveredSearch = (deps: { cursors: Cursors; urlOf: ArticleUrl }): Endpoint[] => [
  endpoint({
    method: 'GET',
    url: '/v1/search',
    id: 'searchArticles',
    tag: 'Articles',
    summary: 'Search articles',
    description:
      'In titles, subtitles, summaries and texts. The title weighs most. Text written without blanks (Chinese, Japanese, Thai) is found by any part of it.',
    access: 'anyone',
    query: SearchQuery,
    answers: {
      200: {
        description: 'A page of what was found.',
        schema: SearchResultList,
        headers: ['ETag', 'Link', 'Cache-Control'],
      },
    },
    problems: ['cursor_invalid'],
    run: ({ read, clock }, { query }) => listResults(read, deps, query, clock()),
    reply: ({ body, tags, dueAt }) => publicReply(body, tags, dueAt),
  }),
];
