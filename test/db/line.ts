// A line between a client and PostgreSQL that a test can cut.
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Test } from 'tap';

export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return address.port;
}

/** A line to the server of `url` that can be cut: at once, or when the client says a certain word. */
export async function line(t: Test, url: string) {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let word: string | undefined;
  const cut = async () => {
    const closed = [...sockets].map((socket) => once(socket, 'close'));
    for (const socket of sockets) socket.destroy();
    await Promise.all(closed);
  };
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    upstream.pipe(client);
    client.on('data', (chunk) => {
      if (word !== undefined && chunk.includes(word)) {
        word = undefined;
        cut();
      } else upstream.write(chunk);
    });
    client.on('end', () => upstream.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(async () => {
    await cut();
    server.close();
  });
  const through = new URL(url);
  through.host = `127.0.0.1:${portOf(server)}`;
  return {
    url: through.href,
    cut,
    cutAt(said: string) {
      word = said;
    },
  };
}
