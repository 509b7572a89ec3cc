// What one reader has said and told us, found by e-mail whatever its case, for those who may ask for all of it.
import type { Tx } from '../context.ts';
import { foldKey } from '../core/text.ts';
import type { Db } from '../db/dialect.ts';
import { anonymiseComment, wipeComment } from './erasure.ts';
import { listCommentsOf } from './queue.store.ts';
import type { ManagedComment } from './schema.ts';
import { claimArticlesOfSender, findComment } from './store.ts';
import { managedCommentView } from './view.ts';

/** All comments of this e-mail, oldest first. */
export const commentsOf = async (db: Db, email: string): Promise<ManagedComment[]> =>
  (await listCommentsOf(db, foldKey(email))).map(managedCommentView);

/** Forgets who wrote the comments of this e-mail, or the comments too; returns how many there were. */
export const forgetSender = async (tx: Tx, email: string, mode: 'anonymise' | 'delete'): Promise<number> => {
  await claimArticlesOfSender(tx.db, foldKey(email));
  const forget = mode === 'delete' ? wipeComment : anonymiseComment;
  const found = await listCommentsOf(tx.db, foldKey(email));
  for (const { comment } of found) {
    // Read again: with the comment before, the count of replies may have changed.
    await forget(tx, (await findComment(tx.db, comment.id))!);
  }
  return found.length;
};
