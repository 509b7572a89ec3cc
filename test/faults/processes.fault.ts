// Two servers on one file, each with readers and writers of its own: nobody is refused, and nothing comes to differ.
import { setTimeout as pause } from 'node:timers/promises';
import { test } from 'tap';
import { testDatabaseUrl } from '../database.ts';
import { ask, isSound, start } from './masthead.ts';
import { openNewsroom } from './newsroom.ts';

const WORKS_MS = 1_500;

test('two servers on one file: both write, each shows what the other wrote, one dies and the other goes on', async (t) => {
  const database = await testDatabaseUrl(t, 'sqlite');
  const one = await start(t, database);
  const other = await start(t, database);
  const newsrooms = [await openNewsroom(one), await openNewsroom(other)] as const;
  const begunAt = performance.now();
  const isOver = () => performance.now() - begunAt > WORKS_MS;
  await Promise.all([newsrooms[0].work(one, isOver), newsrooms[1].work(other, isOver)]);
  for (const newsroom of newsrooms) {
    t.notOk(newsroom.writes[503], 'nobody waited in vain');
    t.same(newsroom.surprises, []);
  }

  const address = '/v1/manage/settings/site';
  for (let n = 0; n < 20; n++) {
    const [writes, reads] = n % 2 === 0 ? [one, other] : [other, one];
    await ask(writes, 'PATCH', address, { body: { name: `Name ${n}` } });
    t.equal(
      (await ask(reads, 'GET', '/v1/site'))?.body.name,
      `Name ${n}`,
      `what one wrote the other shows (${n})`,
    );
  }

  let isStopped = false;
  const work = [newsrooms[0].work(one, () => false), newsrooms[1].work(other, () => isStopped)];
  await pause(WORKS_MS / 3);
  one.kill('SIGKILL');
  await work[0];
  const before = newsrooms[1].acknowledged();
  await pause(WORKS_MS / 3);
  isStopped = true;
  await work[1];
  t.ok(newsrooms[1].acknowledged() > before, 'the other goes on');
  await newsrooms[0].settle(other);
  for (const newsroom of newsrooms) {
    t.same(newsroom.surprises, []);
    t.same(await newsroom.faultsOf(database), []);
    t.comment(`a server of two on one file: ${newsroom.summary()}, 0 lost`);
  }
  await isSound(t, database, 'while one of them still runs');
});
