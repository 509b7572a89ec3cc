// A comment as its writer, the public and the moderators see it. What the public sees of a comment that is not
// approved is a tombstone: its place and its replies, and nothing that was said.
import { toInstant, toInstantOrNull } from '../core/clock.ts';
import type { ManagedRow } from './queue.store.ts';
import type { Comment, ManagedComment, PostedComment } from './schema.ts';
import type { CommentRow } from './store.ts';
import { commentHtml } from './text.ts';

/** The columns that are read for the public. */
export type PublicRow = Omit<CommentRow, 'fingerprint' | 'reasons' | 'version' | 'reportCount' | 'decidedAt'>;

const wholeView = (row: PublicRow): Comment => ({
  id: row.id,
  articleId: row.articleId,
  parentId: row.parentId,
  depth: row.depth,
  authorName: row.authorName,
  authorUrl: row.authorUrl,
  isStaff: row.isStaff,
  body: row.body,
  bodyHtml: commentHtml(row.body),
  createdAt: toInstant(row.createdAt),
  editedAt: toInstantOrNull(row.editedAt),
  replyCount: row.replyCount,
  deleted: row.status === 'deleted',
});

const tombstoneView = (row: PublicRow): Comment => ({
  id: row.id,
  articleId: row.articleId,
  parentId: row.parentId,
  depth: row.depth,
  authorName: '',
  authorUrl: null,
  isStaff: false,
  body: '',
  bodyHtml: '',
  createdAt: toInstant(row.createdAt),
  editedAt: null,
  replyCount: row.replyCount,
  deleted: true,
});

/** What everybody sees of a comment that is shown. */
export const commentView = (row: PublicRow): Comment =>
  row.status === 'approved' ? wholeView(row) : tombstoneView(row);

/** What its writer sees: the same whatever the verdict, but for what is public at once. */
export const postedView = (row: PublicRow): PostedComment => ({
  ...wholeView(row),
  status: row.status === 'approved' ? 'approved' : 'pending',
});

export const managedCommentView = ({ comment, sender, article, reports }: ManagedRow): ManagedComment => ({
  ...wholeView(comment),
  status: comment.status,
  authorEmail: sender?.email ?? null,
  addressPrefix: sender?.addressPrefix ?? null,
  userAgent: sender?.agent ?? null,
  moderation: { reasons: comment.reasons, reports: { count: comment.reportCount, reasons: reports } },
  version: comment.version,
  article,
});
