// Search for everybody, over what is public and nothing else: newest first as the index is walked, or the newest
// matches ordered by where they have the words.
import { SearchQuery } from '../articles/query.ts';
import { SearchResultList } from '../articles/schema.ts';
import { type Cursors, readPage } from '../core/page.ts';
import { markedHtml, snippetOf } from '../core/snippet.ts';
import { takingTurns } from '../core/turns.ts';
import type { Db } from '../db/dialect.ts';
import { type Endpoint, endpoint, publicReply } from '../http/endpoint.ts';
import { keysAmong, type ListFilter, type ListKey, presentIn } from './article-lists.ts';
import { distinct } from './cache-tags.ts';
import { earliest, nextTurnAt } from './due.ts';
import { namedBy } from './named.ts';
import { type Wanted, walk } from './search-walk.ts';
import { type Summaries, textsOf } from './summaries.ts';

/** What is ranked: the newest so many. */
const RANKED_MAX = 2_000;
/** How far a ranking can be paged through: its pages are places in it, and each page ranks anew. */
const PAGED_MAX = 500;

/** At most `count` public matches below a place, newest first. */
const newest = async (
  db: Db,
  wanted: Wanted,
  below: number | undefined,
  count: number,
): Promise<ListKey[]> => {
  const found: ListKey[] = [];
  const passing = (places: number[]) => keysAmong(db, places, wanted.filter, wanted.now);
  for await (const step of walk(db, wanted, passing, count, below)) found.push(...step);
  return found.slice(0, count);
};

/** The rank of what was changed between the walk and the ranking, and matches no more. */
const GONE = 0;

/**
 * The places of the best matches, best first; of two alike the newer one. Where nothing is filtered nearly all of them
 * are public, and only those of a page are asked whether they are.
 */
const best = async (db: Db, wanted: Wanted): Promise<number[]> => {
  const { search, filter, now } = wanted;
  const isFiltered = presentIn(filter).length > 0;
  const passing = async (places: number[]) =>
    isFiltered ? (await keysAmong(db, places, filter, now)).map(({ key }) => key) : places;
  const found: { place: number; rank: number }[] = [];
  for await (const places of walk(db, wanted, passing, RANKED_MAX)) {
    if (places.length === 0) continue;
    const ranks = await db.dialect.fullText.ranks(db, 'public_search', search, places);
    found.push(...places.map((place) => ({ place, rank: ranks.get(place) ?? GONE })));
  }
  // Sorting keeps the order of what is alike, which is by age.
  return found
    .slice(0, RANKED_MAX)
    .sort((a, b) => b.rank - a.rank)
    .slice(0, PAGED_MAX)
    .map(({ place }) => place);
};

/** At most `count` of a ranking from its `start`th on; the key of each says where it goes on after it. */
const ranked = async (db: Db, wanted: Wanted, start: number, count: number): Promise<ListKey[]> => {
  const ranking = await best(db, wanted);
  const rows: ListKey[] = [];
  for (let from = start; rows.length < count && from < ranking.length; from += count) {
    const places = ranking.slice(from, from + count);
    const keys = await keysAmong(db, places, wanted.filter, wanted.now);
    const ids = new Map(keys.map(({ id, key }) => [key, id]));
    for (const [index, place] of places.entries()) {
      const id = ids.get(place);
      if (id !== undefined) rows.push({ id, key: from + index + 1 });
    }
  }
  return rows.slice(0, count);
};

/** How long a page is put together between two turns of the event loop. */
const AT_ONCE_MS = 5;

export interface SearchDeps {
  cursors: Cursors;
  summaries: Summaries;
}

const listResults = async (db: Db, { cursors, summaries }: SearchDeps, query: SearchQuery, now: number) => {
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
    rows: (from, count) =>
      sort === 'relevance'
        ? ranked(db, wanted, Number(from?.key ?? 0), count)
        : newest(db, wanted, from && Number(from.key), count),
    positionOf: ({ id, key }) => ({ id, key }),
    count: async (most) => (await newest(db, wanted, undefined, most)).length,
  });
  const ids = page.items.map(({ id }) => id);
  const turn = takingTurns(AT_ONCE_MS);
  const { items: found, dueAt, tags } = await summaries(db, ids, { now, withText: view === 'full' });
  await turn();
  const texts = await textsOf(db, ids, 'text', now);
  const items = [];
  for (const written of found) {
    await turn();
    const { id, title } = written.value;
    const text = texts.get(id);
    // Without one it was withdrawn or erased just now.
    if (text === undefined) continue;
    items.push(written.with({ titleHtml: markedHtml(title, q), snippet: snippetOf(text, q) }));
  }
  return {
    body: { ...page, items },
    tags: distinct('articles', ...tags),
    dueAt: earliest(dueAt, await nextTurnAt(db, now)),
  };
};

export const deliveredSearch = (deps: SearchDeps): Endpoint[] => [
  endpoint({
    method: 'GET',
    url: '/v1/search',
    id: 'searchArticles',
    tag: 'Articles',
    summary: 'Search articles',
    description:
      'In titles, subtitles, summaries and texts. The title weighs most, then subtitle and summary; of two alike the newer one is first. A page looks at no more than 10,000 matches: where a filter lets few of them pass, it leaves out older ones. Text written without blanks (Chinese, Japanese, Thai) is found by any part of it.',
    access: 'anyone',
    query: SearchQuery,
    limit: { name: 'search', perMinute: 120 },
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
