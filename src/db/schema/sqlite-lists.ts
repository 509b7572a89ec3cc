// The lists that editors arrange, as SQLite sees them; postgres-lists.ts says the same in the other dialect.
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** A list has its articles in `list_items`; its version moves with every change of either. */
export const lists = sqliteTable('lists', {
  id: text('id').primaryKey(),
  slug: text('slug').notNull(),
  name: text('name').notNull(),
  description: text('description'),
  version: integer('version').notNull(),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
});

/** Articles of any status, each once a list. An article that is deleted leaves its lists by its foreign key. */
export const listItems = sqliteTable(
  'list_items',
  {
    listId: text('list_id').notNull(),
    articleId: text('article_id').notNull(),
    position: integer('position').notNull(),
  },
  (table) => [primaryKey({ columns: [table.listId, table.articleId] })],
);
