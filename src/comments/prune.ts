// How long comments and their traces are kept: what nobody needs any more goes by itself, in portions that let others
// write in between.
import type { Context, Tx } from '../context.ts';
import { wipeComment } from './erasure.ts';
import { forgetReporters, forgetTraces, listExpired } from './prune.store.ts';
import { claimArticlesOf } from './store.ts';
import { eraseThread } from './threads.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
/** Long enough to take a verdict back. */
const EXPIRED_DAYS = 30;
/** How many are changed in one transaction. */
const BATCH = 200;
/** Of those that take several statements each. */
const COMMENT_BATCH = 25;

export interface Pruned {
  /** Comments whose sender's network and agent were forgotten. */
  traces: number;
  /** Reports of which nobody knows any more who made them. */
  reports: number;
  /** Comments that are gone. */
  comments: number;
}

/** Repeats a job until it finds less than it may. */
const inBatches = async (
  ctx: Context,
  most: number,
  job: (tx: Tx, limit: number) => Promise<number>,
): Promise<number> => {
  let all = 0;
  for (let count = most; count >= most; all += count) count = await ctx.write((tx) => job(tx, most));
  return all;
};

/** A comment without replies goes for good; above replies, which may still be decided on, a deleted one stays. */
const expire = async (tx: Tx, before: number, limit: number): Promise<number> => {
  const ids = (await listExpired(tx.db, before, limit)).map(({ comment }) => comment.id);
  await claimArticlesOf(tx.db, ids);
  // Once more, now that nobody else can decide on them.
  const expired = await listExpired(tx.db, before, limit, ids);
  for (const { comment, hasReplies } of expired) await (hasReplies ? wipeComment : eraseThread)(tx, comment);
  return ids.length;
};

/**
 * Forgets network and agent of comments older than `traceDays`, and removes what was rejected, marked as spam or deleted
 * 30 days ago.
 */
export const pruneComments = async (ctx: Context, { traceDays }: { traceDays: number }): Promise<Pruned> => {
  const now = ctx.clock();
  const traced = now - traceDays * DAY_MS;
  return {
    traces: await inBatches(ctx, BATCH, (tx, limit) => forgetTraces(tx.db, traced, limit)),
    reports: await inBatches(ctx, BATCH, (tx, limit) => forgetReporters(tx.db, traced, limit)),
    comments: await inBatches(ctx, COMMENT_BATCH, (tx, limit) =>
      expire(tx, now - EXPIRED_DAYS * DAY_MS, limit),
    ),
  };
};
