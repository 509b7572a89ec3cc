// Search as SQLite sees it, but for the two indexes, which only db/full-text.ts touches.
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Where an article stands in the indexes: its row in each, and what of it was indexed. */
export const articleSearch = sqliteTable('article_search', {
  articleId: text('article_id').primaryKey(),
  seq: integer('seq').notNull(),
  position: integer('position'),
  publishedAt: integer('published_at'),
  digest: text('digest').notNull(),
});

/** Articles that are not indexed yet: those that a migration found or made so. The next start takes them out. */
export const unindexedArticles = sqliteTable('unindexed_articles', {
  articleId: text('article_id').primaryKey(),
});
