// Stored answers behind Idempotency-Key. Inserted in the transaction of the effect, so that either both are there
// or neither; the unique key makes the slower of two simultaneous requests fail whole and replay the faster one.
import { eq, inArray, lt, lte } from 'drizzle-orm';
import type { Db } from './dialect.ts';

export interface StoredAnswer {
  bodyHash: string;
  status: number;
  headers: Record<string, string>;
  body: string;
  /** The comment whose words it repeats. */
  commentId?: string | null;
}

/** How long an answer is replayed. */
export const RECEIPT_TTL_MS = 24 * 60 * 60 * 1000;

export const findReceipt = async (db: Db, key: string, now: number): Promise<StoredAnswer | undefined> => {
  const { receipts } = db.tables;
  const [row] = await db.select().from(receipts).where(eq(receipts.key, key));
  return row !== undefined && row.createdAt > now - RECEIPT_TTL_MS ? row : undefined;
};

/** Stores an answer and forgets those past their time, this key's own included. */
export const insertReceipt = async (
  db: Db,
  key: string,
  answer: StoredAnswer,
  now: number,
): Promise<void> => {
  const { receipts } = db.tables;
  await db.delete(receipts).where(lt(receipts.createdAt, now - RECEIPT_TTL_MS + 1));
  await db.insert(receipts).values({ ...answer, key, createdAt: now });
};

/** Forgets what was answered to whoever wrote this comment. */
export const deleteAnswersAbout = async (db: Db, commentId: string): Promise<void> => {
  await db.delete(db.tables.receipts).where(eq(db.tables.receipts.commentId, commentId));
};

/** How many are forgotten in one transaction. */
const BATCH = 500;

/** Forgets every answer past its time, and says how many there were. Asks of a context only how to write. */
export const pruneReceipts = async (ctx: {
  write<T>(job: (tx: { db: Db; now: number }) => Promise<T>): Promise<T>;
}): Promise<number> => {
  let pruned = 0;
  for (let count = BATCH; count === BATCH; pruned += count) {
    count = await ctx.write(async ({ db, now }) => {
      const { receipts } = db.tables;
      const old = db
        .select({ key: receipts.key })
        .from(receipts)
        .where(lte(receipts.createdAt, now - RECEIPT_TTL_MS))
        .limit(BATCH);
      return (await db.delete(receipts).where(inArray(receipts.key, old)).returning({ key: receipts.key }))
        .length;
    });
  }
  return pruned;
};
