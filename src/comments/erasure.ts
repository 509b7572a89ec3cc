// What goes when a comment goes, or when its writer wants to be forgotten: the sender's row, the stored answer that
// repeats the words, and the reports. The transaction holds the comment's article.
import type { Tx } from '../context.ts';
import { deleteAnswersAbout } from '../db/receipts.ts';
import { deleteReports } from './reports.store.ts';
import { type CommentRow, deletePrivate } from './store.ts';
import { saveComment } from './threads.ts';

/** What a deleted comment no longer has; its fingerprint was made from the e-mail. */
const WIPED = { authorName: '', authorUrl: null, body: '', fingerprint: '', reasons: [], reportCount: 0 };

/** Takes away what was said and who said it. The row stays, for replies may hang below it. */
export const wipeComment = async (tx: Tx, comment: CommentRow): Promise<void> => {
  await deletePrivate(tx.db, comment.id);
  await deleteAnswersAbout(tx.db, comment.id);
  await deleteReports(tx.db, comment.id);
  await saveComment(tx, comment, { ...WIPED, status: 'deleted' }, ['comment.deleted']);
};

/** The name under which stands what somebody has said who is no longer known. */
const ANONYMOUS = 'Anonymous';

/** Takes away who said it. The text stays, and so do the checks it met, without what they found. */
export const anonymiseComment = async (tx: Tx, comment: CommentRow): Promise<void> => {
  await deletePrivate(tx.db, comment.id);
  await deleteAnswersAbout(tx.db, comment.id);
  const reasons = comment.reasons.map(({ reason }) => ({ reason, detail: null }));
  const nobody = { authorName: ANONYMOUS, authorUrl: null, fingerprint: '', reasons };
  await saveComment(tx, comment, { ...nobody, status: comment.status }, ['comment.anonymised']);
};
