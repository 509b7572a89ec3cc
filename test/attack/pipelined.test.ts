// A client that sends thousands of requests on one connection and takes no answer: the others are served meanwhile.
import { once } from 'node:events';
import { request } from 'node:http';
import { test } from 'tap';
import { createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { createServer } from '../../src/http/server.ts';
import { testDatabase } from '../database.ts';
import { targetOf } from './target.ts';

const MANAGE = 'GET /v1/manage/me HTTP/1.1\r\nHost: x\r\n\r\n';

test('a flood on one connection delays nobody else', async (t) => {
  const config = readConfig({ LOG_LEVEL: 'silent' });
  const server = createServer({ config });
  const database = await testDatabase(t);
  const built = { server, config, database, clock: Date.now, secret: 'x'.repeat(32) };
  const { port, sockets } = await targetOf(t, await createApp(built), '/v1/site');
  const statusOf = async (path: string) => {
    const asked = request({ port, path, agent: false, timeout: 5_000 });
    asked.on('timeout', () => asked.destroy(new Error(`${path}: no answer`)));
    asked.end();
    const [answer] = await once(asked, 'response');
    answer.resume();
    return answer.statusCode;
  };
  const [flood] = await sockets(1);
  flood!.pause();
  flood!.write(MANAGE.repeat(4_000));
  const begun = performance.now();
  t.equal(await statusOf('/v1/manage/me'), 401);
  t.equal(await statusOf('/v1/tags'), 200);
  t.ok(performance.now() - begun < 1_000, `${performance.now() - begun} ms`);
  flood!.destroy();
});
