// The desk's lists: every filter of the Management API as a condition, within what a key may see at all.
import {
  and,
  asc,
  desc,
  eq,
  exists,
  getTableColumns,
  gt,
  inArray,
  isNotNull,
  lt,
  ne,
  notInArray,
  or,
  type SQL,
  sql,
} from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { isId } from '../core/id.ts';
import type { Position } from '../core/page.ts';
import { after, before, type Db, prepared } from '../db/dialect.ts';
import type { ManagedArticleQuery } from './query.ts';
import type { SectionLink } from './schema.ts';
import type { ArticleRow } from './store.ts';
import { visible } from './visibility.ts';

/** A row with the section it is in: what the desk shows, but its links and text. */
export type DeskRow = ArticleRow & { section: SectionLink | null };

export type DeskFilter = Omit<ManagedArticleQuery, 'limit' | 'cursor' | 'total' | 'view' | 'sort'>;

/** Everything, or what is public at an instant and, for those who write, what is their own. */
export type Scope =
  | { kind: 'all' }
  | { kind: 'public'; now: number; own: { keyId: string; authorId: string | null } | undefined };

export type DeskSort = NonNullable<ManagedArticleQuery['sort']>;

export const SORT_COLUMNS = {
  '-updatedAt': 'updatedAt',
  '-publishedAt': 'publishedAt',
  publishedAt: 'publishedAt',
  '-modifiedAt': 'modifiedAt',
} as const satisfies Record<DeskSort, keyof ArticleRow>;

const deskColumns = ({ tables: { articles, sections } }: Db) => ({
  ...getTableColumns(articles),
  section: { slug: sections.slug, name: sections.name },
});

export const findDeskRow = async (db: Db, id: string): Promise<DeskRow | undefined> => {
  const { articles, sections } = db.tables;
  const query = prepared(db, 'desk_row', () =>
    db
      .select(deskColumns(db))
      .from(articles)
      .leftJoin(sections, eq(sections.id, articles.sectionId))
      .where(eq(articles.id, sql.placeholder('id'))),
  );
  const [row] = await query.execute({ id });
  return row;
};

const named = (db: Db, authorId: string): SQL => {
  const { articleAuthors, articles } = db.tables;
  return exists(
    db
      .select({ one: sql`1` })
      .from(articleAuthors)
      .where(and(eq(articleAuthors.articleId, articles.id), eq(articleAuthors.authorId, authorId))),
  );
};

const scoped = (db: Db, scope: Scope): SQL | undefined => {
  if (scope.kind === 'all') return undefined;
  const { articles } = db.tables;
  const { now, own } = scope;
  if (own === undefined) return visible(articles, now);
  const { keyId, authorId } = own;
  return or(
    visible(articles, now),
    eq(articles.createdBy, keyId),
    authorId === null ? undefined : named(db, authorId),
  );
};

/** An id or a slug of something with both. */
const isOneOf = (columns: { id: PgColumn; slug: PgColumn }, references: readonly string[]): SQL | undefined =>
  or(
    inArray(columns.slug, [...references]),
    inArray(
      columns.id,
      references.filter(isId).map((id) => id.toLowerCase()),
    ),
  );

const linkedTo = (db: Db, { tag, author, section, slug }: DeskFilter): (SQL | undefined)[] => {
  const { articleAuthors, articles, articleSlugs, articleTags, authors, sections, tags } = db.tables;
  return [
    section &&
      inArray(
        articles.sectionId,
        db.select({ id: sections.id }).from(sections).where(isOneOf(sections, section)),
      ),
    tag &&
      exists(
        db
          .select({ one: sql`1` })
          .from(articleTags)
          .innerJoin(tags, eq(tags.id, articleTags.tagId))
          .where(and(eq(articleTags.articleId, articles.id), isOneOf(tags, tag))),
      ),
    author &&
      exists(
        db
          .select({ one: sql`1` })
          .from(articleAuthors)
          .innerJoin(authors, eq(authors.id, articleAuthors.authorId))
          .where(and(eq(articleAuthors.articleId, articles.id), isOneOf(authors, author))),
      ),
    slug === undefined
      ? undefined
      : inArray(
          articles.id,
          db.select({ id: articleSlugs.articleId }).from(articleSlugs).where(eq(articleSlugs.slug, slug)),
        ),
  ];
};

/** Of more articles that match, the last made are meant: a list that says too much is narrowed, not read. */
const FOUND_MAX = 10_000;

const matching = (db: Db, filter: DeskFilter, scope: Scope, sort: DeskSort): SQL | undefined => {
  const { articles } = db.tables;
  const { status, language, createdBy, updatedAfter, source, publishedAfter, publishedBefore, exclude, q } =
    filter;
  const colon = source?.indexOf(':') ?? -1;
  return and(
    scoped(db, scope),
    ...linkedTo(db, filter),
    status ? inArray(articles.status, status) : ne(articles.status, 'trashed'),
    language && inArray(articles.language, language),
    createdBy === undefined ? undefined : eq(articles.createdBy, createdBy),
    updatedAfter === undefined ? undefined : gt(articles.updatedAt, updatedAfter),
    source === undefined
      ? undefined
      : and(
          eq(articles.sourceSystem, source.slice(0, Math.max(0, colon))),
          eq(articles.sourceId, source.slice(colon + 1)),
        ),
    publishedAfter === undefined ? undefined : gt(articles.publishedAt, publishedAfter),
    publishedBefore === undefined ? undefined : lt(articles.publishedAt, publishedBefore),
    exclude && notInArray(articles.id, exclude),
    q && db.dialect.fullText.isFound(articles.seq, 'desk_search', q, FOUND_MAX),
    isNotNull(articles[SORT_COLUMNS[sort]]),
  );
};

export const listDeskRows = (
  db: Db,
  filter: DeskFilter,
  scope: Scope,
  sort: DeskSort,
  from: Position | undefined,
  limit: number,
): Promise<DeskRow[]> => {
  const { articles, sections } = db.tables;
  const column = articles[SORT_COLUMNS[sort]];
  const isAscending = sort === 'publishedAt';
  const [order, beyond] = isAscending ? [asc, after] : [desc, before];
  return db
    .select(deskColumns(db))
    .from(articles)
    .leftJoin(sections, eq(sections.id, articles.sectionId))
    .where(and(matching(db, filter, scope, sort), from && beyond([column, articles.id], [from.key, from.id])))
    .orderBy(order(column), order(articles.id))
    .limit(limit)
    .execute();
};

/** How many rows the list has, counted no further than `most`. */
export const countDeskRows = async (
  db: Db,
  filter: DeskFilter,
  scope: Scope,
  sort: DeskSort,
  most: number,
): Promise<number> => {
  const { articles } = db.tables;
  const rows = db
    .select({ id: articles.id })
    .from(articles)
    .where(matching(db, filter, scope, sort))
    .limit(most);
  const [row] = await db.select({ n: sql<number>`count(*)`.mapWith(Number) }).from(rows.as('counted'));
  return row!.n;
};
