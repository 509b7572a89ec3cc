// A disk that fails: fsync or write of the running server come back with an error, as strace tells the kernel to say.
// A write is then not acknowledged, whether or not it is kept; sent again with the same Idempotency-Key it is there once.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { test } from 'tap';
import { testDatabaseUrl } from '../database.ts';
import { ask, isSound, start, until } from './masthead.ts';
import { openNewsroom } from './newsroom.ts';
import { failing, lacks } from './tools.ts';

const RECOVERY_MS = 15_000;
const WORKS_MS = 600;
const WRITES = 40;

const faults = [
  { name: 'fsync fails', inject: 'fsync,fdatasync:error=EIO', isUnready: true },
  { name: 'every third fsync fails', inject: 'fsync,fdatasync:error=EIO:when=1+3', isUnready: false },
  { name: 'writing fails', inject: 'pwrite64:error=EIO', isUnready: true },
  {
    name: 'the disk turned read-only',
    inject: 'pwrite64,ftruncate,fsync,fdatasync:error=EROFS',
    isUnready: true,
  },
];

for (const { name, inject, isUnready } of faults) {
  test(`${name}: 503, not ready while it lasts, and a retry makes exactly one row`, {
    skip: lacks('strace'),
  }, async (t) => {
    const database = await testDatabaseUrl(t, 'sqlite');
    const server = await start(t, database);
    const newsroom = await openNewsroom(server);
    let isOver = false;
    const work = newsroom.work(server, () => isOver);
    await newsroom.progress(WRITES);

    const { mend } = await failing(t, server.pid, inject);
    if (isUnready) {
      const key = randomUUID();
      const create = () =>
        ask(server, 'POST', '/v1/manage/articles', {
          headers: { 'idempotency-key': key },
          body: { title: `Article ${key}`, body: { format: 'markdown', source: 'Open.' } },
        });
      const refused = await create();
      t.match(refused, { status: 503, body: { code: 'unavailable' } });
      t.equal(refused?.headers.get('retry-after'), '2');
      t.equal((await ask(server, 'GET', '/readyz'))?.status, 503, 'it says that it cannot do its work');
      t.equal((await ask(server, 'GET', '/livez'))?.status, 200);
      t.equal((await ask(server, 'GET', '/v1/articles?limit=7'))?.status, 200, 'reading goes on');
      t.equal((await create())?.status, 503, 'and again');
      await mend();
      await until(200, RECOVERY_MS, () => ask(server, 'GET', '/readyz'));
      t.equal((await create())?.status, 201, 'sent once more it is done');
      t.equal((await create())?.headers.get('idempotency-replayed'), 'true', 'and then only answered');
    } else {
      await pause(WORKS_MS);
      await mend();
    }
    isOver = true;
    await work;
    await newsroom.settle(server);
    t.ok(newsroom.writes[503], 'some writes were refused');
    t.same(newsroom.surprises, []);
    t.same(Object.keys(newsroom.reads), ['200'], 'and no read');
    server.kill('SIGTERM');
    t.equal(await server.ended, 0);
    t.same(await newsroom.faultsOf(database), []);
    await isSound(t, database, `after ${name}`);
    t.comment(`${name}: ${newsroom.summary()}, 0 lost, 0 twice`);
  });
}

test('reading fails: 503 while it lasts, and back by itself', { skip: lacks('strace') }, async (t) => {
  const database = await testDatabaseUrl(t, 'sqlite');
  const server = await start(t, database);
  await openNewsroom(server);
  const { mend } = await failing(t, server.pid, 'pread64:error=EIO');
  // What was read before the last write is not in memory any more.
  const paths = ['/v1/articles', '/v1/manage/articles'];
  for (const path of paths) {
    const refused = await ask(server, 'GET', path);
    t.match(refused, { status: 503, body: { code: 'unavailable' } }, path);
    t.equal(refused?.headers.get('retry-after'), '2');
  }
  t.equal((await ask(server, 'GET', '/livez'))?.status, 200);
  await mend();
  for (const path of paths) t.equal((await ask(server, 'GET', path))?.status, 200, `${path} after it`);
});

test('fsync fails, and then the process dies: what was not acknowledged may be kept, and is there once', {
  skip: lacks('strace'),
}, async (t) => {
  const database = await testDatabaseUrl(t, 'sqlite');
  const server = await start(t, database);
  const newsroom = await openNewsroom(server);
  const work = newsroom.work(server, () => false);
  await newsroom.progress(WRITES);
  const { leave } = await failing(t, server.pid, 'fsync,fdatasync:error=EIO');
  await pause(WORKS_MS / 2);
  server.kill('SIGKILL');
  await Promise.all([work, leave()]);
  await isSound(t, database, 'after the end');
  t.same(await newsroom.faultsOf(database), []);
  const next = await start(t, database);
  await newsroom.settle(next);
  t.same(newsroom.surprises, []);
  t.same(await newsroom.faultsOf(database), []);
  t.comment(`fsync fails and the process dies: ${newsroom.summary()}, 0 lost, 0 twice`);
});
