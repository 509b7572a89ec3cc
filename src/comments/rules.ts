// What becomes of a comment: an ordered list of small pure checks of (facts, now). A refusal ends it; every other hit
// is kept, and the gravest of them decides. A further check is a fact and a row here.
import { acceptsComments, commentPolicyOf, type Discussed } from '../articles/discussion.ts';
import { isVisible } from '../articles/visibility.ts';
import { toInstant } from '../core/clock.ts';
import { notFound, Problem } from '../core/problem.ts';
import type { CommentReason, CommentStatus } from '../db/schema/columns.ts';
import { MAX_DEPTH, type REASONS } from './schema.ts';

/** Where a comment is to stand. `parent` is what `parentId` was found to be. */
export interface Place {
  article: Discussed & { id: string };
  parentId: string | null;
  parent: { articleId: string; status: CommentStatus; depth: number } | undefined;
}

/** All that decides about a reader's comment. A sender is an e-mail or an address. */
export interface Facts extends Place {
  /** The same sender has said the same in the same place. */
  isDuplicate: boolean;
  /** When this sender's last comment was posted, where that is less than `floodSeconds` ago. */
  lastPostedAt: number | undefined;
  floodSeconds: number;
  /** A comment with this name and e-mail has been approved. */
  isKnownSender: boolean;
}

/**
 * The first refusal of all, before any other fact is worth loading: an article that is not public is not there, and
 * one that was is withdrawn, as in every other answer about it.
 */
export const publicOnly = <A extends Discussed>(article: A | undefined, now: number): A => {
  if (article === undefined || article.publicFrom === null || article.publicFrom > now) throw notFound();
  if (!isVisible(article, now)) throw new Problem('withdrawn', 'The publisher has withdrawn this article.');
  return article;
};

type Refusal = (facts: Facts, now: number) => Problem | undefined;

const closed: Refusal = ({ article }, now) =>
  acceptsComments(article, now)
    ? undefined
    : new Problem('comments_closed', 'This article takes no comments.');

/** A reply needs a parent that everybody can read, here, with room below it. */
export const parentRefusal = ({ article, parentId, parent }: Place): Problem | undefined => {
  const isAnswerable =
    parent?.status === 'approved' && parent.articleId === article.id && parent.depth < MAX_DEPTH;
  if (parentId === null || isAnswerable) return undefined;
  return new Problem('parent_invalid', 'This comment cannot be replied to.', {
    errors: [
      {
        pointer: '/parentId',
        code: 'parent_invalid',
        message: `is not a visible comment on this article above depth ${MAX_DEPTH}`,
      },
    ],
  });
};

const duplicate: Refusal = ({ isDuplicate }) =>
  isDuplicate ? new Problem('comment_duplicate', 'You have said this here already.') : undefined;

const flood: Refusal = ({ lastPostedAt, floodSeconds }, now) => {
  if (lastPostedAt === undefined) return undefined;
  const nextAt = lastPostedAt + floodSeconds * 1_000;
  if (nextAt <= now) return undefined;
  // Rounded up: who waits so long is let in.
  const seconds = Math.ceil((nextAt - now) / 1_000);
  return new Problem('comment_flood', `The next comment is welcome from ${toInstant(nextAt)} on.`, {
    headers: { 'Retry-After': String(seconds) },
  });
};

/** In this order: where nothing may be posted, nobody learns whether it was posted before. */
const REFUSALS: readonly Refusal[] = [closed, parentRefusal, duplicate, flood];

/** Why this comment is not even kept; undefined where it is. */
export const refusalOf = (facts: Facts, now: number): Problem | undefined => {
  for (const refuse of REFUSALS) {
    const refusal = refuse(facts, now);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
};

/** From the lightest to the gravest. */
const VERDICTS = ['approved', 'pending', 'rejected', 'spam'] as const satisfies readonly CommentStatus[];
export type Verdict = (typeof VERDICTS)[number];

export interface Hit extends CommentReason {
  verdict: Verdict;
  reason: (typeof REASONS)[number];
}

type Check = (facts: Facts, now: number) => Hit | undefined;

const firstTime: Check = ({ isKnownSender }) =>
  isKnownSender ? undefined : { verdict: 'pending', reason: 'first_time', detail: null };

const policyModerated: Check = ({ article }) =>
  commentPolicyOf(article) === 'moderated'
    ? { verdict: 'pending', reason: 'policy_moderated', detail: null }
    : undefined;

/** All of them run; their order is only that in which a moderator reads the reasons. */
const CHECKS: readonly Check[] = [firstTime, policyModerated];

/** The gravest verdict of these hits; `approved` where nothing was hit. */
export const gravest = (hits: readonly Pick<Hit, 'verdict'>[]): Verdict =>
  VERDICTS.findLast((verdict) => hits.some((hit) => hit.verdict === verdict)) ?? 'approved';

/** What a comment that is not refused becomes, and every reason for it. */
export const verdictOn = (facts: Facts, now: number): { verdict: Verdict; reasons: CommentReason[] } => {
  const hits = CHECKS.flatMap((check) => check(facts, now) ?? []);
  return { verdict: gravest(hits), reasons: hits.map(({ reason, detail }) => ({ reason, detail })) };
};

/** Who is shown: what is approved, and as a tombstone what has shown replies. */
export const isShown = ({ status, replyCount }: { status: CommentStatus; replyCount: number }): boolean =>
  status === 'approved' || replyCount > 0;
