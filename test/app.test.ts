// A process that has been asked to stop says so before it goes.
import { test } from 'tap';
import { createApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { createServer } from '../src/http/server.ts';
import { testDatabase } from './database.ts';
import { play } from './scenario.ts';
import { START, testSite } from './site.ts';

test('while it stops it is alive, not ready, and closes each connection behind its answer', async (t) => {
  const config = readConfig({ LOG_LEVEL: 'silent' });
  const database = await testDatabase(t);
  let isStopping = false;
  const app = await createApp({
    server: createServer({ config }),
    config,
    database,
    clock: () => START,
    secret: 'x'.repeat(32),
    isStopping: () => isStopping,
  });
  t.teardown(() => app.close());
  t.match(await app.inject('/readyz'), { statusCode: 200, headers: { connection: 'keep-alive' } });
  isStopping = true;
  t.match(await app.inject('/livez'), { statusCode: 200, headers: { connection: 'close' } });
  t.match(await app.inject('/readyz'), {
    statusCode: 503,
    headers: { connection: 'close', 'retry-after': '2' },
  });
});

test('it is not ready while what happens by itself has stopped, and looks once a second at most', async (t) => {
  const config = readConfig({ LOG_LEVEL: 'silent' });
  const database = await testDatabase(t);
  const clock = { now: START };
  let looks = 0;
  let isStuck = false;
  const app = await createApp({
    server: createServer({ config }),
    config,
    database,
    clock: () => clock.now,
    secret: 'x'.repeat(32),
    checkWorker() {
      looks++;
      if (isStuck) throw new Error('settling has not come back');
    },
  });
  t.teardown(() => app.close());
  const statuses = async (count: number) =>
    Promise.all(Array.from({ length: count }, async () => (await app.inject('/readyz')).statusCode));
  t.same(new Set(await statuses(50)), new Set([200]));
  t.equal(looks, 1);
  isStuck = true;
  clock.now += 999;
  t.same(await statuses(1), [200]);
  clock.now += 1;
  t.same(await statuses(2), [503, 503]);
  t.equal((await app.inject('/livez')).statusCode, 200);
  isStuck = false;
  clock.now -= 60_000;
  t.same(await statuses(1), [200], 'a clock that was set back keeps nothing');
  t.equal(looks, 3);
});

test('with too much to do readers are refused at once; what is kept, the newsroom and the probes are not', async (t) => {
  let isOverloaded = false;
  const site = await testSite(t, {}, { isOverloaded: () => isOverloaded });
  const kept = 'GET /v1/site';
  await play(t, site, [{ name: 'before', request: kept, status: 200 }]);
  isOverloaded = true;
  const refused = {
    status: 503,
    code: 'unavailable',
    sends: { 'retry-after': '2', 'cache-control': 'no-store' },
  };
  await play(t, site, [
    { name: 'what is kept', request: kept, status: 200 },
    { ...refused, name: 'what is not', request: 'GET /v1/articles' },
    { ...refused, name: 'a search', request: 'GET /v1/search?q=x' },
    { ...refused, name: 'what is not there', request: 'GET /v1/articles/none' },
    { ...refused, name: 'a comment', request: 'POST /v1/articles/bridge/comments', body: {} },
    { name: 'the newsroom', as: 'editor', request: 'GET /v1/manage/articles', status: 200 },
    { name: 'is it alive?', request: 'GET /livez', status: 200 },
    { name: 'is it ready?', request: 'GET /readyz', status: 200 },
  ]);
  isOverloaded = false;
  await play(t, site, [{ name: 'afterwards', request: 'GET /v1/articles', status: 200 }]);
});
