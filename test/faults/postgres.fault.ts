// PostgreSQL that goes away, cuts connections, holds locks or has no connection left: a quick 503, nothing lost, nothing
// twice, and back by itself.
import { setTimeout as pause } from 'node:timers/promises';
import { type Test, test } from 'tap';
import { ask, isSound, rounds, start, until } from './masthead.ts';
import { openNewsroom } from './newsroom.ts';
import { lacksPostgres, startPostgres } from './postgres-server.ts';

const RECOVERY_MS = 15_000;
const WORKS_MS = 700;
const WRITES = 40;
const BETWEEN_CUTS_MS = 100;

test('a PostgreSQL server that fails', { skip: lacksPostgres(), timeout: rounds(240_000) }, async (t) => {
  const postgres = await startPostgres(t);
  const open = async (t: Test, parameters?: Record<string, string>) => {
    const server = await start(t, postgres.url(parameters));
    return { server, newsroom: await openNewsroom(server) };
  };

  await t.test('it crashes under load and starts again: 503 meanwhile, nothing lost', async (t) => {
    const { server, newsroom } = await open(t);
    let isOver = false;
    const work = newsroom.work(server, () => isOver);
    const times = rounds(2);
    for (let round = 1; round <= times; round++) {
      await newsroom.progress(WRITES);
      postgres.crash();
      const refused = await ask(server, 'POST', '/v1/manage/authors', { body: { name: 'Nobody' } });
      t.equal(refused?.status, 503);
      t.equal(refused?.headers.get('retry-after'), '2');
      t.equal((await ask(server, 'GET', '/readyz'))?.status, 503);
      t.equal((await ask(server, 'GET', '/livez'))?.status, 200);
      postgres.start();
      await until(200, RECOVERY_MS, () => ask(server, 'GET', '/readyz'));
    }
    await newsroom.progress(WRITES);
    isOver = true;
    await work;
    await newsroom.settle(server);
    t.ok(newsroom.writes[503], 'some writes were refused');
    t.same(newsroom.surprises, []);
    t.same(await newsroom.faultsOf(postgres.url()), []);
    await isSound(t, postgres.url(), 'after the crashes');
    t.comment(`${times} crashes of PostgreSQL: ${newsroom.summary()}, 0 lost, 0 twice`);
  });

  await t.test('connections are cut in use: nothing lost, nothing twice', async (t) => {
    const { server, newsroom } = await open(t);
    let isOver = false;
    const work = newsroom.work(server, () => isOver);
    const times = rounds(30);
    let cuts = 0;
    while (cuts < times) {
      const cut = await postgres.query(`select pg_terminate_backend(pid) from pg_stat_activity
        where pid in (select pid from pg_stat_activity
          where application_name = 'masthead' and state <> 'idle' order by random() limit 1)`);
      cuts += cut.length;
      await pause(BETWEEN_CUTS_MS * Math.random());
    }
    isOver = true;
    await work;
    await newsroom.settle(server);
    t.ok(newsroom.writes[503], 'some writes were refused');
    t.same(newsroom.surprises, []);
    t.same(await newsroom.faultsOf(postgres.url()), []);
    await isSound(t, postgres.url(), 'after the cuts');
    t.comment(`${cuts} connections cut in use: ${newsroom.summary()}, 0 lost, 0 twice`);
  });

  /** Holds everybody who wants to write articles, for as long as `meanwhile` takes. */
  const holding = async (meanwhile: () => Promise<void>) => {
    const holder = await postgres.connect();
    try {
      await holder.query('begin; lock table articles in access exclusive mode');
      await meanwhile();
    } finally {
      await holder.end();
    }
  };

  await t.test('all connections are held: 503 in time, and back as soon as they are free', async (t) => {
    const { server, newsroom } = await open(t, { pool: '2' });
    await holding(async () => {
      const asked = performance.now();
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) => ask(server, 'GET', `/v1/articles?limit=${n + 1}`)),
      );
      const tookMs = performance.now() - asked;
      t.same(
        answers.map((answer) => answer?.status),
        Array(20).fill(503),
      );
      t.ok(tookMs < 12_000, `all were answered after ${tookMs.toFixed(0)} ms`);
      t.comment(
        `all connections held: ${answers.length} reads refused after ${tookMs.toFixed(0)} ms at most`,
      );
    });
    await until(200, RECOVERY_MS, () => ask(server, 'GET', '/v1/articles'));
    const endsAt = performance.now() + WORKS_MS;
    await newsroom.work(server, () => performance.now() > endsAt);
    t.same(
      Object.keys(newsroom.writes).filter((status) => !/^2/.test(status)),
      [],
      'and nothing is refused then',
    );
  });

  await t.test('a statement takes too long: 503, and the next one is done', async (t) => {
    const { server, newsroom } = await open(t, { statement_timeout: '500' });
    const work = async (forMs: number) => {
      const endsAt = performance.now() + forMs;
      await newsroom.work(server, () => performance.now() > endsAt);
    };
    await work(WORKS_MS / 2);
    await holding(() => work(2 * WORKS_MS));
    t.ok(newsroom.writes[503], 'some writes were refused');
    await newsroom.settle(server);
    await work(WORKS_MS / 2);
    t.same(newsroom.surprises, []);
    t.same(await newsroom.faultsOf(postgres.url()), []);
    await isSound(t, postgres.url(), 'after the time-outs');
    t.comment(`statements past their time: ${newsroom.summary()}, 0 lost, 0 twice`);
  });
});
