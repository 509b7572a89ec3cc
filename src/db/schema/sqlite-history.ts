// What an article was, would be, and is shown as before it is public: revisions, the staged change, previews.
// postgres-history.ts says the same in the other dialect; indexes and checks are in migrations/.
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type * as column from './columns.ts';

const json = <T>(name: string) => text(name, { mode: 'json' }).$type<T>();

/** One row a saved change: `n` is the version that it made. Written with the change, never changed, read by the desk. */
export const articleRevisions = sqliteTable(
  'article_revisions',
  {
    articleId: text('article_id').notNull(),
    n: integer('n').notNull(),
    kind: text('kind').$type<column.RevisionKind>().notNull(),
    action: text('action').notNull(),
    at: integer('at').notNull(),
    madeBy: text('made_by'),
    fields: json<string[]>('fields').notNull(),
    content: json<column.RevisionContent>('content').notNull(),
    bodyN: integer('body_n').notNull(),
    note: text('note'),
  },
  (table) => [primaryKey({ columns: [table.articleId, table.n] })],
);

/** Texts that are no longer, or not yet, an article's own; the one it has lies in `article_bodies` alone. */
export const articleRevisionBodies = sqliteTable(
  'article_revision_bodies',
  {
    articleId: text('article_id').notNull(),
    n: integer('n').notNull(),
    format: text('format').$type<column.BodyFormat>().notNull(),
    source: text('source').notNull(),
  },
  (table) => [primaryKey({ columns: [table.articleId, table.n] })],
);

/** The one change kept aside over a published article. `bases`: for each field the version against which it was staged. */
export const articleStaged = sqliteTable('article_staged', {
  articleId: text('article_id').primaryKey(),
  content: json<column.StagedContent>('content').notNull(),
  bases: json<Record<string, number>>('bases').notNull(),
  text: json<column.StagedText>('text'),
  bodyN: integer('body_n'),
});

/** What a preview link shows, as it was when the link was made; gone when the link is revoked, pruned when expired. */
export const articlePreviews = sqliteTable('article_previews', {
  id: text('id').primaryKey(),
  articleId: text('article_id').notNull(),
  n: integer('n').notNull(),
  answer: text('answer').notNull(),
  createdAt: integer('created_at').notNull(),
  createdBy: text('created_by'),
  expiresAt: integer('expires_at').notNull(),
});
