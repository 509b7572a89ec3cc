// kill -9, again and again, in the middle of writes of all kinds: what was acknowledged is there, and nothing twice.
import { type Test, test } from 'tap';
import { testDatabaseUrl } from '../database.ts';
import { isSound, rounds, start } from './masthead.ts';
import { type Newsroom, openNewsroom } from './newsroom.ts';

const WRITES = 100;

/** Works until the kill, no two rounds alike. */
const workThenKill = async (t: Test, database: string, env: NodeJS.ProcessEnv, before?: Newsroom) => {
  const server = await start(t, database, { env });
  const newsroom = before ?? (await openNewsroom(server));
  const work = newsroom.work(server, () => false);
  await newsroom.progress(WRITES * Math.random());
  server.kill('SIGKILL');
  await work;
  return newsroom;
};

for (const { workers, times } of [
  { workers: '1', times: rounds(6) },
  { workers: '2', times: rounds(2) },
]) {
  test(`killed while it writes, WORKERS=${workers}: nothing acknowledged is lost, nothing is there twice`, async (t) => {
    const database = await testDatabaseUrl(t, 'sqlite');
    const env = { WORKERS: workers };
    let newsroom: Newsroom | undefined;
    for (let round = 1; round <= times; round++) {
      newsroom = await workThenKill(t, database, env, newsroom);
      await isSound(t, database, `round ${round}`);
      t.same(await newsroom.faultsOf(database), [], `what was acknowledged by round ${round} is there`);
    }
    const server = await start(t, database, { env });
    await newsroom!.settle(server);
    t.same(newsroom!.surprises, [], 'what was cut off is done by sending it again');
    t.same(await newsroom!.faultsOf(database), [], 'and each thing is there once');
    await isSound(t, database, 'at the end');
    t.comment(`${times} kills with WORKERS=${workers}: ${newsroom!.summary()}, 0 lost`);
  });
}
