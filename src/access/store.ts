// Keys and their secrets' hashes, written by the key service and read on every authenticated request; and how often
// keys failed.
import { and, asc, count, eq, gt, isNull, or, sql } from 'drizzle-orm';
import type { Position } from '../core/page.ts';
import { after, type Db, prepared } from '../db/dialect.ts';

export type ApiKeyRow = Db['tables']['apiKeys']['$inferSelect'];
export type NewApiKeyRow = Db['tables']['apiKeys']['$inferInsert'];

export interface KeyWithHint {
  key: ApiKeyRow;
  hint: string;
}

/** The key that this hash opens and when that secret ends; undefined when nobody knows it. */
export const findKeyByHash = async (db: Db, hash: string) => {
  const { apiKeys, apiKeySecrets } = db.tables;
  const query = prepared(db, 'key_by_hash', () =>
    db
      .select({ key: apiKeys, secretExpiresAt: apiKeySecrets.expiresAt })
      .from(apiKeySecrets)
      .innerJoin(apiKeys, eq(apiKeys.id, apiKeySecrets.keyId))
      .where(eq(apiKeySecrets.hash, sql.placeholder('hash'))),
  );
  const [found] = await query.execute({ hash });
  return found;
};

/** Every key has exactly one secret without an end: the current one. */
const currentSecret = ({ tables: { apiKeys, apiKeySecrets } }: Db) =>
  and(eq(apiKeySecrets.keyId, apiKeys.id), isNull(apiKeySecrets.expiresAt));

/** A key with the hint of its current secret, locked where the engine has row locks. */
export const findKey = async (db: Db, id: string): Promise<KeyWithHint | undefined> => {
  const { apiKeys, apiKeySecrets } = db.tables;
  const [found] = await db.dialect.locked(
    db
      .select({ key: apiKeys, hint: apiKeySecrets.hint })
      .from(apiKeys)
      .innerJoin(apiKeySecrets, currentSecret(db))
      .where(eq(apiKeys.id, id)),
  );
  return found;
};

/** Keys in the order they were made, revoked ones included. */
export const listKeys = async (db: Db, from: Position | undefined, limit: number): Promise<KeyWithHint[]> => {
  const { apiKeys, apiKeySecrets } = db.tables;
  return db
    .select({ key: apiKeys, hint: apiKeySecrets.hint })
    .from(apiKeys)
    .innerJoin(apiKeySecrets, currentSecret(db))
    .where(from && after([apiKeys.createdAt, apiKeys.id], [from.key, from.id]))
    .orderBy(asc(apiKeys.createdAt), asc(apiKeys.id))
    .limit(limit);
};

export const countKeys = (db: Db): Promise<number> => db.$count(db.tables.apiKeys);

/** The number only has to be nobody else's. */
const KEYS_LOCK = 7_772;

/** Lets one write at a time decide whether there is an admin: two could each take the other's key, or make two first ones. */
export const lockKeys = (db: Db): Promise<void> => db.dialect.lockUntilCommit(db, KEYS_LOCK);

/** Admin keys that open the door for good: what must never fall to zero. */
export const countLastingAdmins = async (db: Db): Promise<number> => {
  const { apiKeys } = db.tables;
  const [row] = await db
    .select({ admins: count() })
    .from(apiKeys)
    .where(and(eq(apiKeys.role, 'admin'), isNull(apiKeys.revokedAt), isNull(apiKeys.expiresAt)));
  return row!.admins;
};

/** Whether there is such an author, to whom a key can be tied. */
export const hasAuthor = async (db: Db, id: string): Promise<boolean> =>
  (await db.$count(db.tables.authors, eq(db.tables.authors.id, id))) > 0;

export const insertKey = async (db: Db, row: NewApiKeyRow): Promise<void> => {
  await db.insert(db.tables.apiKeys).values(row);
};

export interface NewSecret {
  keyId: string;
  hash: string;
  hint: string;
  createdAt: number;
}

export const insertSecret = async (db: Db, secret: NewSecret): Promise<void> => {
  await db.insert(db.tables.apiKeySecrets).values({ ...secret, expiresAt: null });
};

/** Gives every secret of a key an end, where it has no earlier one. */
export const endSecrets = async (db: Db, keyId: string, at: number): Promise<void> => {
  const { apiKeySecrets } = db.tables;
  const isLater = or(isNull(apiKeySecrets.expiresAt), gt(apiKeySecrets.expiresAt, at));
  await db
    .update(apiKeySecrets)
    .set({ expiresAt: at })
    .where(and(eq(apiKeySecrets.keyId, keyId), isLater));
};

/** Saves a change as version + 1. */
export const updateKey = async (db: Db, id: string, change: Partial<NewApiKeyRow>): Promise<void> => {
  const { apiKeys } = db.tables;
  await db
    .update(apiKeys)
    .set({ ...change, version: sql`${apiKeys.version} + 1` })
    .where(eq(apiKeys.id, id));
};

/** Not a change: leaves the version alone. */
export const touchKey = async (db: Db, id: string, at: number): Promise<void> => {
  const { apiKeys } = db.tables;
  await db.update(apiKeys).set({ lastUsedAt: at }).where(eq(apiKeys.id, id));
};

/** Keeps `value` under `name` unless there is one already, whichever process comes first. */
export const insertSecretOnce = async (db: Db, name: string, value: string): Promise<void> => {
  await db.insert(db.tables.secrets).values({ name, value }).onConflictDoNothing();
};

export const findSecret = async (db: Db, name: string): Promise<string> => {
  const { secrets } = db.tables;
  const [row] = await db.select().from(secrets).where(eq(secrets.name, name));
  return row!.value;
};

/** The names of keys by id. */
export const findKeyNames = async (db: Db, ids: readonly string[]): Promise<Map<string, string>> => {
  const { apiKeys } = db.tables;
  if (ids.length === 0) return new Map();
  const query = prepared(db, 'key_names', () =>
    db
      .select({ id: apiKeys.id, name: apiKeys.name })
      .from(apiKeys)
      .where(db.dialect.isAnyOf(apiKeys.id, 'ids')),
  );
  const rows = await query.execute({ ids: db.dialect.list([...new Set(ids)]) });
  return new Map(rows.map(({ id, name }) => [id, name]));
};

/** When keys failed at a place, newest first, in no other transaction until this one ends. */
export const claimFailures = async (db: Db, place: string): Promise<readonly number[]> => {
  const { failedKeys } = db.tables;
  // A row that is not there cannot be locked.
  await db.insert(failedKeys).values({ place, failedAt: [] }).onConflictDoNothing();
  const [row] = await db.dialect.locked(db.select().from(failedKeys).where(eq(failedKeys.place, place)));
  return row!.failedAt;
};

export const updateFailures = async (db: Db, place: string, failedAt: readonly number[]): Promise<void> => {
  const { failedKeys } = db.tables;
  await db
    .update(failedKeys)
    .set({ failedAt: [...failedAt] })
    .where(eq(failedKeys.place, place));
};
