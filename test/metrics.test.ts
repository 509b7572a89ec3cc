// Figures for Prometheus: what was answered, kept and written, of one process and of several together.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import inject from 'light-my-request';
import { type Test, test } from 'tap';
import { createApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { StartError } from '../src/db/database.ts';
import { createCache } from '../src/http/cache.ts';
import { createServer } from '../src/http/server.ts';
import { createMetrics, serveMetrics } from '../src/metrics.ts';
import { bothEngines, testDatabase, testDatabaseUrl } from './database.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** What the text says, each sample with its labels. */
const samplesOf = (text: string): Record<string, number> =>
  Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );

for (const engine of bothEngines) {
  test(`on ${engine}, what was answered, kept, written and not yet heard of is told`, async (t) => {
    const config = readConfig({ LOG_LEVEL: 'silent' });
    const database = await testDatabase(t, engine);
    const cache = createCache(config);
    const metrics = createMetrics({ cache, database });
    const read = async () => samplesOf(await metrics.registry.metrics());
    t.match(await read(), { masthead_writes_total: 0, masthead_events_behind: 0, masthead_cache_entries: 0 });

    const server = createServer({ config, cache });
    const app = await createApp({
      server,
      cache,
      config,
      database,
      clock: Date.now,
      secret: 'x'.repeat(32),
      onAnswer: metrics.count,
    });
    await app.ready();
    t.teardown(() => app.close());
    const ask = async (url: string) =>
      (await inject((request, response) => server.server.emit('request', request, response), { url }))
        .statusCode;
    for (let wait = 0; wait < 1_000 && !database.changes.areKnown(); wait++)
      await new Promise((resolve) => setTimeout(resolve, 10));

    t.same(
      [await ask('/v1/site'), await ask('/v1/site'), await ask('/nothing/a b'), await ask('/v1/manage/me')],
      [200, 200, 404, 401],
    );
    await Promise.all([
      database.write((db) => db.insert(db.tables.secrets).values({ name: 'a', value: 'b' })),
      database.write((db) => db.insert(db.tables.secrets).values({ name: 'c', value: 'd' })),
    ]);
    const told = await read();
    t.match(told, {
      'masthead_http_answers_total{method="GET",route="/v1/site",status="200"}': 1,
      'masthead_http_answers_total{method="GET",route="",status="404"}': 1,
      'masthead_http_answers_total{method="GET",route="/v1/manage/me",status="401"}': 1,
      'masthead_cache_requests_total{result="hit"}': 1,
      'masthead_cache_requests_total{result="joined"}': 0,
      masthead_cache_entries: 1,
      masthead_cache_refused_total: 0,
      masthead_writes_total: 2,
      masthead_writes_waiting: 0,
      masthead_events_behind: 0,
    });
    // On a slow machine a batch can end after its first write.
    t.ok((engine === 'sqlite' ? [1, 2] : [2]).includes(told.masthead_commits_total!));
    t.ok(told.masthead_cache_bytes! > 0);
    t.ok(Object.keys(told).some((name) => name.startsWith('nodejs_eventloop_lag_seconds')));
    const ofFile = [told.masthead_journal_bytes, told.masthead_disk_free_bytes];
    if (engine === 'sqlite') t.ok(ofFile.every((bytes) => bytes! > 0));
    else t.same(ofFile, [undefined, undefined], 'the disk of another server is not ours');
    t.same(
      await read().then((again) => again['masthead_cache_requests_total{result="hit"}']),
      1,
      'reading counts nothing',
    );
  });
}

test('events that the cache has not heard of are behind', async (t) => {
  const database = await testDatabase(t, 'sqlite');
  const event = { position: 7, at: 0, actor: 'system', action: 'x', subject: 'x:y', tags: [] };
  database.changes.subscribe(() => undefined);
  t.equal((await database.figures()).eventsBehind, 0);
  await database.write((db) => db.insert(db.tables.events).values(event));
  t.equal((await database.figures()).eventsBehind, 0, 'what was committed here is heard of at once');
  t.ok(database.changes.areKnown());
});

test('there is nothing else at that port, and what cannot be read is said in the log', async (t) => {
  const database = await testDatabase(t);
  const cache = createCache(readConfig({}));
  const said: string[] = [];
  const log = { ...quiet, error: (_: object, message: string) => void said.push(message) };
  const metrics = createMetrics({ cache, database });
  const address = await serveMetrics(metrics, { host: '127.0.0.1', port: 0, log });
  const origin = new URL(address ?? '').origin;
  t.match(await fetch(`${origin}/metrics`), { status: 200 });
  t.match(await fetch(`${origin}/metrics`, { method: 'POST' }), { status: 404 });
  t.match(await fetch(`${origin}/v1/articles`), { status: 404 });
  await database.close();
  t.match(await fetch(`${origin}/metrics`), { status: 503 });
  t.same(said, ['the figures could not be read']);
  const taken = { host: '127.0.0.1', port: Number(new URL(origin).port), log };
  await t.rejects(serveMetrics(metrics, taken), StartError);
});

/** A Masthead in a process of its own, once it serves. */
const started = async (t: Test, env: NodeJS.ProcessEnv) => {
  const child = spawn(process.execPath, [...process.execArgv, MAIN], {
    env: {
      ...process.env,
      PORT: '0',
      METRICS_PORT: '0',
      LOG_LEVEL: 'error',
      DATABASE_URL: await testDatabaseUrl(t, 'sqlite'),
      ...env,
    },
  });
  t.teardown(() => child.kill('SIGKILL'));
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  let out = '';
  for await (const chunk of child.stdout) {
    out += chunk;
    if (out.includes('/docs\n')) break;
  }
  const [, address, figures] = /serves (\S+)\n {2}figures {8}(\S+)\n/.exec(out) ?? [];
  const read = async () => samplesOf(await (await fetch(figures ?? '')).text());
  return { child, ended, address, read };
};

const SITE_READ = 'masthead_http_answers_total{method="GET",route="/livez",status="200"}';

test('a process tells where its figures are, and stops beside who reads them', {
  timeout: 120_000,
}, async (t) => {
  const { child, ended, address, read } = await started(t, {});
  for (let n = 0; n < 5; n++) await (await fetch(`${address}/livez`)).text();
  t.equal((await read())[SITE_READ], 5);
  t.match(await fetch(`${address}/metrics`), { status: 404 }, 'readers do not see them');
  child.kill('SIGTERM');
  t.equal(await ended, 0);
});

test('several processes are added up', { timeout: 120_000 }, async (t) => {
  const { child, ended, address, read } = await started(t, { WORKERS: '2' });
  for (let n = 0; n < 8; n++)
    await (await fetch(`${address}/livez`, { headers: { connection: 'close' } })).text();
  const told = await read();
  t.equal(told[SITE_READ], 8);
  t.equal(told.masthead_writes_waiting, 0);
  t.ok(told.masthead_disk_free_bytes! > 0);
  child.kill('SIGTERM');
  t.equal(await ended, 0);
});
