// A process that has been asked to stop says so before it goes.
import { test } from 'tap';
import { createApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { createServer } from '../src/http/server.ts';
import { testDatabase } from './database.ts';
import { START } from './site.ts';

test('while it stops it is alive, not ready, and closes each connection behind its answer', async (t) => {
  const config = readConfig({ LOG_LEVEL: 'silent' });
  const database = await testDatabase(t);
  let isStopping = false;
  const app = await createApp({
    server: createServer({ config }),
    config,
    database,
    clock: () => START,
    secret: 'x'.repeat(32),
    isStopping: () => isStopping,
  });
  t.teardown(() => app.close());
  t.match(await app.inject('/readyz'), { statusCode: 200, headers: { connection: 'keep-alive' } });
  isStopping = true;
  t.match(await app.inject('/livez'), { statusCode: 200, headers: { connection: 'close' } });
  t.match(await app.inject('/readyz'), {
    statusCode: 503,
    headers: { connection: 'close', 'retry-after': '2' },
  });
});
