// What is limited across processes; sqlite-limits.ts explains the table.
import { json, pgTable, text } from 'drizzle-orm/pg-core';

export const failedKeys = pgTable('failed_keys', {
  place: text('place').primaryKey(),
  failedAt: json('failed_at').$type<number[]>().notNull(),
});
