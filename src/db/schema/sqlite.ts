// The tables as SQLite sees them; postgres.ts says the same in the other dialect, and a type in dialect.ts
// refuses to compile when the rows of the two differ. Instants are integers: milliseconds since the epoch.
// Indexes, checks and triggers live in migrations/, where they are explained; drizzle needs only the columns.
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { JsonObject } from '../../core/merge.ts';
import type * as column from './columns.ts';

export * from './sqlite-history.ts';
export * from './sqlite-limits.ts';
export * from './sqlite-lists.ts';
export * from './sqlite-readers.ts';

const id = () => text('id').primaryKey();
const instant = (name: string) => integer(name);
const flag = (name: string) => integer(name, { mode: 'boolean' });
const json = <T>(name: string) => text(name, { mode: 'json' }).$type<T>();
const version = () => integer('version').notNull();

/** Written at first start, read at start: what signs cursors and tokens. */
export const secrets = sqliteTable('secrets', {
  name: text('name').primaryKey(),
  value: text('value').notNull(),
});

/** One row a group of settings, made on the first change; until then the defaults of settings/schema.ts hold. */
export const settings = sqliteTable('settings', {
  name: text('name').primaryKey(),
  value: json<column.SettingsValue>('value').notNull(),
  version: version(),
  updatedAt: instant('updated_at').notNull(),
});

/** Who may do what. Never deleted, only revoked: articles and events name their key for ever. */
export const apiKeys = sqliteTable('api_keys', {
  id: id(),
  name: text('name').notNull(),
  role: text('role').$type<column.Role>().notNull(),
  authorId: text('author_id'),
  createdBy: text('created_by'),
  createdAt: instant('created_at').notNull(),
  expiresAt: instant('expires_at'),
  revokedAt: instant('revoked_at'),
  lastUsedAt: instant('last_used_at'),
  version: version(),
});

/** The hashes by which a key is known: one, or two while a rotation overlaps. */
export const apiKeySecrets = sqliteTable('api_key_secrets', {
  hash: text('hash').primaryKey(),
  keyId: text('key_id').notNull(),
  hint: text('hint').notNull(),
  createdAt: instant('created_at').notNull(),
  expiresAt: instant('expires_at'),
});

export const authors = sqliteTable('authors', {
  id: id(),
  slug: text('slug').notNull(),
  name: text('name').notNull(),
  bio: text('bio'),
  avatarUrl: text('avatar_url'),
  website: text('website'),
  links: json<column.AuthorLink[]>('links').notNull(),
  email: text('email'),
  emailKey: text('email_key'),
  active: flag('active').notNull(),
  sourceSystem: text('source_system'),
  sourceId: text('source_id'),
  articleCount: integer('article_count').notNull(),
  version: version(),
  createdAt: instant('created_at').notNull(),
  updatedAt: instant('updated_at').notNull(),
});

export const sections = sqliteTable('sections', {
  id: id(),
  slug: text('slug').notNull(),
  name: text('name').notNull(),
  description: text('description'),
  position: integer('position').notNull(),
  articleCount: integer('article_count').notNull(),
  version: version(),
  createdAt: instant('created_at').notNull(),
  updatedAt: instant('updated_at').notNull(),
});

export const tags = sqliteTable('tags', {
  id: id(),
  slug: text('slug').notNull(),
  name: text('name').notNull(),
  nameKey: text('name_key').notNull(),
  articleCount: integer('article_count').notNull(),
  version: version(),
  createdAt: instant('created_at').notNull(),
  updatedAt: instant('updated_at').notNull(),
});

/** Everything of an article but its text. `public_from` and `public_until` alone say who is public, when. */
export const articles = sqliteTable('articles', {
  seq: integer('seq').primaryKey(),
  id: text('id').notNull(),
  status: text('status').$type<column.ArticleStatus>().notNull(),
  slug: text('slug').notNull(),
  slugIsExplicit: flag('slug_is_explicit').notNull(),
  title: text('title').notNull(),
  subtitle: text('subtitle'),
  summary: text('summary'),
  excerpt: text('excerpt').notNull(),
  language: text('language').notNull(),
  sectionId: text('section_id'),
  cover: json<column.Cover>('cover'),
  canonicalUrl: text('canonical_url'),
  seo: json<column.Seo>('seo').notNull(),
  commentPolicy: text('comment_policy').$type<column.CommentPolicy>(),
  commentsCloseAt: instant('comments_close_at'),
  commentCount: integer('comment_count').notNull(),
  wordCount: integer('word_count').notNull(),
  sourceSystem: text('source_system'),
  sourceId: text('source_id'),
  notes: text('notes'),
  metadataPublic: json<JsonObject>('metadata_public').notNull(),
  metadataPrivate: json<JsonObject>('metadata_private').notNull(),
  corrections: json<column.Correction[]>('corrections').notNull(),
  returnNote: text('return_note'),
  stagedAt: instant('staged_at'),
  publishedAt: instant('published_at'),
  modifiedAt: instant('modified_at'),
  publicFrom: instant('public_from'),
  publicUntil: instant('public_until'),
  version: version(),
  createdAt: instant('created_at').notNull(),
  createdBy: text('created_by'),
  updatedAt: instant('updated_at').notNull(),
  updatedBy: text('updated_by'),
});

