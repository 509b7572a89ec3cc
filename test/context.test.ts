// A write is one transaction at one instant: its effect, what happened and the stored answer are all kept, or none.
import { asc } from 'drizzle-orm';
import { type Test, test } from 'tap';
import { type Actor, actorName, type Context, createContext, keyIdOf, type Receipt } from '../src/context.ts';
import { newId } from '../src/core/id.ts';
import { findReceipt, insertReceipt, RECEIPT_TTL_MS } from '../src/db/receipts.ts';
import { ACTIONS, type NewEvent, SUBJECT_KINDS } from '../src/events/events.ts';
import { testDatabase } from './database.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const holder: Actor = { kind: 'key', id: 'k1', name: 'Desk', role: 'editor', authorId: null };
const reader: Actor = { kind: 'reader', address: '203.0.113.7', agent: null };
const system: Actor = { kind: 'system' };

const tagged = (name: string): NewEvent => ({
  action: 'tag.created',
  subject: `tag:${name}`,
  tags: ['tags', 'tags'],
});

const contextFor = async (t: Test, actor: Actor, receipt?: Receipt) => {
  const database = await testDatabase(t);
  let now = 1_000;
  const ctx = createContext({ database, clock: () => now++, actor, log: quiet, receipt });
  const { events } = ctx.read.tables;
  return { ctx, happened: () => ctx.read.select().from(events).orderBy(asc(events.position)) };
};

const insertTag = (ctx: Context, name: string, fails = false) =>
  ctx.write(async ({ db, now, emit }) => {
    const counts = { articleCount: 0, version: 1, createdAt: now, updatedAt: now };
    await db.insert(db.tables.tags).values({ id: newId(now), slug: name, name, nameKey: name, ...counts });
    emit(tagged(name));
    if (fails) throw new Error('no');
    return now;
  });

test('who acts is named without a secret, an address or a name', async (t) => {
  t.equal(actorName(holder), 'key:k1');
  t.equal(actorName(reader), 'reader');
  t.equal(actorName(system), 'system');
  t.equal(keyIdOf(holder), 'k1');
  t.equal(keyIdOf(reader), null);
});

test('a write is kept with what it says has happened, all at one instant', async (t) => {
  const { ctx, happened } = await contextFor(t, holder);
  const at = await insertTag(ctx, 'budget');
  t.strictSame(await happened(), [
    {
      position: 1,
      at,
      actor: 'key:k1',
      action: 'tag.created',
      subject: 'tag:budget',
      version: null,
      tags: ['tags'],
    },
  ]);
  t.equal(await ctx.read.$count(ctx.read.tables.tags), 1);
});

test('a write that fails leaves neither its effect nor its events', async (t) => {
  const { ctx, happened } = await contextFor(t, system);
  await t.rejects(insertTag(ctx, 'budget', true), { message: 'no' });
  t.strictSame(await happened(), []);
  t.equal(await ctx.read.$count(ctx.read.tables.tags), 0);
});

test('positions go up by one, in the order of writing, whatever fails in between', async (t) => {
  const { ctx, happened } = await contextFor(t, reader);
  const settled = await Promise.allSettled(
    ['a', 'b', 'c', 'd', 'e'].map((name) => insertTag(ctx, name, name === 'c')),
  );
  t.same(
    settled.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
  );
  await ctx.write(async ({ emit }) => {
    emit({ action: 'key.revoked', subject: 'key:x', version: 7, tags: [] });
    emit(tagged('y'));
  });
  const rows = await happened();
  t.strictSame(
    rows.map(({ position }) => position),
    [1, 2, 3, 4, 5, 6],
  );
  t.same(
    rows.slice(4).map(({ subject, version }) => [subject, version]),
    [
      ['key:x', 7],
      ['tag:y', null],
    ],
  );
});

test('a write without an event writes none', async (t) => {
  const { ctx, happened } = await contextFor(t, system);
  t.equal(await ctx.write(async () => 5), 5);
  t.strictSame(await happened(), []);
});

test('the answer is stored with the effect; where it cannot be, the effect is undone', async (t) => {
  const answer = { bodyHash: 'h', status: 201, headers: { ETag: '"1"' }, body: '{}' };
  const seen: unknown[] = [];
  const { ctx, happened } = await contextFor(t, reader, async ({ db, now }, result) => {
    seen.push(result);
    await insertReceipt(db, 'k', answer, now);
  });
  const at = await insertTag(ctx, 'budget');
  t.strictSame(seen, [at]);
  t.match(await findReceipt(ctx.read, 'k', at), answer);
  await t.rejects(insertTag(ctx, 'elections'));
  t.equal(await ctx.read.$count(ctx.read.tables.tags), 1);
  t.equal((await happened()).length, 1);
});

test('a stored answer ends after 24 hours, to the millisecond, and then gives way', async (t) => {
  const { ctx } = await contextFor(t, system);
  const answer = { bodyHash: 'h', status: 204, headers: {}, body: '' };
  const store = (key: string, at: number) => ctx.write(({ db }) => insertReceipt(db, key, answer, at));
  await store('k', 500);
  t.ok(await findReceipt(ctx.read, 'k', 500 + RECEIPT_TTL_MS - 1));
  t.equal(await findReceipt(ctx.read, 'k', 500 + RECEIPT_TTL_MS), undefined);
  t.equal(await findReceipt(ctx.read, 'other', 500), undefined);
  await t.rejects(store('k', 500 + RECEIPT_TTL_MS - 1));
  await store('k', 500 + RECEIPT_TTL_MS);
  t.equal(await ctx.read.$count(ctx.read.tables.receipts), 1);
});

test('every action is a noun and what was done to it', async (t) => {
  for (const action of ACTIONS) {
    const [noun, verb] = action.split('.');
    t.ok(
      SUBJECT_KINDS.some((kind) => kind === noun),
      `${action} is of a known kind`,
    );
    t.match(verb, /^[a-z]+(_[a-z]+)*$/);
  }
});
