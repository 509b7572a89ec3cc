// Whether readers may comment: what the article says, and where it is silent, the site.
import type { CommentPolicy } from '../db/schema/columns.ts';
import { isVisible } from './visibility.ts';

export interface Discussed {
  commentPolicy: CommentPolicy | null;
  commentsCloseAt: number | null;
  publicFrom: number | null;
  publicUntil: number | null;
}

/** What holds where an article says nothing. */
export const DEFAULT_COMMENT_POLICY: CommentPolicy = 'open';

export const commentPolicyOf = ({ commentPolicy }: Discussed): CommentPolicy =>
  commentPolicy ?? DEFAULT_COMMENT_POLICY;

/** Whether a comment posted at `now` would be taken at all. */
export const acceptsComments = (article: Discussed, now: number): boolean =>
  isVisible(article, now) &&
  commentPolicyOf(article) !== 'closed' &&
  (article.commentsCloseAt === null || article.commentsCloseAt > now);
