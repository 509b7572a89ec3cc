// What moderators do with comments; what readers do is in posting.ts. A write holds the article's row from its first step to its end, so
// that threads and counters stay right whoever writes beside it.
import { findArticle } from '../articles/store.ts';
import { isVisible } from '../articles/visibility.ts';
import { findAuthor } from '../authors/store.ts';
import type { Context, Tx } from '../context.ts';
import { given } from '../core/fields.ts';
import { type Cursors, mapPage, type Page, readPage } from '../core/page.ts';
import { notFound, Problem } from '../core/problem.ts';
import { type Expected, requireVersion } from '../core/version.ts';
import type { Db } from '../db/dialect.ts';
import { siteSettings } from '../settings/service.ts';
import { findParent } from './posting.ts';
import { parentRefusal } from './rules.ts';
import type { CommentChange, ManagedComment, ManagedCommentQuery, StaffReply } from './schema.ts';
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

const foundComment = async (db: Db, id: string): Promise<store.ManagedRow> => {
  const found = await store.findManagedComment(db, id);
  if (found === undefined) throw notFound();
  return found;
};

export const readComment = async (ctx: Context, id: string): Promise<ManagedComment> =>
  managedCommentView(await foundComment(ctx.read, id));

/** The queue: oldest first, and what is pending where nothing else is asked for. */
export const listComments = async (
  ctx: Context,
  cursors: Cursors,
  { limit, cursor, total, status = ['pending'], ...rest }: ManagedCommentQuery,
): Promise<Page<ManagedComment>> => {
  const filter = { status, ...rest };
  const page = await readPage(
    cursors,
    { limit, cursor, total },
    {
      name: 'manage/comments',
      filters: filter,
      rows: (from, count) => store.listManagedComments(ctx.read, filter, from, count),
      positionOf: ({ comment }) => ({ key: comment.createdAt, id: comment.id }),
      count: (most) => store.countManagedComments(ctx.read, filter, most),
    },
  );
  return mapPage(page, managedCommentView);
};

/** The comment that is about to change, its thread held. Throws `version_conflict` where it is not as expected. */
const heldComment = async (tx: Tx, id: string, expected: Expected | undefined): Promise<store.ManagedRow> => {
  await store.claimArticleOf(tx.db, id);
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

/** Changes status, text or name. What is so already is no change and leaves the version as it is. */
export const changeComment = (
  ctx: Context,
  id: string,
  change: CommentChange,
  expected: Expected | undefined,
) =>
  ctx.write(async (tx): Promise<ManagedComment> => {
    const found = await heldComment(tx, id, expected);
    const { comment } = found;
    if (comment.status === 'deleted')
      throw new Problem('conflict', 'The comment was deleted; its text is gone.');
    const { status = comment.status, ...text } = change;
    const isEdited = isEdit(comment, text);
    const isMoved = status !== comment.status;
    if (!isEdited && !isMoved) return managedCommentView(found);
    await saveComment(tx, comment, { ...given(text), ...(isEdited ? { editedAt: tx.now } : {}), status }, [
      ...(isEdited ? (['comment.edited'] as const) : []),
      ...(isMoved ? [MOVES[status]] : []),
    ]);
    return managedCommentView(await foundComment(tx.db, id));
  });

/** What a deleted comment no longer has; its fingerprint was made from the e-mail. */
const WIPED = { authorName: '', authorUrl: null, body: '', fingerprint: '', reasons: [] };

/**
 * Takes a comment away, and with it all that its writer told us. Where replies are shown below it, it stays as a
 * tombstone and is the result. Deleting again changes nothing.
 */
export const deleteComment = (ctx: Context, id: string, expected: Expected | undefined) =>
  ctx.write(async (tx): Promise<ManagedComment | undefined> => {
    const { comment } = await heldComment(tx, id, expected);
    if (comment.status !== 'deleted') {
      await store.deletePrivate(tx.db, id);
      await saveComment(tx, comment, { ...WIPED, status: 'deleted' }, ['comment.deleted']);
    }
    return comment.replyCount > 0 ? managedCommentView(await foundComment(tx.db, id)) : undefined;
  });

/** Removes a comment and its replies for good. */
export const eraseComment = (ctx: Context, id: string, expected: Expected | undefined): Promise<undefined> =>
  ctx.write(async (tx) => {
    const { comment } = await heldComment(tx, id, expected);
    await eraseThread(tx, comment);
    return undefined;
  });
