// Articles and their texts. Written by the article services; read by the desk, by comments and by delivery/articles.ts.
import { asc, eq, inArray, sql } from 'drizzle-orm';
import { isId } from '../core/id.ts';
import { asInserted, type Db, prepared, slots } from '../db/dialect.ts';

export type ArticleRow = Db['tables']['articles']['$inferSelect'];
export type NewArticleRow = Db['tables']['articles']['$inferInsert'];

/** One article by id; inside a write it stays as it is until the end of the transaction. */
export const findArticle = async (db: Db, id: string): Promise<ArticleRow | undefined> => {
  const { articles } = db.tables;
  const query = prepared(db, 'article_row', () =>
    db.dialect.locked(
      db
        .select()
        .from(articles)
        .where(eq(articles.id, sql.placeholder('id'))),
    ),
  );
  const [row] = await query.execute({ id });
  return row;
};

/** One article by id, or by a slug it has or had; held like `findArticle`. */
export const findArticleByReference = async (db: Db, reference: string): Promise<ArticleRow | undefined> => {
  if (isId(reference)) return findArticle(db, reference.toLowerCase());
  const { articleSlugs } = db.tables;
  const query = prepared(db, 'article_id_by_slug', () =>
    db
      .select({ articleId: articleSlugs.articleId })
      .from(articleSlugs)
      .where(eq(articleSlugs.slug, sql.placeholder('reference'))),
  );
  const [slug] = await query.execute({ reference });
  return slug === undefined ? undefined : findArticle(db, slug.articleId);
};

/** Adds to the count of approved comments; not a change of the article. */
export const addToCommentCount = async (db: Db, id: string, added: number): Promise<void> => {
  const { articles } = db.tables;
  await db
    .update(articles)
    .set({ commentCount: sql`${articles.commentCount} + ${added}` })
    .where(eq(articles.id, id));
};

export type ArticleBodyRow = Db['tables']['articleBodies']['$inferSelect'];

export const findBody = async (db: Db, articleId: string): Promise<ArticleBodyRow> => {
  const { articleBodies } = db.tables;
  const query = prepared(db, 'article_body', () =>
    db
      .select()
      .from(articleBodies)
      .where(eq(articleBodies.articleId, sql.placeholder('articleId'))),
  );
  const [row] = await query.execute({ articleId });
  return row!;
};

export const insertArticle = async (db: Db, row: NewArticleRow): Promise<void> => {
  const { articles } = db.tables;
  // The table itself gives each its number.
  const { seq: _, ...columns } = slots(articles);
  const insert = prepared(db, 'insert_article', () => db.insert(articles).values(columns));
  const nothing = Object.fromEntries(Object.keys(columns).map((name) => [name, null]));
  await insert.execute({ ...nothing, ...row });
};

/** Saves a change of an article that this transaction has found, and so holds. */
export const updateArticle = async (db: Db, id: string, change: Partial<NewArticleRow>): Promise<void> => {
  const { articles } = db.tables;
  await db.update(articles).set(change).where(eq(articles.id, id));
};

export const saveBody = async (db: Db, row: ArticleBodyRow): Promise<void> => {
  const { articleBodies } = db.tables;
  const save = prepared(db, 'save_article_body', () => {
    const { articleId: _, ...change } = asInserted(articleBodies);
    return db
      .insert(articleBodies)
      .values(slots(articleBodies))
      .onConflictDoUpdate({ target: articleBodies.articleId, set: change });
  });
  await save.execute(row);
};

/** The ids of the tags of these articles, in order, by article; an article without tags is not there. */
export const listTagIds = async (db: Db, articleIds: readonly string[]): Promise<Map<string, string[]>> => {
  const { articleTags } = db.tables;
  const query = prepared(db, 'tag_ids_of_articles', () =>
    db
      .select({ articleId: articleTags.articleId, tagId: articleTags.tagId })
      .from(articleTags)
      .where(db.dialect.isAnyOf(articleTags.articleId, 'ids'))
      .orderBy(asc(articleTags.articleId), asc(articleTags.position)),
  );
  const rows = await query.execute({ ids: db.dialect.list(articleIds) });
  const ids = new Map<string, string[]>();
  for (const { articleId, tagId } of rows) ids.set(articleId, [...(ids.get(articleId) ?? []), tagId]);
  return ids;
};

