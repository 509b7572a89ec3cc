// The lists that editors arrange, as PostgreSQL sees them; sqlite-lists.ts explains each table.
import { bigint, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';

export const lists = pgTable('lists', {
  id: uuid('id').primaryKey(),
  slug: text('slug').notNull(),
  name: text('name').notNull(),
  description: text('description'),
  version: integer('version').notNull(),
  createdAt: bigint('created_at', { mode: 'number' }).notNull(),
  updatedAt: bigint('updated_at', { mode: 'number' }).notNull(),
});

export const listItems = pgTable(
  'list_items',
  {
    listId: uuid('list_id').notNull(),
    articleId: uuid('article_id').notNull(),
    position: integer('position').notNull(),
  },
  (table) => [primaryKey({ columns: [table.listId, table.articleId] })],
);
