// The worker: what is due is settled at its instant by a timer, once, by whichever process is first.
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'tap';
import { createArticle as write } from '../src/articles/service.ts';
import { type Context, createContext, type Log } from '../src/context.ts';
import { type Database, openDatabase } from '../src/db/database.ts';
import { startWorker } from '../src/worker.ts';
import { testDatabaseUrl } from './database.ts';

const FIRST = Date.UTC(2026, 2, 1, 6, 30);

/** A clock that runs, from an instant of ours, and can be put forward. */
const runningClock = () => {
  let setAt = FIRST - performance.now();
  return {
    now: () => Math.floor(setAt + performance.now()),
    putForward(ms: number) {
      setAt += ms;
    },
  };
};

const config = { commentTraceDays: 30 };
const HOUR = 3_600_000;

const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

const systemContext = (database: Database, clock: () => number, log = quiet): Context =>
  createContext({ database, clock, actor: { kind: 'system' }, log });

const deps = { urlOf: (slug: string) => slug, embedHosts: new Set<string>() };

const actionsOf = async ({ read }: Database): Promise<string[]> =>
  (await read.select({ action: read.tables.events.action }).from(read.tables.events)).map(
    ({ action }) => action,
  );

const until = async (isSo: () => Promise<boolean>, within = 8_000): Promise<boolean> => {
  const endsAt = performance.now() + within;
  while (performance.now() < endsAt) {
    if (await isSo()) return true;
    // SQLite answers within one turn of the loop, and timers come between turns.
    await turn();
  }
  return false;
};

const scheduled = async (ctx: Context, database: Database, at: number, title: string) => {
  const { authors } = database.read.tables;
  const known = await database.read.select().from(authors);
  if (known.length === 0) {
    await database.write(async (db) => {
      await db.insert(authors).values({
        id: '01890a5d-ac96-774b-bcce-b302099a8057',
        slug: 'ada',
        name: 'Ada',
        links: [],
        active: true,
        articleCount: 0,
        version: 1,
        createdAt: FIRST,
        updatedAt: FIRST,
      });
    });
  }
  await write(ctx, deps, {
    title,
    body: { format: 'markdown', source: 'Text.' },
    authors: [{ author: 'ada', role: 'writer' }],
    scheduledFor: at,
  });
};

test('two workers on one database publish at the instant, with one event, also what was due before they came', async (t) => {
  const url = await testDatabaseUrl(t);
  const clock = runningClock();
  const databases = [
    await openDatabase({ url, clock: clock.now }),
    await openDatabase({ url, clock: clock.now }),
  ];
  t.teardown(async () => {
    for (const database of databases) await database.close();
  });
  const [one, two] = databases as [Database, Database];
  const ctx = systemContext(one, clock.now);
  await scheduled(ctx, one, clock.now() + HOUR, 'Due before');
  clock.putForward(HOUR);
  const workers = [startWorker(ctx, one, config), startWorker(systemContext(two, clock.now), two, config)];
  const published = async () =>
    (await actionsOf(one)).filter((action) => action === 'article.published').length;
  t.ok(await until(async () => (await published()) === 1), 'caught up with what was due');

  const at = clock.now() + 2_500;
  await scheduled(ctx, one, at, 'Due soon');
  t.ok(await until(async () => (await published()) === 2), 'published by a timer');
  t.ok(clock.now() >= at, 'not before its instant');
  t.ok(clock.now() < at + 5_000, 'long before the next look');

  await scheduled(ctx, one, clock.now() + HOUR, 'Due after a jump of the clock');
  clock.putForward(HOUR);
  await one.write(async (db) => {
    await db.insert(db.tables.secrets).values({ name: 'any', value: 'commit' });
  });
  t.ok(await until(async () => (await published()) === 3), 'whoever writes next makes the worker look');
  for (const worker of workers) await worker.stop();
  t.equal(await published(), 3, 'each once');
});

test('a failure is logged and does not end the worker', async (t) => {
  const clock = runningClock();
  const database = await openDatabase({ url: await testDatabaseUrl(t), clock: clock.now });
  const said: string[] = [];
  const log = { ...quiet, error: (_: object, message: string) => void said.push(message) };
  const ctx = systemContext(database, clock.now, log);
  const broken: Context = { ...ctx, write: () => Promise.reject(new Error('away')) };
  const worker = startWorker(broken, database, config);
  t.ok(await until(async () => said.includes('pruning failed')));
  await database.write(async (db) => {
    await db.insert(db.tables.secrets).values({ name: 'a', value: 'b' });
  });
  await worker.stop();
  await database.close();
});

test('a piece of work that does not come back is noticed, and one that waits for its time is not', async (t) => {
  const clock = runningClock();
  const database = await openDatabase({ url: await testDatabaseUrl(t), clock: clock.now });
  const ctx = systemContext(database, clock.now);
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let isHeld = false;
  const holding: Context = {
    ...ctx,
    write: async (job) => {
      isHeld = true;
      await held;
      return ctx.write(job);
    },
  };
  const { now } = performance;
  let later = 0;
  t.teardown(() => Object.assign(performance, { now }));
  performance.now = () => now.call(performance) + later;
  const worker = startWorker(holding, database, config);
  t.ok(await until(async () => isHeld));
  worker.check();
  later = 700_000;
  t.throws(() => worker.check(), { message: /has not come back$/ });
  later = 0;
  release();
  await worker.stop();
  await database.close();
});
