// What we do with keys. A secret leaves this file once, in the answer that made it.
import type { Actor, Context, Tx } from '../context.ts';
import { keyIdOf } from '../context.ts';
import { toInstant, toInstantOrNull } from '../core/clock.ts';
import { given } from '../core/fields.ts';
import { newId } from '../core/id.ts';
import { type Cursors, mapPage, type Page, readPage } from '../core/page.ts';
import { Problem } from '../core/problem.ts';
import { type Expected, requireVersion } from '../core/version.ts';
import type { Db } from '../db/dialect.ts';
import { requireAnAdmin, requireEndAhead } from './rules.ts';
import type { ApiKey, ApiKeyChange, ApiKeyQuery, IssuedApiKey, NewApiKey } from './schema.ts';
import * as store from './store.ts';
import { hashOfToken, hintOf, newToken } from './token.ts';

const view = ({ key, hint }: store.KeyWithHint): ApiKey => ({
  id: key.id,
  name: key.name,
  role: key.role,
  authorId: key.authorId,
  hint,
  createdAt: toInstant(key.createdAt),
  expiresAt: toInstantOrNull(key.expiresAt),
  revokedAt: toInstantOrNull(key.revokedAt),
  lastUsedAt: toInstantOrNull(key.lastUsedAt),
  version: key.version,
});

const noSuchKey = (): Problem => new Problem('not_found', 'There is no such key.');

const foundKey = async (db: Db, id: string): Promise<store.KeyWithHint> => {
  const found = await store.findKey(db, id);
  if (found === undefined) throw noSuchKey();
  return found;
};

/** Throws `reference_unknown` where a key would be tied to nobody. */
const requireAuthor = async (db: Db, authorId: string | null | undefined): Promise<void> => {
  if (authorId === null || authorId === undefined || (await store.hasAuthor(db, authorId))) return;
  throw new Problem('reference_unknown', 'There is no such author.', {
    errors: [{ pointer: '/authorId', code: 'unknown_author', message: 'is not the id of an author' }],
  });
};

/** Makes a key and its one secret; `token` only where the operator brings a key of their own. */
export const issueKey = (ctx: Context, input: NewApiKey): Promise<IssuedApiKey> =>
  ctx.write((tx) => addKey(tx, ctx.actor, input));

/** The same inside a write; `token` only where the operator brings a key of their own. */
export const addKey = async (
  tx: Tx,
  actor: Actor,
  { name, role, authorId = null, expiresAt = null }: NewApiKey,
  token = newToken(),
): Promise<IssuedApiKey> => {
  requireEndAhead(expiresAt, tx.now);
  const id = newId(tx.now);
  const row = {
    id,
    name,
    role,
    authorId,
    expiresAt,
    createdBy: keyIdOf(actor),
    createdAt: tx.now,
    version: 1,
  };
  await requireAuthor(tx.db, authorId);
  await store.insertKey(tx.db, row);
  await store.insertSecret(tx.db, {
    keyId: id,
    hash: hashOfToken(token),
    hint: hintOf(token),
    createdAt: tx.now,
  });
  tx.emit({ action: 'key.created', subject: `key:${id}`, version: 1, tags: [] });
  return { ...view(await foundKey(tx.db, id)), secret: token };
};

export const readKey = async (ctx: Context, id: string): Promise<ApiKey> =>
  view(await foundKey(ctx.read, id));

export const listKeys = async (ctx: Context, cursors: Cursors, query: ApiKeyQuery): Promise<Page<ApiKey>> =>
  mapPage(
    await readPage(cursors, query, {
      name: 'keys',
      filters: {},
      rows: (from, count) => store.listKeys(ctx.read, from, count),
      positionOf: ({ key }) => ({ key: key.createdAt, id: key.id }),
      count: () => store.countKeys(ctx.read),
    }),
    view,
  );

const change = async (
  tx: Tx,
  found: store.KeyWithHint,
  changes: Partial<store.ApiKeyRow>,
  action: 'key.updated' | 'key.revoked',
): Promise<ApiKey> => {
  const { key } = found;
  await store.lockKeys(tx.db);
  requireAnAdmin(key, { ...key, ...changes }, await store.countLastingAdmins(tx.db));
  await requireAuthor(tx.db, changes.authorId);
  await store.updateKey(tx.db, key.id, changes);
  tx.emit({ action, subject: `key:${key.id}`, version: key.version + 1, tags: [] });
  return view(await foundKey(tx.db, key.id));
};

export const changeKey = (ctx: Context, id: string, changes: ApiKeyChange, expected: Expected | undefined) =>
  ctx.write(async (tx) => {
    const found = await foundKey(tx.db, id);
    requireVersion(expected, found.key.version);
    requireEndAhead(changes.expiresAt, tx.now);
    return change(tx, found, given(changes), 'key.updated');
  });

/** Ends a key for good, from the next request on. Revoking again changes nothing. */
export const revokeKey = (ctx: Context, id: string, expected: Expected | undefined): Promise<void> =>
  ctx.write(async (tx) => {
    const found = await foundKey(tx.db, id);
    requireVersion(expected, found.key.version);
    if (found.key.revokedAt === null) await change(tx, found, { revokedAt: tx.now }, 'key.revoked');
  });

/** Gives a key a new secret; the old one lives `overlapSeconds` more. A revoked key is not found. */
export const rotateKey = (ctx: Context, id: string, overlapSeconds: number): Promise<IssuedApiKey> =>
  ctx.write(async (tx) => {
    const { key } = await foundKey(tx.db, id);
    if (key.revokedAt !== null) throw noSuchKey();
    const token = newToken();
    await store.endSecrets(tx.db, id, tx.now + overlapSeconds * 1_000);
    await store.insertSecret(tx.db, {
      keyId: id,
      hash: hashOfToken(token),
      hint: hintOf(token),
      createdAt: tx.now,
    });
    await store.updateKey(tx.db, id, {});
    tx.emit({ action: 'key.rotated', subject: `key:${id}`, version: key.version + 1, tags: [] });
    return { ...view(await foundKey(tx.db, id)), secret: token };
  });
