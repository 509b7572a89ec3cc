// Comments, and apart from them what their senders told us. Written by the comment service; read by the moderators'
// queue and, without the private table, by delivery/comments.ts. Whoever writes holds the article's row first.
import { and, asc, eq, gte, inArray, lt, type SQLWrapper, sql } from 'drizzle-orm';
import { type Db, prepared, slots } from '../db/dialect.ts';
import type { Sender } from './sender.ts';

export type CommentRow = Db['tables']['comments']['$inferSelect'];
export type NewCommentRow = Db['tables']['comments']['$inferInsert'];

export const findComment = async (db: Db, id: string): Promise<CommentRow | undefined> => {
  const { comments } = db.tables;
  const [row] = await db.select().from(comments).where(eq(comments.id, id));
  return row;
};

const claimArticles = async (db: Db, ids: SQLWrapper): Promise<void> => {
  const { articles } = db.tables;
  await db.dialect.locked(
    db.select({ id: articles.id }).from(articles).where(inArray(articles.id, ids)).orderBy(asc(articles.id)),
  );
};

/**
 * Holds the articles of these comments until the end of the transaction. Everybody who writes comments does that first,
 * so that of two who change one thread neither counts what the other is about to change; and in one order, so that
 * neither waits for the other.
 */
export const claimArticlesOf = (db: Db, ids: readonly string[]): Promise<void> => {
  const { comments } = db.tables;
  const isNamed = inArray(comments.id, [...ids]);
  return claimArticles(db, db.select({ id: comments.articleId }).from(comments).where(isNamed));
};

/** The same for all comments of this e-mail. */
export const claimArticlesOfSender = (db: Db, emailKey: string): Promise<void> => {
  const { comments, commentPrivate } = db.tables;
  return claimArticles(
    db,
    db
      .select({ id: comments.articleId })
      .from(commentPrivate)
      .innerJoin(comments, eq(comments.id, commentPrivate.commentId))
      .where(eq(commentPrivate.emailKey, emailKey)),
  );
};

/** The number only has to be nobody else's. */
const SENDERS_LOCK = 7_772;

/** Lets readers' comments in one by one: a flood over many articles at once would else not see itself. */
export const claimSenders = (db: Db): Promise<void> => db.dialect.lockUntilCommit(db, SENDERS_LOCK);

/** A comment on this article with this fingerprint. */
export const findDuplicate = async (
  db: Db,
  articleId: string,
  fingerprint: string,
): Promise<{ id: string } | undefined> => {
  const { comments } = db.tables;
  const query = prepared(db, 'comment_by_fingerprint', () =>
    db
      .select({ id: comments.id })
      .from(comments)
      .where(
        and(
          eq(comments.articleId, sql.placeholder('articleId')),
          eq(comments.fingerprint, sql.placeholder('fingerprint')),
        ),
      )
      .limit(1),
  );
  const [row] = await query.execute({ articleId, fingerprint });
  return row;
};

/** An approved comment of this e-mail under this very name. */
export const findApproved = async (
  db: Db,
  emailKey: string,
  authorName: string,
): Promise<{ id: string } | undefined> => {
  const { comments, commentPrivate } = db.tables;
  const query = prepared(db, 'approved_comment_by_sender', () =>
    db
      .select({ id: comments.id })
      .from(commentPrivate)
      .innerJoin(comments, eq(comments.id, commentPrivate.commentId))
      .where(
        and(
          eq(commentPrivate.emailKey, sql.placeholder('emailKey')),
          eq(comments.authorName, sql.placeholder('authorName')),
          eq(comments.status, 'approved'),
        ),
      )
      .limit(1),
  );
  const [row] = await query.execute({ emailKey, authorName });
  return row;
};

/** `sender` is undefined for staff. */
export const insertComment = async (db: Db, row: CommentRow, sender: Sender | undefined): Promise<void> => {
  const { commentPrivate, comments } = db.tables;
  const insert = prepared(db, 'insert_comment', () => db.insert(comments).values(slots(comments)));
  await insert.execute(row);
  if (sender !== undefined) {
    const insertSender = prepared(db, 'insert_sender', () =>
      db.insert(commentPrivate).values(slots(commentPrivate)),
    );
    await insertSender.execute({ ...sender, commentId: row.id, createdAt: row.createdAt });
  }
};

/** Saves a change of a comment whose article this transaction holds. */
export const updateComment = async (db: Db, id: string, change: Partial<NewCommentRow>): Promise<void> => {
  await db.update(db.tables.comments).set(change).where(eq(db.tables.comments.id, id));
};

/** Adds to the count of shown replies; not a change of the comment. */
export const addToReplyCount = async (db: Db, id: string, added: number): Promise<CommentRow> => {
  const { comments } = db.tables;
  const [row] = await db
    .update(comments)
    .set({ replyCount: sql`${comments.replyCount} + ${added}` })
    .where(eq(comments.id, id))
    .returning();
  return row!;
};

export const deletePrivate = async (db: Db, id: string): Promise<void> => {
  await db.delete(db.tables.commentPrivate).where(eq(db.tables.commentPrivate.commentId, id));
};

/** Removes a comment; its replies and what their senders told us go with it. */
export const deleteComment = async (db: Db, id: string): Promise<void> => {
  await db.delete(db.tables.comments).where(eq(db.tables.comments.id, id));
};

/** Approved comments at and below this one. */
export const countApprovedUnder = (db: Db, { articleId, threadKey }: CommentRow): Promise<number> => {
  const { comments } = db.tables;
  return db.$count(
    comments,
    and(
      eq(comments.articleId, articleId),
      gte(comments.threadKey, threadKey),
      // Keys are hexadecimal: what begins with this one ends before its `g`.
      lt(comments.threadKey, `${threadKey}g`),
      eq(comments.status, 'approved'),
      // So are all of these; written out, it lets the index of what is shown serve.
      eq(comments.shown, true).inlineParams(),
    ),
  );
};
