// The types of the columns that hold more than a number or a line of text, shared by both dialects.
import type { Json } from '../../core/merge.ts';

export const ROLES = ['site', 'contributor', 'reporter', 'moderator', 'editor', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Where an article stands on the desk. Who may read it is said by `public_from` and `public_until` alone. */
export const ARTICLE_STATUSES = ['draft', 'published', 'archived', 'trashed'] as const;
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

/** Why a comment was not published at once; `detail` never holds an e-mail. */
export interface CommentReason {
  reason: string;
  detail: string | null;
}

/** A settings group as stored; its slice parses it with its own schema. */
export type SettingsValue = { [key: string]: Json };
