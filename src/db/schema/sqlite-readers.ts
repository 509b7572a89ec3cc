// What readers report, as SQLite sees it; postgres-readers.ts says the same in the other dialect.
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type * as column from './columns.ts';

/** One row a reader and comment. Written by that reader's report, settled by a moderator's decision. */
export const commentReports = sqliteTable('comment_reports', {
  id: text('id').primaryKey(),
  commentId: text('comment_id').notNull(),
  reporter: text('reporter'),
  reason: text('reason').$type<column.ReportReason>().notNull(),
  createdAt: integer('created_at').notNull(),
  settledAt: integer('settled_at'),
});
