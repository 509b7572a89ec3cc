// What a comment would get, and why: the very checks of posting, over facts that are read and not written.
import { findArticle } from '../articles/store.ts';
import type { Context } from '../context.ts';
import { newId } from '../core/id.ts';
import { Problem } from '../core/problem.ts';
import type { Facts } from './facts.ts';
import type { CommentVerdict, TriedComment } from './policy.schema.ts';
import { attemptOf, factsOf, type PostingDeps } from './posting.ts';
import { publicOnly, refusalOf, verdictOn } from './rules.ts';

const refused = ({ code }: Problem): CommentVerdict => ({ verdict: null, refusal: code, reasons: [] });

/** An article that has just been published and says nothing itself. */
const anyArticle = (now: number): Facts['article'] => ({
  id: newId(now),
  commentPolicy: null,
  commentsCloseAt: null,
  publishedAt: now,
  publicFrom: now,
  publicUntil: null,
});

/** The form and the address that a reader would bring are taken to be in order: the one who tries has neither. */
export const tryComment = async (
  ctx: Context,
  { articleId, ...input }: TriedComment,
  deps: PostingDeps,
): Promise<CommentVerdict> => {
  const now = ctx.clock();
  try {
    const { policy, ...attempt } = await attemptOf(ctx, input, deps);
    const article =
      articleId === undefined ? anyArticle(now) : publicOnly(await findArticle(ctx.read, articleId), now);
    const withoutForm = { ...attempt, policy: { ...policy, requireFormToken: false, proofOfWork: false } };
    const facts = await factsOf(ctx.read, now, withoutForm, article, { ...deps, isRateLimited: false });
    const refusal = refusalOf(facts, now);
    return refusal === undefined ? { ...verdictOn(facts, now), refusal: null } : refused(refusal);
  } catch (error) {
    if (error instanceof Problem) return refused(error);
    throw error;
  }
};
