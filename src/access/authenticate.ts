// Who holds an Authorization header. Malformed, unknown, revoked and expired keys get one and the same answer.
import type { Actor, Log } from '../context.ts';
import type { Clock } from '../core/clock.ts';
import { Problem } from '../core/problem.ts';
import type { Database } from '../db/database.ts';
import { isLive } from './rules.ts';
import { findKeyByHash, touchKey } from './store.ts';
import { hashOfToken, isToken } from './token.ts';

/** `lastUsedAt` is kept to this precision, so that reading costs no write. */
const USE_PRECISION_MS = 60_000;

const unauthorized = (): Problem =>
  new Problem('unauthorized', 'Send Authorization: Bearer with a valid API key.', {
    headers: { 'WWW-Authenticate': 'Bearer' },
  });

export type Authenticate = (authorization: string | undefined) => Promise<Extract<Actor, { kind: 'key' }>>;

/** Throws `unauthorized`. The database is asked only when the key's checksum holds. */
export const createAuthenticate = (database: Database, clock: Clock, log: Log): Authenticate => {
  return async (authorization) => {
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined || !isToken(token)) throw unauthorized();
    const found = await findKeyByHash(database.read, hashOfToken(token));
    const now = clock();
    if (found === undefined || !isLive(found.key, found.secretExpiresAt, now)) throw unauthorized();
    const { id, name, role, authorId, lastUsedAt } = found.key;
    if (lastUsedAt === null || now - lastUsedAt >= USE_PRECISION_MS) {
      // A full disk must not keep anybody from reading: the use is then not noted.
      await database
        .write((db) => touchKey(db, id, now))
        .catch((error: unknown) => log.warn({ err: error }, 'the use of a key could not be noted'));
    }
    return { kind: 'key', id, name, role, authorId };
  };
};
