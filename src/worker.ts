// What happens without anybody's asking: articles whose instant has come are settled, and what has had its time is
// removed. Every process runs it: each piece of work is done once, by whoever comes first.

import { deleteExpiredPreviews } from './articles/previews.store.ts';
import { nextDueAt, settleDue } from './articles/schedule.ts';
import { pruneComments } from './comments/prune.ts';
import type { Config } from './config.ts';
import type { Context } from './context.ts';
import type { Database } from './db/database.ts';
import { pruneReceipts } from './db/receipts.ts';

/** A timer is set for the next due instant; it looks up at least so often, for clocks are set and others schedule too. */
const LOOK_UP_MS = 30_000;
/** After a failure, such as a database that is away. */
const RETRY_MS = 5_000;
/** After a commit, so that many commits are one look. */
const SOON_MS = 100;
const PRUNE_EVERY_MS = 3_600_000;
const MAINTAIN_EVERY_MS = 60_000;
/** No piece of work takes so long, not even the first pruning of years. */
const STUCK_MS = 600_000;

export interface Worker {
  /** Throws where a piece of work has not come back. */
  check(): void;
  /** Sets no further timer and waits for what was begun. */
  stop(): Promise<void>;
}

/** Work that is done again and again: `run` says after how many milliseconds the next time is. */
const loop = (name: string, ctx: Context, run: () => Promise<number>) => {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let isStopped = false;
  let isWanted = false;
  let dueBy = Number.POSITIVE_INFINITY;
  const expectWithin = (ms: number) => {
    dueBy = performance.now() + ms + STUCK_MS;
  };

  const turn = async (): Promise<void> => {
    let pauseMs: number;
    do {
      isWanted = false;
      expectWithin(0);
      pauseMs = await run().catch((error: unknown) => {
        ctx.log.error({ err: error }, `${name} failed`);
        return RETRY_MS;
      });
    } while (isWanted);
    running = undefined;
    expectWithin(pauseMs);
    if (!isStopped) timer = setTimeout(wake, pauseMs);
  };

  const wake = (): void => {
    clearTimeout(timer);
    isWanted = true;
    if (!isStopped) running ??= turn();
  };

  let soon: NodeJS.Timeout | undefined;
  const wakeSoon = (): void => {
    soon ??= setTimeout(() => {
      soon = undefined;
      wake();
    }, SOON_MS);
  };

  return {
    wake,
    wakeSoon,
    check() {
      if (performance.now() > dueBy) throw new Error(`${name} has not come back`);
    },
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      clearTimeout(soon);
      await running;
    },
  };
};

/** Starts the loops, and catches up with what was due before. `ctx` is the system's own. */
export const startWorker = (
  ctx: Context,
  database: Database,
  { commentTraceDays: traceDays }: Pick<Config, 'commentTraceDays'>,
): Worker => {
  const due = loop('settling what is due', ctx, async () => {
    await settleDue(ctx);
    const next = await nextDueAt(ctx.read);
    return next === null ? LOOK_UP_MS : Math.min(LOOK_UP_MS, Math.max(0, next - ctx.clock()));
  });
  const pruning = loop('pruning', ctx, async () => {
    await ctx.write((tx) => deleteExpiredPreviews(tx.db, tx.now));
    await pruneReceipts(ctx);
    await pruneComments(ctx, { traceDays });
    return PRUNE_EVERY_MS;
  });
  const maintenance = loop('maintaining the database', ctx, async () => {
    await database.maintain();
    return MAINTAIN_EVERY_MS;
  });
  // Whatever was written here may have changed what is due next.
  database.onCommit(due.wakeSoon);
  due.wake();
  pruning.wake();
  maintenance.wake();
  const loops = [due, pruning, maintenance];
  return {
    check() {
      for (const one of loops) one.check();
    },
    async stop() {
      await Promise.all(loops.map((one) => one.stop()));
    },
  };
};
