// Lists and what stands in them. Written by their service, and where an article is deleted for good; read by the desk and by delivery/lists.ts.
import { and, asc, eq, inArray, like, notInArray, or, type SQL, sql } from 'drizzle-orm';
import { isId } from '../core/id.ts';
import type { Position } from '../core/page.ts';
import { after, type Db } from '../db/dialect.ts';
import type { ArticleStatus } from '../db/schema/columns.ts';

export type ListRow = Db['tables']['lists']['$inferSelect'];
export type NewListRow = Db['tables']['lists']['$inferInsert'];

export interface ListFilter {
  slug?: readonly string[] | undefined;
}

/** One list; inside a write it stays as it is until the end of the transaction. */
export const findList = async (db: Db, id: string): Promise<ListRow | undefined> => {
  const { lists } = db.tables;
  const [row] = await db.dialect.locked(db.select().from(lists).where(eq(lists.id, id)));
  return row;
};

/** One list by its slug; not held. */
export const findListBySlug = async (db: Db, slug: string): Promise<ListRow | undefined> => {
  const { lists } = db.tables;
  const [row] = await db.select().from(lists).where(eq(lists.slug, slug));
  return row;
};

const matching = ({ tables: { lists } }: Db, { slug }: ListFilter): SQL | undefined =>
  slug && inArray(lists.slug, [...slug]);

/** By name. */
export const listLists = (
  db: Db,
  filter: ListFilter,
  from: Position | undefined,
  limit: number,
): Promise<ListRow[]> => {
  const { lists } = db.tables;
  return db
    .select()
    .from(lists)
    .where(and(matching(db, filter), from && after([lists.name, lists.id], [from.key, from.id])))
    .orderBy(asc(lists.name), asc(lists.id))
    .limit(limit)
    .execute();
};

export const countLists = (db: Db, filter: ListFilter): Promise<number> =>
  db.$count(db.tables.lists, matching(db, filter));

/** Slugs of lists that are `base` or begin with `base-`. */
export const listListSlugs = async (db: Db, base: string): Promise<string[]> => {
  const { lists } = db.tables;
  const rows = await db
    .select({ slug: lists.slug })
    .from(lists)
    .where(or(eq(lists.slug, base), like(lists.slug, `${base}-%`)));
  return rows.map(({ slug }) => slug);
};

export const insertList = async (db: Db, row: NewListRow): Promise<ListRow> => {
  const [inserted] = await db.insert(db.tables.lists).values(row).returning();
  return inserted!;
};

/** Saves a change of a list that this transaction has found, and so holds. */
export const updateList = async (db: Db, id: string, change: Partial<NewListRow>): Promise<ListRow> => {
  const { lists } = db.tables;
  const [row] = await db.update(lists).set(change).where(eq(lists.id, id)).returning();
  return row!;
};

/** Removes a list and, by their foreign key, its items. */
export const deleteList = async (db: Db, id: string): Promise<void> => {
  await db.delete(db.tables.lists).where(eq(db.tables.lists.id, id));
};

/** Puts these articles into a list, in this order, and takes all others out. */
export const replaceItems = async (db: Db, listId: string, articleIds: readonly string[]): Promise<void> => {
  const { listItems } = db.tables;
  await db
    .delete(listItems)
    .where(and(eq(listItems.listId, listId), notInArray(listItems.articleId, [...articleIds])));
  if (articleIds.length === 0) return;
  // What stays is moved, not made anew: an article that is being deleted meanwhile need not be waited for.
  await db
    .insert(listItems)
    .values(articleIds.map((articleId, position) => ({ listId, articleId, position })))
    .onConflictDoUpdate({
      target: [listItems.listId, listItems.articleId],
      set: { position: sql`excluded.position` },
    });
};

export interface ListItemRow {
  id: string;
  slug: string;
  title: string;
  status: ArticleStatus;
  publishedAt: number | null;
  publicFrom: number | null;
  publicUntil: number | null;
  createdBy: string | null;
}

/** The articles in a list, in order. */
export const listItemsOf = (db: Db, listId: string): Promise<ListItemRow[]> => {
  const { articles, listItems } = db.tables;
  return db
    .select({
      id: articles.id,
      slug: articles.slug,
      title: articles.title,
      status: articles.status,
      publishedAt: articles.publishedAt,
      publicFrom: articles.publicFrom,
      publicUntil: articles.publicUntil,
      createdBy: articles.createdBy,
    })
    .from(listItems)
    .innerJoin(articles, eq(articles.id, listItems.articleId))
    .where(eq(listItems.listId, listId))
    .orderBy(asc(listItems.position))
    .execute();
};

/** Who is in the bylines of the articles in a list, by article id. */
export const listAuthorIds = async (db: Db, listId: string): Promise<Map<string, string[]>> => {
  const { articleAuthors, listItems } = db.tables;
  const rows = await db
    .select({ articleId: articleAuthors.articleId, authorId: articleAuthors.authorId })
    .from(listItems)
    .innerJoin(articleAuthors, eq(articleAuthors.articleId, listItems.articleId))
    .where(eq(listItems.listId, listId));
  const authorIds = new Map<string, string[]>();
  for (const { articleId, authorId } of rows)
    authorIds.set(articleId, [...(authorIds.get(articleId) ?? []), authorId]);
  return authorIds;
};

/** The articles that these ids and slugs, current or former, stand for; in no order, and none where there is none. */
export const findArticlesNamed = async (
  db: Db,
  references: readonly string[],
): Promise<{ reference: string; id: string }[]> => {
  const { articles, articleSlugs } = db.tables;
  const byId = await db
    .select({ reference: articles.id, id: articles.id })
    .from(articles)
    .where(inArray(articles.id, references.filter(isId)));
  const bySlug = await db
    .select({ reference: articleSlugs.slug, id: articleSlugs.articleId })
    .from(articleSlugs)
    .where(inArray(articleSlugs.slug, [...references]));
  return [...byId, ...bySlug];
};
