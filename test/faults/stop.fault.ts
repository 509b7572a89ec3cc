// SIGTERM in the middle of everything: what has begun is finished, whoever says nothing more is not waited for, and
// what was acknowledged is there.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type Test, test } from 'tap';
import { testDatabaseUrl } from '../database.ts';
import { isSound, type Masthead, start } from './masthead.ts';
import { openNewsroom } from './newsroom.ts';

/** How long container engines wait before they kill. */
const STOP_MS = 10_000;
const WRITES = 60;
const SOCKETS = 20;

const HEAD = 'POST /v1/articles/none/comments HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';

/** What sockets have said before they fall silent. */
const unfinished = {
  nothing: '',
  'half a head': HEAD,
  'half a body': `${HEAD}Content-Length: 100\r\n\r\n{"authorName":`,
  'a whole request': 'GET /livez HTTP/1.1\r\nHost: x\r\n\r\n',
};

const silentSockets = async (t: Test, { url }: Masthead): Promise<Socket[]> => {
  const { port, hostname } = new URL(url);
  const sockets: Socket[] = [];
  for (const said of Object.values(unfinished)) {
    for (let n = 0; n < SOCKETS; n++) {
      const socket = connect(Number(port), hostname);
      // That the server ends a connection is what is wanted.
      socket.on('error', () => undefined);
      t.teardown(() => socket.destroy());
      await once(socket, 'connect');
      socket.write(said);
      sockets.push(socket.resume());
    }
  }
  return sockets;
};

for (const workers of ['1', '2']) {
  test(`told to stop under load, WORKERS=${workers}: exit 0 within ten seconds, nothing acknowledged lost`, async (t) => {
    const database = await testDatabaseUrl(t, 'sqlite');
    const server = await start(t, database, { env: { WORKERS: workers } });
    const newsroom = await openNewsroom(server);
    const work = newsroom.work(server, () => false);
    const sockets = await silentSockets(t, server);
    await newsroom.progress(WRITES);
    const toldAt = performance.now();
    process.kill(server.pid, 'SIGTERM');
    t.equal(await server.ended, 0);
    const tookMs = performance.now() - toldAt;
    t.ok(tookMs < STOP_MS, `it took ${tookMs.toFixed(0)} ms`);
    await work;
    t.same(
      Object.keys(newsroom.writes).filter((status) => !/^2|none/.test(status)),
      [],
      'nothing was refused',
    );
    t.same(await newsroom.faultsOf(database), []);
    await isSound(t, database, 'after the stop');
    const next = await start(t, database);
    await newsroom.settle(next);
    t.same(newsroom.surprises, []);
    t.same(await newsroom.faultsOf(database), []);
    t.comment(
      `SIGTERM with WORKERS=${workers} and ${sockets.length} silent sockets: exit 0 after ${tookMs.toFixed(0)} ms, ${newsroom.summary()}, 0 lost`,
    );
  });
}
