// The links of articles to tags and sections, moved as a whole from one to another.
import { and, eq, exists, inArray, lt, type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Db } from '../db/dialect.ts';
import { type ArticleRow, type Touch, touched } from './store.ts';

/** Makes a new version of every article that has a tag; returns them. */
export const touchArticlesTagged = async (db: Db, tagId: string, touch: Touch): Promise<ArticleRow[]> => {
  const { articles, articleTags } = db.tables;
  const tagged = db
    .select({ id: articleTags.articleId })
    .from(articleTags)
    .where(eq(articleTags.tagId, tagId));
  return db.update(articles).set(touched(db, touch)).where(inArray(articles.id, tagged)).returning();
};

/** Gives the articles of the tag `from` the tag `to` in its place; an article that has both keeps the first of them. */
export const moveTag = async (db: Db, from: string, to: string): Promise<void> => {
  const { articleTags } = db.tables;
  const other = alias(articleTags, 'other');
  /** Where the same article has the tag `id` too. */
  const beside = (id: string, where?: SQL) =>
    exists(
      db
        .select({ one: sql`1` })
        .from(other)
        .where(and(eq(other.articleId, articleTags.articleId), eq(other.tagId, id), where)),
    );
  await db
    .delete(articleTags)
    .where(and(eq(articleTags.tagId, to), beside(from, lt(other.position, articleTags.position))));
  await db.delete(articleTags).where(and(eq(articleTags.tagId, from), beside(to)));
  await db.update(articleTags).set({ tagId: to }).where(eq(articleTags.tagId, from));
};

/** Moves the articles of a section to another, each as a new version; returns them. */
export const moveSection = async (db: Db, from: string, to: string, touch: Touch): Promise<ArticleRow[]> => {
  const { articles } = db.tables;
  return db
    .update(articles)
    .set({ ...touched(db, touch), sectionId: to })
    .where(eq(articles.sectionId, from))
    .returning();
};
