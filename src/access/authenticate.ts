// Who holds an Authorization header. Malformed, unknown, revoked and expired keys get one and the same answer.
import type { Actor, Log } from '../context.ts';
import type { Clock } from '../core/clock.ts';
import { Problem } from '../core/problem.ts';
import type { Database } from '../db/database.ts';
import type { CountFailedKey } from './failed-keys.ts';
import { isLive } from './rules.ts';
import { findKeyByHash, touchKey } from './store.ts';
import { hashOfToken, isToken } from './token.ts';

/** `lastUsedAt` is kept to this precision, so that reading costs no write. */
const USE_PRECISION_MS = 60_000;

const unauthorized = (): Problem =>
  new Problem('unauthorized', 'Send Authorization: Bearer with a valid API key.', {
    headers: { 'WWW-Authenticate': 'Bearer' },
  });

type Holder = Extract<Actor, { kind: 'key' }>;

export interface AuthenticateDeps {
  database: Database;
  clock: Clock;
  log: Log;
  /** Counts keys that open nothing; absent: they are not limited. */
  failed?: CountFailedKey | undefined;
}

/**
 * Who holds an Authorization header that came from an address. Throws `unauthorized`, and `rate_limited` in its place
 * after too many such keys; a key that is good opens all the same. The database is asked only when the checksum holds.
 */
export const createAuthenticate = ({ database, clock, log, failed }: AuthenticateDeps) => {
  const holderOf = async (authorization: string, now: number) => {
    const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    if (token === undefined || !isToken(token)) return undefined;
    const found = await findKeyByHash(database.read, hashOfToken(token));
    return found !== undefined && isLive(found.key, found.secretExpiresAt, now) ? found.key : undefined;
  };

  return async (authorization: string | undefined, address: string): Promise<Holder> => {
    // Whoever sends no key tries none.
    if (authorization === undefined) throw unauthorized();
    const now = clock();
    const key = await holderOf(authorization, now);
    if (key === undefined) {
      await failed?.(address);
      throw unauthorized();
    }
    const { id, name, role, authorId, lastUsedAt } = key;
    if (lastUsedAt === null || now - lastUsedAt >= USE_PRECISION_MS) {
      // A full disk must not keep anybody from reading: the use is then not noted.
      await database
        .write((db) => touchKey(db, id, now))
        .catch((error: unknown) => log.warn({ err: error }, 'the use of a key could not be noted'));
    }
    return { kind: 'key', id, name, role, authorId };
  };
};
