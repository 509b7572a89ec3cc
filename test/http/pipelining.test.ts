// Requests sent one behind another on one connection: begun one by one, bounded, and gone with their client.
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { type Test, test } from 'tap';
import { oneByOne } from '../../src/http/pipelining.ts';

/** A server that notes what has begun, and answers when told to. */
const holding = async (t: Test, maxWaiting?: number) => {
  const begun: string[] = [];
  const open: ServerResponse[] = [];
  const server = createServer(
    oneByOne((request, response) => {
      begun.push(request.url!);
      open.push(response);
    }, maxWaiting),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const client = async (...urls: string[]) => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(urls.map((url) => `GET ${url} HTTP/1.1\r\nHost: x\r\n\r\n`).join(''));
    return socket;
  };
  const hasBegun = async (url: string) => {
    while (!begun.includes(url)) await turn();
  };
  return { begun, open, client, hasBegun };
};

const turn = () => new Promise(setImmediate);

test('each begins when the one before it has been answered, and they are answered in their order', async (t) => {
  const { begun, open, client, hasBegun } = await holding(t);
  const socket = await client('/a', '/b', '/c');
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  for (const [n, url] of ['/a', '/b', '/c'].entries()) {
    await hasBegun(url);
    for (let turns = 0; turns < 5; turns++) await turn();
    t.equal(begun.length, n + 1, 'and no other');
    open[n]!.end(`answer to ${url}.`);
  }
  while (!text.includes('answer to /c.')) await turn();
  t.same(text.match(/answer to ../g), ['answer to /a', 'answer to /b', 'answer to /c']);
});

test('of a client that has gone away none begins, and none keeps the place of another', async (t) => {
  const { begun, open, client, hasBegun } = await holding(t, 2);
  const gone = await client('/a', '/b', '/c');
  await hasBegun('/a');
  gone.destroy();
  while (!open[0]!.destroyed) await turn();
  const other = await client('/d', '/e', '/f');
  other.resume();
  for (const [n, url] of ['/d', '/e', '/f'].entries()) {
    await hasBegun(url);
    open[n + 1]!.end();
  }
  t.same(begun, ['/a', '/d', '/e', '/f']);
});

test('a connection that brings more than may wait is closed, and no other', async (t) => {
  const { open, client, hasBegun } = await holding(t, 2);
  const standing = await client('/other');
  await hasBegun('/other');
  const greedy = await client('/a', '/b', '/c', '/d', '/e');
  greedy.resume();
  await once(greedy, 'close');
  open[0]!.end('still here');
  const [chunk] = await once(standing, 'data');
  t.match(String(chunk), /still here/);
});