export const replaceTags = async (
  db: Db,
  articleId: string,
  tagIds: readonly string[],
  listedAt: number | null,
): Promise<void> => {
  const { articleTags } = db.tables;
  const forget = prepared(db, 'delete_article_tags', () =>
    db.delete(articleTags).where(eq(articleTags.articleId, sql.placeholder('articleId'))),
  );
  await forget.execute({ articleId });
  if (tagIds.length === 0) return;
  await db
    .insert(articleTags)
    .values(tagIds.map((tagId, position) => ({ articleId, tagId, position, listedAt })));
};

/** Puts an article into, or with null takes it out of, the lists of its tags and authors. */
export const listArticleAt = async (db: Db, articleId: string, listedAt: number | null): Promise<void> => {
  const { articleAuthors, articleTags } = db.tables;
  await db.update(articleTags).set({ listedAt }).where(eq(articleTags.articleId, articleId));
  await db.update(articleAuthors).set({ listedAt }).where(eq(articleAuthors.articleId, articleId));
};

/** Makes a new version of every list that an article stands in, which it is about to leave; returns them. */
export const touchListsWith = async (
  db: Db,
  articleId: string,
  at: number,
): Promise<{ id: string; slug: string; version: number }[]> => {
  const { listItems, lists } = db.tables;
  const having = db
    .select({ id: listItems.listId })
    .from(listItems)
    .where(eq(listItems.articleId, articleId));
  // In one order, so that two that are deleted at once do not wait for each other.
  const held = await db.dialect.locked(
    db.select({ id: lists.id }).from(lists).where(inArray(lists.id, having)).orderBy(asc(lists.id)),
  );
  const ids = held.map(({ id }) => id);
  return db
    .update(lists)
    .set({ version: sql`${lists.version} + 1`, updatedAt: at })
    .where(inArray(lists.id, ids))
    .returning({ id: lists.id, slug: lists.slug, version: lists.version });
};

/** Removes an article and, by its foreign keys, its text, slugs, links and comments. */
export const deleteArticle = async (db: Db, id: string): Promise<void> => {
  await db.delete(db.tables.articles).where(eq(db.tables.articles.id, id));
};

/** The texts of these articles, by id. */
export const findBodies = async (db: Db, ids: readonly string[]): Promise<Map<string, ArticleBodyRow>> => {
  const { articleBodies } = db.tables;
  if (ids.length === 0) return new Map();
  const rows = await db
    .select()
    .from(articleBodies)
    .where(inArray(articleBodies.articleId, [...ids]));
  return new Map(rows.map((row) => [row.articleId, row]));
};

export interface Touch {
  at: number;
  by: string | null;
}

/** What touching an article sets: a new version, and a change that the public can see where it is public. */
export const touched = ({ tables: { articles } }: Db, { at, by }: Touch) => ({
  version: sql`${articles.version} + 1`,
  updatedAt: at,
  updatedBy: by,
  modifiedAt: sql`case when ${articles.publicFrom} <= ${at} then ${at} else ${articles.modifiedAt} end`,
});

/** Makes a new version of every article that names an author; returns them. */
export const touchArticlesNaming = async (db: Db, authorId: string, touch: Touch): Promise<ArticleRow[]> => {
  const { articleAuthors, articles } = db.tables;
  const naming = db
    .select({ id: articleAuthors.articleId })
    .from(articleAuthors)
    .where(eq(articleAuthors.authorId, authorId));
  return db.update(articles).set(touched(db, touch)).where(inArray(articles.id, naming)).returning();
};
