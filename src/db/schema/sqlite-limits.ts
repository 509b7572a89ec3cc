// What is limited across processes; the table of postgres-limits.ts.
import { sqliteTable, text } from 'drizzle-orm/sqlite-core';

/**
 * When keys that open nothing were sent, in as many places as addresses are hashed to, and no more rows than that.
 * Written and read by access/failed-keys.ts; a time that is over goes with the next one at its place.
 */
export const failedKeys = sqliteTable('failed_keys', {
  place: text('place').primaryKey(),
  failedAt: text('failed_at', { mode: 'json' }).$type<number[]>().notNull(),
});
