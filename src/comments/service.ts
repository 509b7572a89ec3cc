// What moderators do with comments; what readers do is in posting.ts. A write holds the article's row from its first step to its end, so
// that threads and counters stay right whoever writes beside it.
import { findArticle } from '../articles/store.ts';
import { isVisible } from '../articles/visibility.ts';
import { findAuthor } from '../authors/store.ts';
import type { Context, Tx } from '../context.ts';
import { given } from '../core/fields.ts';
import { notFound, Problem } from '../core/problem.ts';
import { type Expected, requireVersion } from '../core/version.ts';
import type { Db } from '../db/dialect.ts';
import { siteSettings } from '../settings/service.ts';
import { wipeComment } from './erasure.ts';
import { findParent } from './posting.ts';
import * as queue from './queue.store.ts';
import { settleReports } from './reports.store.ts';
import { parentRefusal } from './rules.ts';
import type { CommentChange, ManagedComment, StaffReply } from './schema.ts';
import * as store from './store.ts';
import { addComment, eraseThread, saveComment } from './threads.ts';
import { managedCommentView } from './view.ts';

/** The name under which the newsroom answers: the key's author, or the site where the key has none. */
const signatureOf = async ({ actor, read }: Context): Promise<string> => {
  const authorId = actor.kind === 'key' ? actor.authorId : null;
  const author = authorId === null ? undefined : await findAuthor(read, authorId);
  return author?.name ?? (await siteSettings(read)).name;
};

/** Answers readers in the newsroom's name: at once, and also where readers no longer may. */
export const replyAsStaff = async (
  ctx: Context,
  articleId: string,
  input: StaffReply,
): Promise<ManagedComment> => {
  const { body, parentId = null } = input;
  const authorName = await signatureOf(ctx);
  return ctx.write(async (tx) => {
    const article = await findArticle(tx.db, articleId);
    if (article === undefined || !isVisible(article, tx.now)) throw notFound();
    const parent = await findParent(tx.db, parentId);
    const refusal = parentRefusal({ article, parentId, parent });
    if (refusal !== undefined) throw refusal;
    const { id } = await addComment(tx, parent, {
      articleId,
      authorName,
      authorUrl: null,
      body,
      isStaff: true,
      status: 'approved',
      // The key's holder may say a thing twice.
      fingerprint: '',
      reasons: [],
    });
    return managedCommentView(await foundComment(tx.db, id));
  });
};

const foundComment = async (db: Db, id: string): Promise<queue.ManagedRow> => {
  const found = await queue.findManagedComment(db, id);
  if (found === undefined) throw notFound();
  return found;
};

export const readComment = async (ctx: Context, id: string): Promise<ManagedComment> =>
  managedCommentView(await foundComment(ctx.read, id));

/** The comment that is about to change, its thread held. Throws `version_conflict` where it is not as expected. */
const heldComment = async (tx: Tx, id: string, expected: Expected | undefined): Promise<queue.ManagedRow> => {
  await store.claimArticlesOf(tx.db, [id]);
  const found = await foundComment(tx.db, id);
  requireVersion(expected, found.comment.version);
  return found;
};

const MOVES = {
  approved: 'comment.approved',
  pending: 'comment.held',
  spam: 'comment.marked_spam',
  rejected: 'comment.rejected',
} as const;

/** Whether a change says anything that is not said already. */
const isEdit = (
  row: store.CommentRow,
  { body = row.body, authorName = row.authorName, authorUrl = row.authorUrl }: CommentChange,
): boolean => body !== row.body || authorName !== row.authorName || authorUrl !== row.authorUrl;

/**
 * Changes status, text or name inside a write. What is so already is no change and leaves the version as it is; but a
 * status that is named is a decision, and answers what readers have reported.
 */
export const changeWithin = async (
  tx: Tx,
  id: string,
  change: CommentChange,
  expected?: Expected,
): Promise<ManagedComment> => {
  const found = await heldComment(tx, id, expected);
  const { comment } = found;
  if (comment.status === 'deleted')
    throw new Problem('conflict', 'The comment was deleted; its text is gone.');
  const { status = comment.status, ...text } = change;
  const isEdited = isEdit(comment, text);
  const isMoved = status !== comment.status;
  const isAnswer = change.status !== undefined && comment.reportCount > 0;
  if (!isEdited && !isMoved && !isAnswer) return managedCommentView(found);
  if (isAnswer) await settleReports(tx.db, id, tx.now);
  const changes = {
    ...given(text),
    ...(isEdited ? { editedAt: tx.now } : {}),
    ...(isAnswer ? { reportCount: 0 } : {}),
    status,
  };
  await saveComment(tx, comment, changes, [
    ...(isEdited ? (['comment.edited'] as const) : []),
    ...(isMoved ? [MOVES[status]] : isAnswer ? (['comment.reports_dismissed'] as const) : []),
  ]);
  return managedCommentView(await foundComment(tx.db, id));
};

export const changeComment = (
  ctx: Context,
  id: string,
  change: CommentChange,
  expected: Expected | undefined,
): Promise<ManagedComment> => ctx.write((tx) => changeWithin(tx, id, change, expected));

/**
 * Takes a comment away, and with it all that its writer told us. Where replies are shown below it, it stays as a
 * tombstone and is the result. Deleting again changes nothing.
 */
export const deleteComment = (ctx: Context, id: string, expected: Expected | undefined) =>
  ctx.write(async (tx): Promise<ManagedComment | undefined> => {
    const { comment } = await heldComment(tx, id, expected);
    if (comment.status !== 'deleted') await wipeComment(tx, comment);
    return comment.replyCount > 0 ? managedCommentView(await foundComment(tx.db, id)) : undefined;
  });

/** Removes a comment and its replies for good. */
export const eraseComment = (ctx: Context, id: string, expected: Expected | undefined): Promise<undefined> =>
  ctx.write(async (tx) => {
    const { comment } = await heldComment(tx, id, expected);
    await eraseThread(tx, comment);
    return undefined;
  });
