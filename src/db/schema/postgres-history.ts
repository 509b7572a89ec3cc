// What an article was, would be, and is shown as before it is public: revisions, the staged change, previews.
// sqlite-history.ts says the same in the other dialect and explains each table.
import { bigint, integer, json as jsonText, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import type * as column from './columns.ts';

const json = <T>(name: string) => jsonText(name).$type<T>();
const instant = (name: string) => bigint(name, { mode: 'number' });

export const articleRevisions = pgTable(
  'article_revisions',
  {
    articleId: uuid('article_id').notNull(),
    n: integer('n').notNull(),
    kind: text('kind').$type<column.RevisionKind>().notNull(),
    action: text('action').notNull(),
    at: instant('at').notNull(),
    madeBy: uuid('made_by'),
    fields: json<string[]>('fields').notNull(),
    content: json<column.RevisionContent>('content').notNull(),
    bodyN: integer('body_n').notNull(),
    note: text('note'),
  },
  (table) => [primaryKey({ columns: [table.articleId, table.n] })],
);

export const articleRevisionBodies = pgTable(
  'article_revision_bodies',
  {
    articleId: uuid('article_id').notNull(),
    n: integer('n').notNull(),
    format: text('format').$type<column.BodyFormat>().notNull(),
    source: text('source').notNull(),
  },
  (table) => [primaryKey({ columns: [table.articleId, table.n] })],
);

export const articleStaged = pgTable('article_staged', {
  articleId: uuid('article_id').primaryKey(),
  content: json<column.StagedContent>('content').notNull(),
  bases: json<Record<string, number>>('bases').notNull(),
  text: json<column.StagedText>('text'),
  bodyN: integer('body_n'),
});

export const articlePreviews = pgTable('article_previews', {
  id: uuid('id').primaryKey(),
  articleId: uuid('article_id').notNull(),
  n: integer('n').notNull(),
  answer: text('answer').notNull(),
  createdAt: instant('created_at').notNull(),
  createdBy: uuid('created_by'),
  expiresAt: instant('expires_at').notNull(),
});
