// The clock of the machine is set, forwards and back by days, while the desk works: nothing is lost or refused, and what
// is scheduled is published once.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { test } from 'tap';
import { systemClock } from '../../src/core/clock.ts';
import { testDatabaseUrl, testDirectory } from '../database.ts';
import { ask, isSound, start, until } from './masthead.ts';
import { openNewsroom } from './newsroom.ts';
import { lacks } from './tools.ts';

const DAY_MS = 86_400_000;
const JUMPS = ['+1d', '-2d', '+3d', '-2d', '+0d', '+400d', '-400d', '+3d'];
const WORKS_MS = 300;

test('a clock that jumps by days: nothing is lost or refused, a scheduled article is published once', {
  skip: lacks('faketime'),
}, async (t) => {
  const database = await testDatabaseUrl(t, 'sqlite');
  const offset = `${testDirectory(t)}/offset`;
  const setClock = (by: string) => writeFileSync(offset, by);
  setClock('+0d');
  const server = await start(t, database, {
    env: {
      LD_PRELOAD: execFileSync('faketime', ['-m', '-f', '+0d', 'printenv', 'LD_PRELOAD']).toString().trim(),
      FAKETIME_TIMESTAMP_FILE: offset,
      FAKETIME_NO_CACHE: '1',
      // The kernel never sets this one either.
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
  });
  // Readers come to what is public, and an article of tomorrow's is not.
  const newsroom = await openNewsroom(server, { hasReaders: false });
  const { body: scheduled } = (await ask(server, 'POST', '/v1/manage/articles', {
    body: {
      title: 'The ferry sails again',
      authors: ['ada-okafor'],
      body: { format: 'markdown', source: 'From now on.' },
      scheduledFor: new Date(systemClock() + 2 * DAY_MS).toISOString(),
    },
  }))!;
  t.equal(scheduled.status, 'scheduled');
  const readScheduled = () => ask(server, 'GET', `/v1/articles/${scheduled.slug}`);
  t.equal((await readScheduled())?.status, 404);

  let isOver = false;
  let wasDue = false;
  const work = newsroom.work(server, () => isOver);
  for (const jump of JUMPS) {
    setClock(jump);
    await pause(WORKS_MS);
    // What was public once may be shown from memory on an earlier day.
    if (!wasDue) {
      wasDue = Number.parseInt(jump, 10) > 2;
      t.equal((await readScheduled())?.status, wasDue ? 200 : 404, `${jump}: ${wasDue ? '' : 'not '}public`);
    }
  }
  isOver = true;
  await work;
  await until(200, 5_000, readScheduled);
  t.same(newsroom.surprises, []);
  t.same(
    Object.keys({ ...newsroom.writes, ...newsroom.reads }).filter((status) => !/^2/.test(status)),
    [],
    'nothing was refused',
  );
  const audit = await ask(server, 'GET', `/v1/manage/audit?subject=article:${scheduled.id}&limit=100`);
  const actions = audit?.body.items.map(({ action }: { action: string }) => action);
  t.equal(
    actions?.filter((action: string) => action === 'article.published').length,
    1,
    'it was published once',
  );
  server.kill('SIGTERM');
  t.equal(await server.ended, 0);
  t.same(await newsroom.faultsOf(database), []);
  await isSound(t, database, 'after the jumps');
  t.comment(`${JUMPS.length} jumps of the clock: ${newsroom.summary()}, 0 lost`);
});