/** The text, apart, so that no list ever reads it. Rendered and sanitized at write by `renderer`. */
export const articleBodies = sqliteTable('article_bodies', {
  articleId: text('article_id').primaryKey(),
  format: text('format').$type<column.BodyFormat>().notNull(),
  source: text('source').notNull(),
  html: text('html').notNull(),
  text: text('text').notNull(),
  renderer: text('renderer').notNull(),
  n: integer('n').notNull(),
});

/** Current and former slugs: one probe tells an article, a redirect and nothing apart. */
export const articleSlugs = sqliteTable('article_slugs', {
  slug: text('slug').primaryKey(),
  articleId: text('article_id').notNull(),
});

/** `listed_at` is the article's `published_at` while it has a `public_from`, else null: a list of a tag is one scan. */
export const articleTags = sqliteTable(
  'article_tags',
  {
    articleId: text('article_id').notNull(),
    tagId: text('tag_id').notNull(),
    position: integer('position').notNull(),
    listedAt: instant('listed_at'),
  },
  (table) => [primaryKey({ columns: [table.articleId, table.tagId] })],
);

export const articleAuthors = sqliteTable(
  'article_authors',
  {
    articleId: text('article_id').notNull(),
    authorId: text('author_id').notNull(),
    role: text('role').notNull(),
    position: integer('position').notNull(),
    listedAt: instant('listed_at'),
  },
  (table) => [primaryKey({ columns: [table.articleId, table.authorId] })],
);

/** What readers said. `shown`: approved, or kept as a tombstone because a shown reply hangs below it. */
export const comments = sqliteTable('comments', {
  id: id(),
  articleId: text('article_id').notNull(),
  parentId: text('parent_id'),
  depth: integer('depth').notNull(),
  threadKey: text('thread_key').notNull(),
  status: text('status').$type<column.CommentStatus>().notNull(),
  shown: flag('shown').notNull(),
  authorName: text('author_name').notNull(),
  authorUrl: text('author_url'),
  isStaff: flag('is_staff').notNull(),
  body: text('body').notNull(),
  fingerprint: text('fingerprint').notNull(),
  reasons: json<column.CommentReason[]>('reasons').notNull(),
  replyCount: integer('reply_count').notNull(),
  version: version(),
  createdAt: instant('created_at').notNull(),
  editedAt: instant('edited_at'),
  reportCount: integer('report_count').notNull().default(0),
  decidedAt: instant('decided_at'),
});

/** What a reader told us and nobody else may read: no Delivery query joins this table. */
export const commentPrivate = sqliteTable('comment_private', {
  commentId: text('comment_id').primaryKey(),
  email: text('email').notNull(),
  emailKey: text('email_key').notNull(),
  addressPrefix: text('address_prefix'),
  addressHash: text('address_hash'),
  agent: text('agent'),
  createdAt: instant('created_at').notNull(),
});

/** What happened, appended in the transaction in which it happened; positions are in the order of commits. */
export const events = sqliteTable('events', {
  position: integer('position').notNull(),
  at: instant('at').notNull(),
  actor: text('actor').notNull(),
  action: text('action').notNull(),
  subject: text('subject').notNull(),
  version: integer('version'),
  tags: json<string[]>('tags').notNull(),
});

/** The stored answers behind Idempotency-Key, written in the transaction of their effect, kept 24 hours. */
export const receipts = sqliteTable('receipts', {
  key: text('key').primaryKey(),
  bodyHash: text('body_hash').notNull(),
  status: integer('status').notNull(),
  headers: json<Record<string, string>>('headers').notNull(),
  body: text('body').notNull(),
  createdAt: instant('created_at').notNull(),
  commentId: text('comment_id'),
});

export * from './sqlite-search.ts';
export * from './sqlite-spam.ts';
