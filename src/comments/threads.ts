// How a comment comes into its thread, changes there and goes: with it move the tombstones above it, the article's
// count, and what is said to have happened. The transaction holds the article's row.
import { addToCommentCount } from '../articles/store.ts';
import type { Tx } from '../context.ts';
import { newId } from '../core/id.ts';
import type { Db } from '../db/dialect.ts';
import type { CommentStatus } from '../db/schema/columns.ts';
import type { Action } from '../events/events.ts';
import { isShown } from './rules.ts';
import type { Sender } from './sender.ts';
import * as store from './store.ts';

/** The cache tags of every public answer that shows a comment of this article; none where the public saw no change. */
const tagsOf = (articleId: string, isPublic: boolean): string[] =>
  isPublic ? [`comments:${articleId}`, `article:${articleId}`] : [];

/** The columns that say where a comment hangs: its id below its parent's key, so that a thread in order is one scan. */
const placeBelow = (parent: store.CommentRow | undefined, id: string) => ({
  parentId: parent?.id ?? null,
  depth: (parent?.depth ?? 0) + 1,
  threadKey: (parent?.threadKey ?? '') + id.replaceAll('-', ''),
});

/**
 * A reply below `parentId` has become shown (1) or no longer is (-1). A tombstone appears with its first shown reply
 * and goes with its last, which its own parent then notices likewise.
 */
const addReply = async (db: Db, parentId: string | null, added: 1 | -1): Promise<void> => {
  for (let id = parentId; id !== null; ) {
    const parent = await store.addToReplyCount(db, id, added);
    const shown = isShown(parent);
    if (shown === parent.shown) return;
    await store.updateComment(db, id, { shown });
    id = parent.parentId;
  }
};

/** What a comment brings with it; the rest follows from its place and its verdict. */
export type Said = Pick<
  store.CommentRow,
  'articleId' | 'authorName' | 'authorUrl' | 'body' | 'isStaff' | 'status' | 'fingerprint' | 'reasons'
>;

/**
 * Adds a comment below `parent`; staff has no `sender`. Says `comment.posted` in any case, and `comment.approved` as
 * well where it is public at once: who listens for approvals need not know that some never had to wait.
 */
export const addComment = async (
  tx: Tx,
  parent: store.CommentRow | undefined,
  said: Said,
  sender?: Sender,
): Promise<store.CommentRow> => {
  const id = newId(tx.now);
  const shown = said.status === 'approved';
  const place = placeBelow(parent, id);
  const since = { createdAt: tx.now, editedAt: null, decidedAt: null, version: 1 };
  const row = { ...said, ...place, ...since, id, shown, replyCount: 0, reportCount: 0 };
  await store.insertComment(tx.db, row, sender);
  const event = { subject: `comment:${id}`, version: 1, tags: tagsOf(said.articleId, shown) } as const;
  tx.emit({ action: 'comment.posted', ...event });
  if (shown) {
    await addReply(tx.db, place.parentId, 1);
    await addToCommentCount(tx.db, said.articleId, 1);
    tx.emit({ action: 'comment.approved', ...event });
  }
  return row;
};

/** Saves a change of a comment, and says `actions` of it. */
export const saveComment = async (
  tx: Tx,
  row: store.CommentRow,
  changes: Partial<store.NewCommentRow> & { status: CommentStatus },
  actions: readonly Action[],
): Promise<void> => {
  const version = row.version + 1;
  const shown = isShown({ status: changes.status, replyCount: row.replyCount });
  const decidedAt = changes.status === row.status ? row.decidedAt : tx.now;
  await store.updateComment(tx.db, row.id, { ...changes, shown, version, decidedAt });
  if (shown !== row.shown) await addReply(tx.db, row.parentId, shown ? 1 : -1);
  const wasApproved = row.status === 'approved';
  const isApproved = changes.status === 'approved';
  if (wasApproved !== isApproved) await addToCommentCount(tx.db, row.articleId, isApproved ? 1 : -1);
  // Of what is approved neither before nor after, the public sees a tombstone at most, and that does not change.
  const tags = tagsOf(row.articleId, wasApproved || isApproved);
  for (const action of actions) tx.emit({ action, subject: `comment:${row.id}`, version, tags });
};

/** Removes a comment and all below it, and says `comment.erased` once, of the one that was named. */
export const eraseThread = async (tx: Tx, row: store.CommentRow): Promise<void> => {
  const approved = await store.countApprovedUnder(tx.db, row);
  await store.deleteComment(tx.db, row.id);
  if (row.shown) await addReply(tx.db, row.parentId, -1);
  if (approved > 0) await addToCommentCount(tx.db, row.articleId, -approved);
  tx.emit({
    action: 'comment.erased',
    subject: `comment:${row.id}`,
    version: row.version,
    tags: tagsOf(row.articleId, row.shown),
  });
};
