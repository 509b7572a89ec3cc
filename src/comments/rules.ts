// What becomes of a comment: an ordered list of small pure checks of (facts, now). A refusal ends it; every other hit,
// those of checks.ts, is kept, and the gravest of them decides.
import { acceptsComments, type Discussed } from '../articles/discussion.ts';
import { isVisible } from '../articles/visibility.ts';
import { toInstant } from '../core/clock.ts';
import { notFound, Problem } from '../core/problem.ts';
import { limitRefusal } from '../core/rate-limit.ts';
import type { CommentStatus } from '../db/schema/columns.ts';
import { CHECKS } from './checks.ts';
import { type Facts, type Hit, type Place, VERDICTS, type Verdict } from './facts.ts';
import { MAX_DEPTH } from './schema.ts';

/**
 * The first refusal of all, before any other fact is worth loading: an article that is not public is not there, and
 * one that was is withdrawn, as in every other answer about it.
 */
export const publicOnly = <A extends Pick<Discussed, 'publicFrom' | 'publicUntil'>>(
  article: A | undefined,
  now: number,
): A => {
  if (article === undefined || article.publicFrom === null || article.publicFrom > now) throw notFound();
  if (!isVisible(article, now)) throw new Problem('withdrawn', 'The publisher has withdrawn this article.');
  return article;
};

type Refusal = (facts: Facts, now: number) => Problem | undefined;

/** Where nobody may comment, nobody need draw a form either. */
export const closedRefusal = (
  { article, policy }: Pick<Facts, 'article' | 'policy'>,
  now: number,
): Problem | undefined =>
  acceptsComments(article, policy, now)
    ? undefined
    : new Problem('comments_closed', 'This article takes no comments.');

/** As many comments a minute as one address may send, or as one article may take, were taken. */
const overLimit: Refusal = ({ allowances }, now) => limitRefusal(allowances, now);

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

const unsolved: Refusal = ({ policy, hasSolution, isChallengeSolved }) => {
  if (!policy.proofOfWork || isChallengeSolved) return undefined;
  const fault = hasSolution
    ? { code: 'challenge_unsolved', message: 'is not the solution of an unused challenge of this article' }
    : { code: 'required', message: 'is required' };
  return new Problem('challenge_unsolved', 'Draw a new comment form and solve its challenge.', {
    errors: [{ pointer: '/challengeSolution', ...fault }],
  });
};

const duplicate: Refusal = ({ isDuplicate }) =>
  isDuplicate ? new Problem('comment_duplicate', 'You have said this here already.') : undefined;

const flood: Refusal = ({ lastPostedAt, policy }, now) => {
  // Where there is no time to wait, a comment may still have been overtaken by one that came after it.
  if (lastPostedAt === undefined || policy.floodSeconds === 0) return undefined;
  const nextAt = lastPostedAt + policy.floodSeconds * 1_000;
  if (nextAt <= now) return undefined;
  // Rounded up: who waits so long is let in.
  const seconds = Math.ceil((nextAt - now) / 1_000);
  return new Problem('comment_flood', `The next comment is welcome from ${toInstant(nextAt)} on.`, {
    headers: { 'Retry-After': String(seconds) },
  });
};

/** In this order: where nothing may be posted, nobody learns whether it was posted before. */
const REFUSALS: readonly Refusal[] = [closedRefusal, overLimit, parentRefusal, unsolved, duplicate, flood];

/** Why this comment is not even kept; undefined where it is. */
export const refusalOf = (facts: Facts, now: number): Problem | undefined => {
  for (const refuse of REFUSALS) {
    const refusal = refuse(facts, now);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
};

/** The gravest verdict of these hits; `approved` where nothing was hit. */
export const gravest = (hits: readonly Pick<Hit, 'verdict'>[]): Verdict =>
  VERDICTS.findLast((verdict) => hits.some((hit) => hit.verdict === verdict)) ?? 'approved';

/** What a comment that is not refused becomes, and every reason for it. */
export const verdictOn = (
  facts: Facts,
  now: number,
): { verdict: Verdict; reasons: Omit<Hit, 'verdict'>[] } => {
  const hits = CHECKS.flatMap((check) => check(facts, now) ?? []);
  return { verdict: gravest(hits), reasons: hits.map(({ reason, detail }) => ({ reason, detail })) };
};

/** Who is shown: what is approved, and as a tombstone what has shown replies. */
export const isShown = ({ status, replyCount }: { status: CommentStatus; replyCount: number }): boolean =>
  status === 'approved' || replyCount > 0;
