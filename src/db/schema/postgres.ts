// The tables as PostgreSQL sees them; sqlite.ts says the same in the other dialect and explains each table.
// Instants are bigint milliseconds since the epoch, so that both engines compare and page the same numbers;
// json, not jsonb, because an editor's metadata must come back with its keys in the order they were sent.
import {
  bigint,
  boolean,
  integer,
  json as jsonText,
  pgTable,
  primaryKey,
  text,
  uuid,
} from 'drizzle-orm/pg-core';
import type { JsonObject } from '../../core/merge.ts';
import type * as column from './columns.ts';

export * from './postgres-history.ts';
export * from './postgres-limits.ts';
export * from './postgres-lists.ts';
export * from './postgres-readers.ts';

const id = () => uuid('id').primaryKey();
const instant = (name: string) => bigint(name, { mode: 'number' });
const flag = (name: string) => boolean(name);
const json = <T>(name: string) => jsonText(name).$type<T>();
const version = () => integer('version').notNull();

export const secrets = pgTable('secrets', {
  name: text('name').primaryKey(),
  value: text('value').notNull(),
});

export const settings = pgTable('settings', {
  name: text('name').primaryKey(),
  value: json<column.SettingsValue>('value').notNull(),
  version: version(),
  updatedAt: instant('updated_at').notNull(),
});

export const apiKeys = pgTable('api_keys', {
  id: id(),
  name: text('name').notNull(),
  role: text('role').$type<column.Role>().notNull(),
  authorId: uuid('author_id'),
  createdBy: uuid('created_by'),
  createdAt: instant('created_at').notNull(),
  expiresAt: instant('expires_at'),
  revokedAt: instant('revoked_at'),
  lastUsedAt: instant('last_used_at'),
  version: version(),
});

export const apiKeySecrets = pgTable('api_key_secrets', {
  hash: text('hash').primaryKey(),
  keyId: uuid('key_id').notNull(),
  hint: text('hint').notNull(),
  createdAt: instant('created_at').notNull(),
  expiresAt: instant('expires_at'),
});

export const authors = pgTable('authors', {
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

export const sections = pgTable('sections', {
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

export const tags = pgTable('tags', {
  id: id(),
  slug: text('slug').notNull(),
  name: text('name').notNull(),
  nameKey: text('name_key').notNull(),
  articleCount: integer('article_count').notNull(),
  version: version(),
  createdAt: instant('created_at').notNull(),
  updatedAt: instant('updated_at').notNull(),
});

export const articles = pgTable('articles', {
  seq: bigint('seq', { mode: 'number' }).primaryKey().generatedByDefaultAsIdentity(),
  id: uuid('id').notNull(),
  status: text('status').$type<column.ArticleStatus>().notNull(),
  slug: text('slug').notNull(),
  slugIsExplicit: flag('slug_is_explicit').notNull(),
  title: text('title').notNull(),
  subtitle: text('subtitle'),
  summary: text('summary'),
  excerpt: text('excerpt').notNull(),
  language: text('language').notNull(),
  sectionId: uuid('section_id'),
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
  createdBy: uuid('created_by'),
  updatedAt: instant('updated_at').notNull(),
  updatedBy: uuid('updated_by'),
});

export const articleBodies = pgTable('article_bodies', {
  articleId: uuid('article_id').primaryKey(),
  format: text('format').$type<column.BodyFormat>().notNull(),
  source: text('source').notNull(),
  html: text('html').notNull(),
  text: text('text').notNull(),
  renderer: text('renderer').notNull(),
  n: integer('n').notNull(),
});

export const articleSlugs = pgTable('article_slugs', {
  slug: text('slug').primaryKey(),
  articleId: uuid('article_id').notNull(),
});

export const articleTags = pgTable(
  'article_tags',
  {
    articleId: uuid('article_id').notNull(),
    tagId: uuid('tag_id').notNull(),
    position: integer('position').notNull(),
    listedAt: instant('listed_at'),
  },
  (table) => [primaryKey({ columns: [table.articleId, table.tagId] })],
);

export const articleAuthors = pgTable(
  'article_authors',
  {
    articleId: uuid('article_id').notNull(),
    authorId: uuid('author_id').notNull(),
    role: text('role').notNull(),
    position: integer('position').notNull(),
    listedAt: instant('listed_at'),
  },
  (table) => [primaryKey({ columns: [table.articleId, table.authorId] })],
);

export const comments = pgTable('comments', {
  id: id(),
  articleId: uuid('article_id').notNull(),
  parentId: uuid('parent_id'),
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

export const commentPrivate = pgTable('comment_private', {
  commentId: uuid('comment_id').primaryKey(),
  email: text('email').notNull(),
  emailKey: text('email_key').notNull(),
  addressPrefix: text('address_prefix'),
  addressHash: text('address_hash'),
  agent: text('agent'),
  createdAt: instant('created_at').notNull(),
});

export const events = pgTable('events', {
  position: bigint('position', { mode: 'number' }).notNull(),
  at: instant('at').notNull(),
  actor: text('actor').notNull(),
  action: text('action').notNull(),
  subject: text('subject').notNull(),
  version: integer('version'),
  tags: json<string[]>('tags').notNull(),
});

export const receipts = pgTable('receipts', {
  key: text('key').primaryKey(),
  bodyHash: text('body_hash').notNull(),
  status: integer('status').notNull(),
  headers: json<Record<string, string>>('headers').notNull(),
  body: text('body').notNull(),
  createdAt: instant('created_at').notNull(),
  commentId: uuid('comment_id'),
});

export * from './postgres-search.ts';
export * from './postgres-spam.ts';
