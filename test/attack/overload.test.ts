// More work than there is time for: what can be done is done, the rest is refused at once, the probe answers, and all is
// well as soon as it is over.
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'tap';
import { z } from 'zod';
import { readConfig } from '../../src/config.ts';
import { createAdmission } from '../../src/http/admission.ts';
import { endpoint, publicReply } from '../../src/http/endpoint.ts';
import { watchOverload } from '../../src/http/overload.ts';
import { registerEndpoints } from '../../src/http/register.ts';
import { createServer } from '../../src/http/server.ts';
import { systemRoutes } from '../../src/http/system.ts';
import { testDatabase } from '../database.ts';
import { targetOf } from './target.ts';

/** A read that takes all of the processor for so long. */
const BUSY_MS = 40;
const busy = endpoint({
  method: 'GET',
  url: '/v1/busy',
  id: 'busy',
  tag: 'x',
  summary: 'x',
  access: 'anyone',
  answers: { 200: { description: 'x', schema: z.object({}) } },
  run: async () => {
    for (const endsAt = performance.now() + BUSY_MS; performance.now() < endsAt; );
  },
  reply: () => publicReply({}, null),
});

test('of far more reads than can be served some are, the rest get 503 at once, and then all are again', async (t) => {
  const config = readConfig({ LOG_LEVEL: 'silent' });
  const admission = createAdmission();
  const app = createServer({ config, admission });
  const { publicUrl } = config;
  registerEndpoints(app, [busy, ...systemRoutes({ publicUrl, ready: async () => undefined })], {
    publicUrl,
    trustProxy: [],
    database: await testDatabase(t, 'sqlite'),
    clock: Date.now,
    isOverloaded: watchOverload(admission.waitedMs).isOver,
    authenticate: () => Promise.reject(new Error('nobody is asked for a key')),
  });
  const { sockets } = await targetOf(t, app, '/v1/busy');
  // On connections that stand, as those of a proxy do.
  const crowd = await sockets(300);
  const [other] = await sockets(1);
  const ask = async (socket: Socket, path: string) => {
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    const [chunk] = await once(socket, 'data');
    const text = String(chunk);
    return { status: Number(text.slice(9, 12)), retryAfter: /^retry-after: (.*)\r$/im.exec(text)?.[1] };
  };
  const asked = crowd.map((socket) => ask(socket, '/v1/busy'));
  const probed = await ask(other!, '/livez');
  t.match(probed, { status: 200 }, 'it lives');
  const answers = await Promise.all(asked);
  const refused = answers.filter(({ status }) => status === 503);
  t.same(new Set(answers.map(({ status }) => status)), new Set([200, 503]));
  t.ok(refused.length > 150, `${refused.length} of 300 were refused`);
  t.ok(refused.every(({ retryAfter }) => retryAfter === '2'));

  let after = 503;
  for (let tries = 0; after === 503 && tries < 50; tries++) {
    // A turn or two of the loop, as long as a retry is away.
    await new Promise((resolve) => setTimeout(resolve, 100));
    after = (await ask(other!, '/v1/busy')).status;
  }
  t.equal(after, 200);
});
