// The types of the columns that hold more than a number or a line of text, shared by both dialects.
import type { Json, JsonObject } from '../../core/merge.ts';

export const ROLES = ['site', 'contributor', 'reporter', 'moderator', 'editor', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Where an article stands on the desk. Who may read it is said by `public_from` and `public_until` alone. */
export const ARTICLE_STATUSES = [
  'draft',
  'in_review',
  'scheduled',
  'published',
  'archived',
  'trashed',
] as const;
export type ArticleStatus = (typeof ARTICLE_STATUSES)[number];

export const COMMENT_STATUSES = ['pending', 'approved', 'spam', 'rejected', 'deleted'] as const;
export type CommentStatus = (typeof COMMENT_STATUSES)[number];

/** Why a reader reports a comment. */
export const REPORT_REASONS = ['spam', 'abuse', 'off_topic', 'other'] as const;
export type ReportReason = (typeof REPORT_REASONS)[number];

export const COMMENT_POLICIES = ['open', 'moderated', 'closed'] as const;
export type CommentPolicy = (typeof COMMENT_POLICIES)[number];

export const BODY_FORMATS = ['markdown', 'html'] as const;
export type BodyFormat = (typeof BODY_FORMATS)[number];

export interface AuthorLink {
  rel: string;
  url: string;
}

export interface Cover {
  url: string;
  alt: string;
  caption: string | null;
  credit: string | null;
  width: number | null;
  height: number | null;
}

export interface Seo {
  title: string | null;
  description: string | null;
  noindex: boolean;
}

/** Said below an article that was public with a mistake in it. */
export interface Correction {
  id: string;
  /** RFC 3339. */
  at: string;
  text: string;
}

/** `staged`: what an article would be with the change that is kept aside for it. */
export const REVISION_KINDS = ['live', 'staged'] as const;
export type RevisionKind = (typeof REVISION_KINDS)[number];

/** The public content of an article as one version had it; names as they were then, ids to find them again. */
export interface RevisionContent {
  slug: string;
  title: string;
  subtitle: string | null;
  summary: string | null;
  language: string;
  section: { id: string; slug: string; name: string } | null;
  tags: { id: string; slug: string; name: string }[];
  authors: { id: string; slug: string; name: string; role: string }[];
  cover: Cover | null;
  canonicalUrl: string | null;
  seo: Seo;
  metadata: { public: JsonObject };
  corrections: Correction[];
}

/** A change that is kept aside: the fields it touches, each with its value as a whole. */
export interface StagedContent {
  slug?: string;
  title?: string;
  subtitle?: string | null;
  summary?: string | null;
  language?: string;
  sectionId?: string | null;
  tagIds?: string[];
  bylines?: { authorId: string; role: string }[];
  cover?: Cover | null;
  canonicalUrl?: string | null;
  seo?: Seo;
  metadataPublic?: JsonObject;
}

/** A text that is kept aside, as it was written and as it will be shown. */
export interface StagedText {
  body: { format: BodyFormat; source: string };
  rendered: { html: string; text: string; wordCount: number; rendererVersion: string };
}

/** Why a comment was not published at once; `detail` never holds an e-mail. */
export interface CommentReason {
  reason: string;
  detail: string | null;
}

/** A settings group as stored; its slice parses it with its own schema. */
export type SettingsValue = { [key: string]: Json };
