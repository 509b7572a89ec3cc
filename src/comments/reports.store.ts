// What readers report: a row a reader and comment. Read by the queue, never by delivery.
import { and, count, desc, eq, inArray, isNull } from 'drizzle-orm';
import type { Db } from '../db/dialect.ts';
import type { ReportReason } from '../db/schema/columns.ts';

/** How many readers reported a comment for this reason. */
export interface ReasonCount {
  reason: ReportReason;
  count: number;
}

/** False where this reader has reported this comment already, whatever became of it. */
export const insertReport = async (
  db: Db,
  row: Db['tables']['commentReports']['$inferInsert'],
): Promise<boolean> => {
  const { commentReports } = db.tables;
  const inserted = await db
    .insert(commentReports)
    .values(row)
    .onConflictDoNothing()
    .returning({ id: commentReports.id });
  return inserted.length > 0;
};

/** The reports that nobody has answered, by comment; the commonest reason first. */
export const countReports = async (
  db: Db,
  commentIds: readonly string[],
): Promise<Map<string, ReasonCount[]>> => {
  if (commentIds.length === 0) return new Map();
  const { commentId, reason, settledAt } = db.tables.commentReports;
  const counted = count();
  const rows = await db
    .select({ commentId, reason, count: counted })
    .from(db.tables.commentReports)
    .where(and(inArray(commentId, [...commentIds]), isNull(settledAt)))
    .groupBy(commentId, reason)
    .orderBy(desc(counted), reason);
  const byComment = new Map<string, ReasonCount[]>();
  for (const { commentId: id, ...row } of rows) byComment.set(id, [...(byComment.get(id) ?? []), row]);
  return byComment;
};

/** A moderator has decided on the comment: what was reported so far is answered. */
export const settleReports = async (db: Db, commentId: string, now: number): Promise<void> => {
  const { commentReports } = db.tables;
  await db
    .update(commentReports)
    .set({ settledAt: now })
    .where(and(eq(commentReports.commentId, commentId), isNull(commentReports.settledAt)));
};

export const deleteReports = async (db: Db, commentId: string): Promise<void> => {
  const { commentReports } = db.tables;
  await db.delete(commentReports).where(eq(commentReports.commentId, commentId));
};
