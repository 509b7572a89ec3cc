// What may happen to a key. The one thing to prevent: a site that nobody can administer any more.

import { instantPast, Problem } from '../core/problem.ts';
import type { Role } from '../db/schema/columns.ts';

export interface KeyState {
  role: Role;
  revokedAt: number | null;
  expiresAt: number | null;
}

/** An admin key that works until it is revoked. */
export const isLastingAdmin = ({ role, revokedAt, expiresAt }: KeyState): boolean =>
  role === 'admin' && revokedAt === null && expiresAt === null;

/** Throws `last_admin_key` when `after` would leave no lasting admin key of the `admins` there are. */
export const requireAnAdmin = (before: KeyState, after: KeyState, admins: number): void => {
  if (isLastingAdmin(before) && !isLastingAdmin(after) && admins <= 1) {
    throw new Problem(
      'last_admin_key',
      'This is the last admin key without an end. Create another one first.',
    );
  }
};

/** An end that is still to come, where one is given. Throws `instant_past`. */
export const requireEndAhead = (expiresAt: number | null | undefined, now: number): void => {
  if (typeof expiresAt !== 'number' || expiresAt > now) return;
  throw instantPast('/expiresAt', 'must be in the future');
};

/** Whether a key, reached through a secret that ends at `secretExpiresAt`, opens anything at `now`. */
export const isLive = (key: KeyState, secretExpiresAt: number | null, now: number): boolean =>
  key.revokedAt === null &&
  (key.expiresAt === null || key.expiresAt > now) &&
  (secretExpiresAt === null || secretExpiresAt > now);
