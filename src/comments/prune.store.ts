// What retention finds and forgets, in bounded portions, each by an index that holds only what is left to do.
import { and, eq, inArray, isNotNull, isNull, lt, or, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../db/dialect.ts';
import type { CommentRow } from './store.ts';

/** Forgets the network and the agent of comments posted before `before`; returns of how many. */
export const forgetTraces = async (db: Db, before: number, limit: number): Promise<number> => {
  const { commentPrivate } = db.tables;
  const { commentId, createdAt, addressPrefix, agent } = commentPrivate;
  const traced = db
    .select({ commentId })
    .from(commentPrivate)
    .where(and(lt(createdAt, before), or(isNotNull(addressPrefix), isNotNull(agent))))
    .limit(limit);
  const forgotten = await db
    .update(commentPrivate)
    .set({ addressPrefix: null, addressHash: null, agent: null })
    .where(inArray(commentId, traced))
    .returning({ commentId });
  return forgotten.length;
};

/** Forgets who reported before `before`, and of what is settled the report itself; returns how many. */
export const forgetReporters = async (db: Db, before: number, limit: number): Promise<number> => {
  const { commentReports } = db.tables;
  const { id, createdAt, reporter, settledAt } = commentReports;
  const old = (isSettled: SQL) =>
    db
      .select({ id })
      .from(commentReports)
      .where(and(isNotNull(reporter), lt(createdAt, before), isSettled))
      .limit(limit);
  const deleted = await db
    .delete(commentReports)
    .where(inArray(id, old(isNotNull(settledAt))))
    .returning({ id });
  const forgotten = await db
    .update(commentReports)
    .set({ reporter: null })
    .where(inArray(id, old(isNull(settledAt))))
    .returning({ id });
  return deleted.length + forgotten.length;
};

/** A comment that is to go, and whether anything hangs below it. */
export interface Expired {
  comment: CommentRow;
  hasReplies: boolean;
}

/**
 * At most `limit` comments that were rejected, marked as spam or deleted before `before`; of the deleted only those
 * that hold no place for a reply. `ids`: only these.
 */
export const listExpired = async (
  db: Db,
  before: number,
  limit: number,
  ids?: readonly string[],
): Promise<Expired[]> => {
  const { comments } = db.tables;
  const { id, status, createdAt, decidedAt } = comments;
  const hasReplies = sql`exists (select 1 from ${comments} as reply where reply.parent_id = ${id})`;
  const rows = await db
    .select({ comment: comments, hasReplies: sql<unknown>`${hasReplies}` })
    .from(comments)
    .where(
      and(
        ids && inArray(id, [...ids]),
        lt(createdAt, before),
        lt(sql`coalesce(${decidedAt}, ${createdAt})`, before),
        or(inArray(status, ['rejected', 'spam']), and(eq(status, 'deleted'), sql`not ${hasReplies}`)),
      ),
    )
    .limit(limit);
  return rows.map((row) => ({ ...row, hasReplies: Boolean(row.hasReplies) }));
};
