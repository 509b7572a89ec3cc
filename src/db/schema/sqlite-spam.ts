// What keeps spam out; the table of postgres-spam.ts.
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/**
 * Hashes of form tokens that a comment was posted with. Written and read by comments/posting.ts in the comment's own
 * transaction, and forgotten there once their token is too old to be used again.
 */
export const spentTokens = sqliteTable('spent_tokens', {
  hash: text('hash').primaryKey(),
  expiresAt: integer('expires_at').notNull(),
});
