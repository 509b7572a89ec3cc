// What keeps spam out; sqlite-spam.ts explains the table.
import { bigint, pgTable, text } from 'drizzle-orm/pg-core';

export const spentTokens = pgTable('spent_tokens', {
  hash: text('hash').primaryKey(),
  expiresAt: bigint('expires_at', { mode: 'number' }).notNull(),
});
