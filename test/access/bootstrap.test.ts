// The first start: a secret that stays, and one key for whoever runs the site.

import type { Test } from 'tap';
import { test } from 'tap';
import { firstKey, signingSecret } from '../../src/access/bootstrap.ts';
import { newToken } from '../../src/access/token.ts';
import { createContext } from '../../src/context.ts';
import { StartError } from '../../src/db/database.ts';
import { testDatabase } from '../database.ts';

const emptyContext = async (t: Test) => {
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const ctx = createContext({
    database: await testDatabase(t),
    clock: () => 1,
    actor: { kind: 'system' },
    log,
  });
  return { ctx, count: () => ctx.read.$count(ctx.read.tables.apiKeys) };
};

test('the secret is made once and kept, unless one is configured', async (t) => {
  const { ctx } = await emptyContext(t);
  const made = await Promise.all([signingSecret(ctx, undefined), signingSecret(ctx, undefined)]);
  t.match(made[0], /^[\w-]{43}$/);
  t.equal(made[0], made[1]);
  t.equal(await signingSecret(ctx, undefined), made[0]);
  t.equal(await signingSecret(ctx, 'of the operator'), 'of the operator');
});

test('the first start makes one admin key, whoever else starts at the same time', async (t) => {
  const { ctx, count } = await emptyContext(t);
  const keys = await Promise.all([
    firstKey(ctx, undefined),
    firstKey(ctx, undefined),
    firstKey(ctx, undefined),
  ]);
  t.equal(keys.filter((key) => key !== undefined).length, 1);
  t.equal(await count(), 1);
  t.equal(await firstKey(ctx, undefined), undefined);
});

test('a configured key is taken as it is, once, and not shown', async (t) => {
  const { ctx, count } = await emptyContext(t);
  const token = newToken();
  t.same(await Promise.all([firstKey(ctx, token), firstKey(ctx, token)]), [undefined, undefined]);
  t.equal(await count(), 1);
  t.equal(await firstKey(ctx, undefined), undefined, 'and no other is made beside it');
  t.equal(await firstKey(ctx, newToken()), undefined, 'but another one may be configured');
  t.equal(await count(), 2);
});

test('a configured key that is none stops the start, without being repeated', async (t) => {
  const { ctx, count } = await emptyContext(t);
  await t.rejects(firstKey(ctx, 'hunter2'), StartError);
  await t.rejects(firstKey(ctx, 'hunter2'), { message: /^MASTHEAD_ADMIN_KEY is not an API key(?!.*hunter)/ });
  t.equal(await count(), 0);
});
