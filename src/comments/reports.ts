// A reader reports a comment. Whether that was counted is told to nobody: the answer is the same for the first report,
// the second of the same reader, and one too many.
import { findArticle } from '../articles/store.ts';
import type { Actor, Context } from '../context.ts';
import { newId } from '../core/id.ts';
import { networkOf } from '../core/networks.ts';
import { notFound } from '../core/problem.ts';
import { keyedHash } from '../core/signature.ts';
import type { ReportReason } from '../db/schema/columns.ts';
import { insertReport } from './reports.store.ts';
import { publicOnly } from './rules.ts';
import * as store from './store.ts';

/** More would tell a moderator nothing, and a crowd could fill the disk. */
const MAX_REPORTS = 100;

/**
 * By what the same reader is known again at this comment and at no other: no two reports tell that one reader made
 * them. Null for what has no address.
 */
const reporterOf = (actor: Actor, commentId: string, secret: string): string | null => {
  const network = actor.kind === 'reader' ? networkOf(actor.address) : undefined;
  return network === undefined ? null : keyedHash(secret, `comment report ${commentId}`, network.host);
};

/** Throws `not_found` or `withdrawn` for what a reader cannot see. */
export const reportComment = (
  ctx: Context,
  id: string,
  reason: ReportReason,
  secret: string,
): Promise<void> => {
  const reporter = reporterOf(ctx.actor, id, secret);
  return ctx.write(async (tx) => {
    await store.claimArticlesOf(tx.db, [id]);
    const comment = await store.findComment(tx.db, id);
    if (comment === undefined || !comment.shown) throw notFound();
    publicOnly(await findArticle(tx.db, comment.articleId), tx.now);
    // A tombstone is shown too, and says nothing that could be reported.
    const isCounted = comment.status === 'approved' && comment.reportCount < MAX_REPORTS;
    if (!isCounted || reporter === null) return;
    const report = { id: newId(tx.now), commentId: id, reporter, reason, createdAt: tx.now };
    if (!(await insertReport(tx.db, report))) return;
    await store.updateComment(tx.db, id, { reportCount: comment.reportCount + 1 });
    tx.emit({ action: 'comment.reported', subject: `comment:${id}`, version: comment.version, tags: [] });
  });
};
