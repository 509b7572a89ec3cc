// What readers report, as PostgreSQL sees it; sqlite-readers.ts explains it.
import { bigint, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import type * as column from './columns.ts';

export const commentReports = pgTable('comment_reports', {
  id: uuid('id').primaryKey(),
  commentId: uuid('comment_id').notNull(),
  reporter: text('reporter'),
  reason: text('reason').$type<column.ReportReason>().notNull(),
  createdAt: bigint('created_at', { mode: 'number' }).notNull(),
  settledAt: bigint('settled_at', { mode: 'number' }),
});
