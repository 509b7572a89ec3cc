// Time at work: an article whose start or end has come is public, or not, by the query alone; here the status catches
// up with that, once, with the event. Whoever comes first does it: the worker, or a request that needs the article.
import { and, asc, eq, isNotNull, lte, or, sql } from 'drizzle-orm';
import type { Context, Tx } from '../context.ts';
import type { Db } from '../db/dialect.ts';
import { listedAtOf, statusAt } from './publication.ts';
import { recount } from './references.ts';
import { deleteStaged } from './staged.store.ts';
import { cacheTagsOf, countedIn, stateOf } from './state.ts';
import { type ArticleRow, listArticleAt, updateArticle } from './store.ts';

/** How many articles are settled in one transaction: few enough not to hold up others. */
const BATCH = 20;

/** The instant at which the next article starts or ends being public, which may have passed; null: none is to come. */
export const nextDueAt = async (db: Db): Promise<number | null> => {
  const { articles } = db.tables;
  const [start] = await db
    .select({ at: sql<number | null>`min(${articles.publicFrom})` })
    .from(articles)
    .where(eq(articles.status, 'scheduled'));
  const [end] = await db
    .select({ at: sql<number | null>`min(${articles.publicUntil})` })
    .from(articles)
    .where(and(eq(articles.status, 'published'), isNotNull(articles.publicUntil)));
  const instants = [start?.at ?? null, end?.at ?? null].filter((at) => at !== null);
  return instants.length === 0 ? null : Math.min(...instants);
};

/**
 * Makes the status of an article that this transaction holds what time has made of it, with an event for each step.
 * Neither version nor `updatedAt` moves: nobody changed anything. Returns the row as it is then.
 */
export const settleHeld = async (tx: Tx, row: ArticleRow): Promise<ArticleRow> => {
  const status = statusAt(row, tx.now);
  if (status === row.status) return row;
  // As by `archive`, what is kept aside goes with what it was to change.
  const stagedAt = status === 'archived' ? null : row.stagedAt;
  if (stagedAt !== row.stagedAt) await deleteStaged(tx.db, row.id);
  const settled = { ...row, status, stagedAt };
  const before = await stateOf(tx.db, row);
  await updateArticle(tx.db, row.id, { status, stagedAt });
  const listedAt = listedAtOf(settled);
  if (listedAt !== listedAtOf(row)) await listArticleAt(tx.db, row.id, listedAt);
  const after = { ...before, row: { ...before.row, status } };
  await recount(tx.db, countedIn(before), countedIn(after));
  const steps = [
    ...(row.status === 'scheduled' ? (['article.published'] as const) : []),
    ...(status === 'archived' ? (['article.archived'] as const) : []),
  ];
  for (const action of steps) {
    const { id, version } = row;
    tx.emit({ action, subject: `article:${id}`, version, tags: cacheTagsOf(before), bySystem: true });
  }
  return settled;
};

const listDue = async (db: Db, now: number): Promise<ArticleRow[]> => {
  const { articles } = db.tables;
  const isDue = or(
    and(eq(articles.status, 'scheduled'), lte(articles.publicFrom, now)),
    and(eq(articles.status, 'published'), isNotNull(articles.publicUntil), lte(articles.publicUntil, now)),
  );
  return db.dialect.locked(db.select().from(articles).where(isDue).orderBy(asc(articles.id)).limit(BATCH));
};

/** Settles everything that is due. Several processes may try at once: each article is settled by one of them. */
export const settleDue = async (ctx: Context): Promise<void> => {
  const dueAt = await nextDueAt(ctx.read);
  if (dueAt === null || dueAt > ctx.clock()) return;
  let isDone = false;
  while (!isDone) {
    isDone = await ctx.write(async (tx) => {
      const due = await listDue(tx.db, tx.now);
      for (const row of due) await settleHeld(tx, row);
      return due.length < BATCH;
    });
  }
};
