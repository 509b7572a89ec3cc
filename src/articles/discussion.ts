// Whether readers may comment: what the article says, and where it is silent, the site.
import type { CommentPolicy } from '../db/schema/columns.ts';
import type { DiscussionSettings } from '../settings/discussion.ts';
import { isVisible } from './visibility.ts';

export interface Discussed {
  commentPolicy: CommentPolicy | null;
  commentsCloseAt: number | null;
  publishedAt: number | null;
  publicFrom: number | null;
  publicUntil: number | null;
}

export const commentPolicyOf = ({ commentPolicy }: Discussed, site: DiscussionSettings): CommentPolicy =>
  commentPolicy ?? site.policy;

const DAY_MS = 86_400_000;

/** From when on an article takes no more comments: its own word, else its age; null where neither ends it. */
export const commentsCloseAtOf = (
  { commentsCloseAt, publishedAt }: Pick<Discussed, 'commentsCloseAt' | 'publishedAt'>,
  { closeAfterDays }: DiscussionSettings,
): number | null => {
  if (commentsCloseAt !== null || closeAfterDays === null || publishedAt === null) return commentsCloseAt;
  return publishedAt + closeAfterDays * DAY_MS;
};

/** Whether a comment posted at `now` would be taken at all. */
export const acceptsComments = (article: Discussed, site: DiscussionSettings, now: number): boolean => {
  const closeAt = commentsCloseAtOf(article, site);
  return (
    isVisible(article, now) &&
    commentPolicyOf(article, site) !== 'closed' &&
    (closeAt === null || closeAt > now)
  );
};
