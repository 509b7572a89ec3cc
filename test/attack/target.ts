// What is attacked: a Masthead on a socket of its own, and an ordinary reader beside the attackers.
import { once } from 'node:events';
import { get } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Test } from 'tap';
import { issueKey } from '../../src/access/service.ts';
import { createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { createContext } from '../../src/context.ts';
import { createServer } from '../../src/http/server.ts';
import { testDatabase } from '../database.ts';

export interface Target {
  app: FastifyInstance;
  port: number;
  /** As many connections, once the server has taken them: of those that wait node takes one a turn. */
  sockets(count: number): Promise<Socket[]>;
  /** Sends bytes as they are on a connection of their own; all that came back until the server closed it. */
  send(...bytes: (string | Buffer)[]): Promise<string>;
  /** What an ordinary read on a new connection is answered: its status. */
  read(): Promise<number>;
}

/** All that a connection brings until it is closed. */
export const received = async (socket: Socket): Promise<string> => {
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.on('error', () => undefined);
  if (!socket.closed) await once(socket, 'close');
  return text;
};

/** Listens with an application that keeps no answers, so that every read is work. */
export const targetOf = async (t: Test, app: FastifyInstance, path: string): Promise<Target> => {
  await app.listen({ host: '127.0.0.1', port: 0 });
  t.teardown(() => app.close());
  const { port } = app.server.address() as AddressInfo;
  const open = async (): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1');
    t.teardown(() => socket.destroy());
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  };
  const taken = async (count: number): Promise<Socket[]> => {
    let left = count;
    const all = new Promise<void>((resolve) => {
      const onTaken = () => {
        if (--left > 0) return;
        app.server.off('connection', onTaken).off('drop', onTaken);
        resolve();
      };
      app.server.on('connection', onTaken).on('drop', onTaken);
    });
    const opened = await Promise.all(Array.from({ length: count }, open));
    await all;
    return opened;
  };
  return {
    app,
    port,
    async sockets(count) {
      const opened: Socket[] = [];
      // No more at once than the kernel lets wait.
      while (opened.length < count) opened.push(...(await taken(Math.min(200, count - opened.length))));
      return opened;
    },
    async send(...bytes) {
      const socket = await open();
      const text = received(socket);
      for (const part of bytes) socket.write(part);
      return text;
    },
    async read() {
      const [answer] = await once(get({ port, path, agent: false }), 'response');
      answer.resume();
      return answer.statusCode;
    },
  };
};

/** With the key of an editor. */
export const target = async (t: Test): Promise<Target & { key: string }> => {
  const config = readConfig({ LOG_LEVEL: 'silent', CACHE_MAX_BYTES: '0' });
  const database = await testDatabase(t);
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const ctx = createContext({ database, clock: Date.now, actor: { kind: 'system' }, log });
  const { secret: key } = await issueKey(ctx, { name: 'News desk', role: 'editor' });
  const server = createServer({ config });
  const app = await createApp({ server, config, database, clock: Date.now, secret: 'x'.repeat(32) });
  return { ...(await targetOf(t, app, '/v1/articles')), key };
};
