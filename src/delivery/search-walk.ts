// A walk through the public index, from the newest match to older ones. The index gives places; which of them are
// public and wanted is asked of the rows. It goes in steps, each bounded in what it finds and in what it looks over,
// and between two of them the event loop has a turn: no search, whatever its words, keeps other requests waiting.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { desc, lt, sql } from 'drizzle-orm';
import type { Search } from '../core/search.ts';
import { type Db, prepared } from '../db/dialect.ts';
import type { ListFilter } from './article-lists.ts';

/** How many matches one walk looks at; where a filter lets few of them pass, it ends here. */
const LOOKED_AT_MAX = 10_000;
/** Matches of one step: a few to begin with, more where they were not enough. */
const MATCHES_MIN = 100;
const MATCHES_MAX = 500;
const GROWTH = 4;

export interface Wanted {
  search: Search;
  filter: ListFilter;
  now: number;
}

/** The place of the article that is `distance` older than what is below `below`; undefined where there is none. */
const placeBelow = async (db: Db, below: number, distance: number): Promise<number | undefined> => {
  const query = prepared(db, 'place_below', () => {
    const { position } = db.tables.articleSearch;
    return db
      .select({ position: sql<number>`${position}`.mapWith(Number) })
      .from(db.tables.articleSearch)
      .where(lt(position, sql.placeholder('below')))
      .orderBy(desc(position))
      .limit(1)
      .offset(sql.placeholder('distance'));
  });
  return (await query.execute({ below, distance }))[0]?.position;
};

/** Above the place of everything that was published before an instant. Places are seconds, or later by the widest shift. */
const placeAfterAll = async (db: Db, before: number): Promise<number> => {
  const query = prepared(db, 'widest_shift', () => {
    const { position, publishedAt } = db.tables.articleSearch;
    const shift = sql<number>`(${position} - ${publishedAt} / 1000)`;
    return db
      .select({ shift: shift.mapWith(Number) })
      .from(db.tables.articleSearch)
      .where(sql`${shift} is not null`)
      .orderBy(desc(shift))
      .limit(1);
  });
  const [widest] = await query.execute();
  // Two more, for what the divisions round.
  return Math.ceil(before / 1000) + (widest?.shift ?? 0) + 2;
};

/**
 * What passes of the matches below a place, the newest first, until there are `most`; in steps, some of them empty.
 * What stands at a place that was published later than `now` is no match yet.
 */
export async function* walk<T>(
  db: Db,
  { search, filter, now }: Wanted,
  passing: (places: number[]) => Promise<T[]> | T[],
  most: number,
  below = Number.MAX_SAFE_INTEGER,
): AsyncGenerator<T[]> {
  const { fullText } = db.dialect;
  const end = filter.after === undefined ? undefined : Math.floor(filter.after / 1000);
  const spanMax = fullText.rowsAtOnce(search);
  let from = Math.min(below, await placeAfterAll(db, filter.before ?? now));
  let left = LOOKED_AT_MAX;
  let wanting = most;
  let size = MATCHES_MIN;
  while (true) {
    // Undefined on PostgreSQL alone, whose index is read no further than it is asked.
    /* c8 ignore next 2 */
    const span = spanMax && Math.ceil((spanMax * size) / MATCHES_MAX);
    const place = span === undefined ? undefined : await placeBelow(db, from, span);
    const isLast = place === undefined || place <= (end ?? Number.MIN_SAFE_INTEGER);
    const lower = isLast ? end : place;
    const count = Math.min(size, left);
    const stretch = { from: lower, below: from };
    const places = await fullText.newest(db, 'public_search', search, stretch, count);
    const passed = await passing(places);
    yield passed;
    left -= places.length;
    wanting -= passed.length;
    const isFull = places.length === count;
    if (left === 0 || wanting <= 0 || (isLast && !isFull)) return;
    from = isFull ? places.at(-1)! : place!;
    size = Math.min(MATCHES_MAX, size * GROWTH);
    await nextTurn();
  }
}
