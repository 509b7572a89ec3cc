// Authors. Written by the author service; read by the desk's lists, by bylines and by delivery/authors.ts.
import { and, asc, eq, inArray, isNotNull, like, or, type SQL, sql } from 'drizzle-orm';
import type { Position } from '../core/page.ts';
import { after, type Db, isNamed, prepared } from '../db/dialect.ts';

export type AuthorRow = Db['tables']['authors']['$inferSelect'];
export type NewAuthorRow = Db['tables']['authors']['$inferInsert'];

export interface AuthorFilter {
  active?: boolean | undefined;
  slug?: readonly string[] | undefined;
}

/** One author by either spelling; inside a write it stays as it is until the end of the transaction. */
export const findAuthor = async (db: Db, slugOrId: string): Promise<AuthorRow | undefined> => {
  const { authors } = db.tables;
  const [row] = await db.dialect.locked(db.select().from(authors).where(isNamed(authors, slugOrId)));
  return row;
};

/** The author of this e-mail, held like `findAuthor`. */
export const findAuthorByEmail = async (db: Db, emailKey: string): Promise<AuthorRow | undefined> => {
  const { authors } = db.tables;
  const [row] = await db.dialect.locked(db.select().from(authors).where(eq(authors.emailKey, emailKey)));
  return row;
};

/** The authors among these ids and slugs, in no order; what is unknown is left out. */
export const findAuthorsByReference = async (
  db: Db,
  ids: readonly string[],
  slugs: readonly string[],
): Promise<AuthorRow[]> => {
  const { authors } = db.tables;
  const { isAnyOf, list } = db.dialect;
  const query = prepared(db, 'authors_by_reference', () =>
    db
      .select()
      .from(authors)
      .where(or(isAnyOf(authors.id, 'ids'), isAnyOf(authors.slug, 'slugs'))),
  );
  return query.execute({ ids: list(ids), slugs: list(slugs) });
};

const matching = ({ tables: { authors } }: Db, { active, slug }: AuthorFilter): SQL | undefined =>
  and(
    active === undefined ? undefined : eq(authors.active, active),
    slug && inArray(authors.slug, [...slug]),
  );

/** By name, then id. */
export const listAuthors = (
  db: Db,
  filter: AuthorFilter,
  from: Position | undefined,
  limit: number,
): Promise<AuthorRow[]> => {
  const { authors } = db.tables;
  return db
    .select()
    .from(authors)
    .where(and(matching(db, filter), from && after([authors.name, authors.id], [from.key, from.id])))
    .orderBy(asc(authors.name), asc(authors.id))
    .limit(limit)
    .execute();
};

export const countAuthors = (db: Db, filter: AuthorFilter): Promise<number> =>
  db.$count(db.tables.authors, matching(db, filter));

/** The number only has to be nobody else's. */
const SLUGS_LOCK = 7_773;

/** Slugs in use that are `base` or begin with `base-`; until the end of the write nobody else can look. */
export const listAuthorSlugs = async (db: Db, base: string): Promise<string[]> => {
  const { authors } = db.tables;
  await db.dialect.lockUntilCommit(db, SLUGS_LOCK);
  const rows = await db
    .select({ slug: authors.slug })
    .from(authors)
    .where(or(eq(authors.slug, base), like(authors.slug, `${base}-%`)));
  return rows.map(({ slug }) => slug);
};

export const insertAuthor = async (db: Db, row: NewAuthorRow): Promise<AuthorRow> => {
  const [inserted] = await db.insert(db.tables.authors).values(row).returning();
  return inserted!;
};

/** Saves a change of an author that this transaction has found, and so holds. */
export const updateAuthor = async (db: Db, id: string, change: Partial<NewAuthorRow>): Promise<AuthorRow> => {
  const { authors } = db.tables;
  const [row] = await db.update(authors).set(change).where(eq(authors.id, id)).returning();
  return row!;
};

/** Adds to the count of public articles of each author; not a change of the author. */
export const addToArticleCounts = async (db: Db, ids: readonly string[], added: number): Promise<void> => {
  const { authors } = db.tables;
  if (ids.length === 0) return;
  const add = prepared(db, 'add_to_author_counts', () =>
    db
      .update(authors)
      .set({ articleCount: sql`${authors.articleCount} + ${sql.placeholder('added')}` })
      .where(db.dialect.isAnyOf(authors.id, 'ids')),
  );
  await add.execute({ ids: db.dialect.list(ids), added });
};

/** Throws a foreign-key violation while an article or a key names the author. */
export const deleteAuthor = async (db: Db, id: string): Promise<void> => {
  await db.delete(db.tables.authors).where(eq(db.tables.authors.id, id));
};

export const countKeysOf = (db: Db, id: string): Promise<number> =>
  db.$count(db.tables.apiKeys, eq(db.tables.apiKeys.authorId, id));

export const countArticlesOf = (db: Db, id: string): Promise<number> =>
  db.$count(db.tables.articleAuthors, eq(db.tables.articleAuthors.authorId, id));

/** Counts an author's public articles anew, where adding one by one would not do. */
export const recountArticles = async (db: Db, id: string): Promise<void> => {
  const { articleAuthors, articles, authors } = db.tables;
  const [counted] = await db
    .select({ articles: sql<number>`count(*)`.mapWith(Number) })
    .from(articleAuthors)
    .innerJoin(articles, eq(articles.id, articleAuthors.articleId))
    .where(
      and(
        eq(articleAuthors.authorId, id),
        isNotNull(articleAuthors.listedAt),
        // In the lists are also those that only wait for their instant.
        eq(articles.status, 'published'),
      ),
    );
  await db.update(authors).set({ articleCount: counted!.articles }).where(eq(authors.id, id));
};
