// Lists of public articles as range scans. A list is read in two steps: keys from one index, in order and bounded;
// then the rows of that page alone. "Any of" is one scan a value, merged: an IN would read and sort every match.
import { and, asc, desc, eq, exists, gt, isNotNull, lt, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { visible } from '../articles/visibility.ts';
import type { Position } from '../core/page.ts';
import { after, before, type Db, prepared, slot } from '../db/dialect.ts';

export type ListSort = '-publishedAt' | 'publishedAt' | '-modifiedAt';

/** What narrows a list; ids of sections, tags and authors, each list "any of". */
export interface ListFilter {
  sections?: readonly string[] | undefined;
  tags?: readonly string[] | undefined;
  authors?: readonly string[] | undefined;
  languages?: readonly string[] | undefined;
  after?: number | undefined;
  before?: number | undefined;
  exclude?: readonly string[] | undefined;
}

export interface ListKey {
  id: string;
  key: number;
}

/** The filter whose index is walked, one scan a value; the others are tested on the way. */
type Driver = 'tags' | 'authors' | 'sections' | 'languages';

/** Where a list is walked: the sort key's column, the id's beside it in the index, and the value that is scanned. */
interface Walk {
  key: PgColumn;
  id: PgColumn;
  value: PgColumn | undefined;
}

const walkOf = (db: Db, driver: Driver | undefined, sort: ListSort): Walk => {
  const { articleAuthors, articles, articleTags } = db.tables;
  switch (driver) {
    case 'tags':
      return { key: articleTags.listedAt, id: articleTags.articleId, value: articleTags.tagId };
    case 'authors':
      return { key: articleAuthors.listedAt, id: articleAuthors.articleId, value: articleAuthors.authorId };
    case 'sections':
      return { key: articles.publishedAt, id: articles.id, value: articles.sectionId };
    case 'languages':
      return { key: articles.publishedAt, id: articles.id, value: articles.language };
    default:
      return {
        key: sort === '-modifiedAt' ? articles.modifiedAt : articles.publishedAt,
        id: articles.id,
        value: undefined,
      };
  }
};

const linkExists = (db: Db, link: 'tags' | 'authors'): SQL => {
  const { articleAuthors, articles, articleTags } = db.tables;
  const { table, article, value } =
    link === 'tags'
      ? { table: articleTags, article: articleTags.articleId, value: articleTags.tagId }
      : { table: articleAuthors, article: articleAuthors.articleId, value: articleAuthors.authorId };
  return exists(
    db
      .select({ one: sql`1` })
      .from(table)
      .where(and(eq(article, articles.id), db.dialect.isAnyOf(value, link))),
  );
};

/** The shape of a scan: everything that changes its SQL, and nothing else. */
interface Shape {
  driver: Driver | undefined;
  sort: ListSort;
  isContinued: boolean;
  present: readonly (keyof ListFilter)[];
}

const conditions = (db: Db, { driver, present }: Shape, walk: Walk): (SQL | undefined)[] => {
  const { articles } = db.tables;
  const has = (name: keyof ListFilter) => present.includes(name) && name !== driver;
  return [
    has('tags') ? linkExists(db, 'tags') : undefined,
    has('authors') ? linkExists(db, 'authors') : undefined,
    has('sections') ? db.dialect.isAnyOf(articles.sectionId, 'sections') : undefined,
    has('languages') ? db.dialect.isAnyOf(articles.language, 'languages') : undefined,
    has('after')
      ? gt(walk.key === articles.modifiedAt ? articles.publishedAt : walk.key, sql.placeholder('after'))
      : undefined,
    has('before')
      ? lt(walk.key === articles.modifiedAt ? articles.publishedAt : walk.key, sql.placeholder('before'))
      : undefined,
    has('exclude') ? db.dialect.isNoneOf(articles.id, 'exclude') : undefined,
  ];
};

/** What a filter asks for; nothing: it lets everything pass. */
export const presentIn = (filter: ListFilter) =>
  // Object.keys forgets which names a filter has.
  (Object.keys(filter) as (keyof ListFilter)[]).filter((name) => filter[name] !== undefined);

/** The filter as placeholders' values. */
const boundBy = (db: Db, filter: ListFilter) => ({
  after: filter.after,
  before: filter.before,
  ...Object.fromEntries(
    (['tags', 'authors', 'sections', 'languages', 'exclude'] as const).map((name) => [
      name,
      db.dialect.list(filter[name] ?? []),
    ]),
  ),
});

/** Those of the articles at these places of the public index that are public and pass the filter, newest first. */
export const keysAmong = async (
  db: Db,
  positions: readonly number[],
  filter: ListFilter,
  now: number,
): Promise<ListKey[]> => {
  const present = presentIn(filter);
  const query = prepared(db, `among ${present.join()}`, () => {
    const { articles, articleSearch } = db.tables;
    const shape: Shape = { driver: undefined, sort: '-publishedAt', isContinued: false, present };
    return db
      .select({ id: articles.id, key: sql<number>`${articleSearch.position}`.mapWith(Number) })
      .from(articleSearch)
      .innerJoin(articles, eq(articles.seq, articleSearch.seq))
      .where(
        and(
          db.dialect.isAnyOf(articleSearch.position, 'positions'),
          visible(articles, sql.placeholder('now')),
          ...conditions(db, shape, walkOf(db, undefined, shape.sort)),
        ),
      )
      .orderBy(desc(articleSearch.position));
  });
  return query.execute({ now, positions: db.dialect.list(positions), ...boundBy(db, filter) });
};

const scan = (db: Db, shape: Shape) => {
  const { driver, sort, isContinued, present } = shape;
  const name = `list ${driver ?? 'all'} ${sort} ${isContinued} ${present.join()}`;
  return prepared(db, name, () => {
    const { articleAuthors, articles, articleTags } = db.tables;
    const walk = walkOf(db, driver, sort);
    const isAscending = sort === 'publishedAt';
    const beyond = isAscending ? after : before;
    const order = isAscending ? asc : desc;
    const select = db.select({ id: walk.id, key: sql<number>`${walk.key}`.mapWith(Number) });
    const from =
      driver === 'tags'
        ? select.from(articleTags).innerJoin(articles, eq(articles.id, articleTags.articleId))
        : driver === 'authors'
          ? select.from(articleAuthors).innerJoin(articles, eq(articles.id, articleAuthors.articleId))
          : select.from(articles);
    return from
      .where(
        and(
          walk.value && eq(walk.value, slot(walk.value, 'value')),
          isNotNull(walk.key),
          visible(articles, sql.placeholder('now')),
          isContinued
            ? beyond([walk.key, walk.id], [sql.placeholder('key'), sql.placeholder('id')])
            : undefined,
          ...conditions(db, shape, walk),
        ),
      )
      .orderBy(order(walk.key), order(walk.id))
      .limit(sql.placeholder('count'));
  });
};

/** The filter with the fewest articles behind it, so that the walk tests the fewest in vain. */
const driverOf = (filter: ListFilter, weights: Record<'tags' | 'authors', number>): Driver | undefined => {
  const { tags, authors, sections, languages } = filter;
  if (tags !== undefined && authors !== undefined) {
    return weights.tags <= weights.authors ? 'tags' : 'authors';
  }
  if (tags !== undefined) return 'tags';
  if (authors !== undefined) return 'authors';
  if (sections !== undefined) return 'sections';
  return languages !== undefined ? 'languages' : undefined;
};

export interface ListRequest {
  filter: ListFilter;
  sort: ListSort;
  now: number;
  from: Position | undefined;
  /** At most this many keys. */
  count: number;
  /** How many articles the tags and the authors of the filter have. */
  weights: Record<'tags' | 'authors', number>;
}

/** The keys of a list after `from`, in its order, each article once. */
export const listKeys = async (db: Db, request: ListRequest): Promise<ListKey[]> => {
  const { filter, sort, now, from, count, weights } = request;
  const driver = sort === '-modifiedAt' ? undefined : driverOf(filter, weights);
  const present = presentIn(filter);
  const query = scan(db, { driver, sort, isContinued: from !== undefined, present });
  const bound = { now, count, key: from?.key, id: from?.id, ...boundBy(db, filter) };
  const values: readonly unknown[] = driver === undefined ? [undefined] : filter[driver]!;
  const scans = await Promise.all(values.map((value) => query.execute({ ...bound, value })));
  return merged(scans.flat(), sort, count);
};

const merged = (keys: readonly ListKey[], sort: ListSort, count: number): ListKey[] => {
  const sign = sort === 'publishedAt' ? 1 : -1;
  const unique = [...new Map(keys.map((key) => [key.id, key])).values()];
  unique.sort((a, b) => sign * (a.key - b.key || a.id.localeCompare(b.id)));
  return unique.slice(0, count);
};
