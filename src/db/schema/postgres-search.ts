// Search as PostgreSQL sees it; sqlite-search.ts explains it.
import { bigint, pgTable, text, uuid } from 'drizzle-orm/pg-core';

export const articleSearch = pgTable('article_search', {
  articleId: uuid('article_id').primaryKey(),
  seq: bigint('seq', { mode: 'number' }).notNull(),
  position: bigint('position', { mode: 'number' }),
  publishedAt: bigint('published_at', { mode: 'number' }),
  digest: text('digest').notNull(),
});

export const unindexedArticles = pgTable('unindexed_articles', {
  articleId: uuid('article_id').primaryKey(),
});
