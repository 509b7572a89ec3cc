// Those who hold a connection and say little: they are let go after a while, and meanwhile everybody else is served.
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { test } from 'tap';
import { received, target } from './target.ts';

const POST = 'POST /v1/articles/any/comments HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
const isOpen = (socket: Socket) => !socket.closed;

test('connections that never end their headers, or their bodies, keep nobody from reading, and are told to go', async (t) => {
  const { app, sockets, read } = await target(t);
  const held = await sockets(400);
  for (const [n, socket] of held.entries())
    socket.write(
      n % 2 === 0 ? 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ' : `${POST}Content-Length: 1000\r\n\r\n{"a`,
    );
  t.equal(await read(), 200);
  for (const socket of held) socket.write('x');
  t.equal(await read(), 200);
  t.ok(held.every(isOpen), 'all were held while others read');

  const said = held.map(received);
  // As if ten and thirty seconds had passed; node looks every other second.
  app.server.headersTimeout = 1;
  app.server.requestTimeout = 1;
  const answers = await Promise.all(said);
  t.same(new Set(answers.map((text) => text.slice(0, 12))), new Set(['HTTP/1.1 408']));
  t.equal(await read(), 200);
});

test('two thousand idle connections are as many as there can be; whoever has one is served, and so is who comes after', async (t) => {
  const { app, sockets, read } = await target(t);
  const [reader] = await sockets(1);
  const idle = await sockets(1_998);
  t.equal(await read(), 200, 'the last place');
  for (let count = 0; count !== 1_999; await turn())
    count = await promisify(app.server.getConnections).call(app.server);
  const [last] = await sockets(1);
  const [tooMany] = await sockets(1);
  t.equal(await received(tooMany!), '', 'one too many is let go');
  t.ok([...idle, last!].every(isOpen), 'who was there stays');

  reader!.write('GET /v1/articles HTTP/1.1\r\nHost: x\r\n\r\n');
  const [chunk] = await once(reader!, 'data');
  t.match(String(chunk), /^HTTP\/1\.1 200 /);
  t.ok(idle.every(isOpen), 'served while all others were idle');

  const closed = Promise.all(idle.map(received));
  app.server.headersTimeout = 1;
  app.server.requestTimeout = 1;
  await closed;
  t.equal(await read(), 200);
});
