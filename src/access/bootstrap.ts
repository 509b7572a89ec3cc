// The first start of all: the secret that signs cursors, and a key for whoever runs the site.
import { randomBytes } from 'node:crypto';
import type { Context } from '../context.ts';
import { StartError } from '../db/database.ts';
import { addKey } from './service.ts';
import { countKeys, findKeyByHash, findSecret, insertSecretOnce, lockKeys } from './store.ts';
import { hashOfToken, isToken } from './token.ts';

/** The configured secret, or the one kept in the database, made at the first start. */
export const signingSecret = (ctx: Context, configured: string | undefined): Promise<string> =>
  configured !== undefined
    ? Promise.resolve(configured)
    : ctx.write(async ({ db }) => {
        await insertSecretOnce(db, 'signing', randomBytes(32).toString('base64url'));
        return findSecret(db, 'signing');
      });

/**
 * Makes sure that somebody can administer the site. Returns the key to print: only at the first start, and only
 * when none was configured. Throws StartError when the configured key is not one.
 */
export const firstKey = async (ctx: Context, configured: string | undefined): Promise<string | undefined> => {
  if (configured !== undefined && !isToken(configured)) {
    throw new StartError('MASTHEAD_ADMIN_KEY is not an API key: make one with `masthead keys generate`.');
  }
  return ctx.write(async (tx) => {
    await lockKeys(tx.db);
    if (configured === undefined) {
      if ((await countKeys(tx.db)) > 0) return undefined;
      return (await addKey(tx, ctx.actor, { name: 'First key', role: 'admin' })).secret;
    }
    const known = await findKeyByHash(tx.db, hashOfToken(configured));
    if (known === undefined)
      await addKey(tx, ctx.actor, { name: 'Configured key', role: 'admin' }, configured);
    return undefined;
  });
};
