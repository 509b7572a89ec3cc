// Many decisions in one request. Each stands for itself: what cannot be decided is told in its place, and the others
// hold. One transaction, one answer to replay.
import type { Context, Tx } from '../context.ts';
import { Problem } from '../core/problem.ts';
import type { CommentDecisionResult, CommentDecisions } from './schema.ts';
import { changeWithin } from './service.ts';
import { claimArticlesOf } from './store.ts';

const decide = async (tx: Tx, { id, status }: CommentDecisions[number]): Promise<CommentDecisionResult> => {
  try {
    const comment = await changeWithin(tx, id, { status });
    return { id, ok: true, status: comment.status, version: comment.version, problem: null };
  } catch (error) {
    // A problem is thrown before anything is written; all else ends the whole.
    if (!(error instanceof Problem)) throw error;
    const { code, status: problemStatus, message: detail } = error;
    return { id, ok: false, status: null, version: null, problem: { code, status: problemStatus, detail } };
  }
};

/** One result a decision, in their order. Of two on the same comment the later one holds. */
export const decideOnComments = (
  ctx: Context,
  decisions: CommentDecisions,
): Promise<CommentDecisionResult[]> =>
  ctx.write(async (tx) => {
    // All at once and in one order, or two moderators' requests would wait for each other.
    const ids = decisions.map(({ id }) => id);
    await claimArticlesOf(tx.db, ids);
    const results: CommentDecisionResult[] = [];
    for (const decision of decisions) results.push(await decide(tx, decision));
    return results;
  });
