// /docs and a problem's page in a real browser that can reach nothing but this server: everything is drawn, the
// console stays empty, and no outside host is even asked for.
import type { Browser } from 'playwright-core';
import { type Test, test } from 'tap';
import { createApp, endpointsOf } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { createServer } from '../../src/http/server.ts';
import { testDatabase } from '../database.ts';
import { START } from '../site.ts';
import { launch } from './launch.ts';

/** A server on a free port of this machine. */
const listen = async (t: Test): Promise<string> => {
  const config = readConfig({ LOG_LEVEL: 'silent' });
  const clock = () => START;
  const database = await testDatabase(t);
  const app = await createApp({
    server: createServer({ config }),
    config,
    database,
    clock,
    secret: 'x'.repeat(32),
  });
  t.teardown(() => app.close());
  return app.listen({ host: '127.0.0.1', port: 0 });
};

interface Opened {
  page: Awaited<ReturnType<Browser['newPage']>>;
  /** What the console said, and every outside address that was asked for. */
  complaints: string[];
}

const open = async (browser: Browser, origin: string, path: string): Promise<Opened> => {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  await page.route('**/*', (route) => {
    const url = route.request().url();
    if (url.startsWith(`${origin}/`) || url.startsWith('data:')) return route.continue();
    complaints.push(`asked for ${url}`);
    return route.abort();
  });
  await page.goto(origin + path, { waitUntil: 'networkidle' });
  return { page, complaints };
};

test('the documentation draws every operation, with an empty console and no outside host', async (t) => {
  const origin = await listen(t);
  const browser = await launch();
  t.teardown(() => browser.close());
  const { page, complaints } = await open(browser, origin, '/docs');
  const config = readConfig({});
  const operations = endpointsOf({ config, secret: '', ready: async () => undefined }).length;
  await page.locator('.opblock').first().waitFor();
  t.equal(await page.locator('.opblock').count(), operations, 'every operation is there');
  await page.locator('#operations-Articles-listArticles').click();
  await page.locator('#operations-Articles-listArticles .responses-table').first().waitFor();
  t.match(await page.locator('#operations-Articles-listArticles').textContent(), /nextCursor/);
  t.same(complaints, []);
});

test('a problem’s page explains it in words', async (t) => {
  const origin = await listen(t);
  const browser = await launch();
  t.teardown(() => browser.close());
  const { page, complaints } = await open(browser, origin, '/problems/version_conflict');
  t.match(await page.locator('body').textContent(), /version_conflict, HTTP 412/);
  t.same(complaints, []);
});
