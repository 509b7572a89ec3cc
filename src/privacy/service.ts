// Requests about a person, by e-mail. That there was one is an event; of whom is written nowhere, not even as a hash.
import { forgetEmail } from '../authors/service.ts';
import { findAuthorByEmail } from '../authors/store.ts';
import { managedAuthorView } from '../authors/view.ts';
import { commentsOf, forgetSender } from '../comments/personal.ts';
import type { Context, Tx } from '../context.ts';
import { toInstant } from '../core/clock.ts';
import { newId } from '../core/id.ts';
import { foldKey } from '../core/text.ts';
import type { PrivacyErased, PrivacyErasure, PrivacyExport, PrivacyExportRequest } from './schema.ts';

const say = (tx: Tx, action: 'privacy.exported' | 'privacy.erased'): void =>
  tx.emit({ action, subject: `privacy:${newId(tx.now)}`, tags: [] });

/** Everything kept of an e-mail. A write, for that it was asked is kept too. */
export const exportPerson = (ctx: Context, { email }: PrivacyExportRequest): Promise<PrivacyExport> =>
  ctx.write(async (tx) => {
    const author = await findAuthorByEmail(tx.db, foldKey(email));
    const comments = await commentsOf(tx.db, email);
    say(tx, 'privacy.exported');
    return {
      exportedAt: toInstant(tx.now),
      comments,
      authors: author === undefined ? [] : [managedAuthorView(author)],
    };
  });

/** Forgets an e-mail, and what came with it. When it is answered, the bytes are gone from a database file as well. */
export const erasePerson = async (ctx: Context, { email, mode }: PrivacyErasure): Promise<PrivacyErased> => {
  const erased = await ctx.write(async (tx) => {
    const comments = await forgetSender(tx, email, mode);
    const authors = await forgetEmail(tx, email);
    say(tx, 'privacy.erased');
    return { comments, authors };
  });
  await ctx.scrub();
  return erased;
};
