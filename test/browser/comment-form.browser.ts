// A form in a page of another origin posts comments through CORS, as a website without a server of its own would, and
// tells its reader whether the comment is public or waits.
import { once } from 'node:events';
import { createServer as createWebsite } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Test, test } from 'tap';
import { issueKey } from '../../src/access/service.ts';
import { createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { createContext } from '../../src/context.ts';
import { createServer } from '../../src/http/server.ts';
import { seedArticle } from '../comments/seed.ts';
import { testDatabase } from '../database.ts';
import { START } from '../site.ts';
import { launch } from './launch.ts';

const page = (api: string): string => `<!doctype html>
<meta charset="utf-8"><link rel="icon" href="data:,">
<form>
  <input name="authorName" value="Maria"><input name="authorEmail" value="maria@reader.example">
  <textarea name="body"></textarea><button>Send</button>
</form>
<output></output>
<script>
  document.querySelector('form').addEventListener('submit', async (event) => {
    event.preventDefault();
    const answer = await fetch('${api}/v1/articles/bridge/comments', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() },
      body: JSON.stringify(Object.fromEntries(new FormData(event.target))),
    }).catch((error) => ({ failed: String(error) }));
    const said = answer.failed ? {} : await answer.json();
    document.querySelector('output').textContent =
      [answer.status, said.code ?? said.status, answer.headers?.get('Location') ?? 'nowhere', answer.failed].join(' ');
  });
</script>`;

/** A website on an origin of its own, which shows the form. */
const website = async (t: Test): Promise<{ origin: string; show(html: string): void }> => {
  let shown = '';
  const server = createWebsite((_request, response) => {
    response.setHeader('Content-Type', 'text/html').end(shown);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  // A cast, for only a listener on a pipe has an address of another type.
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    show: (html) => {
      shown = html;
    },
  };
};

/** A Masthead with one article, which lets pages of `origin` post; and the key of a moderator. */
const masthead = async (t: Test, origin: string): Promise<{ api: string; key: string }> => {
  const config = readConfig({ LOG_LEVEL: 'silent', CORS_ORIGINS: origin, COMMENT_FLOOD_SECONDS: '0' });
  const clock = { now: START };
  const database = await testDatabase(t);
  const server = createServer({ config });
  const deps = { database, clock: () => clock.now };
  const app = await createApp({ ...deps, server, config, secret: 'x'.repeat(32) });
  t.teardown(() => app.close());
  await seedArticle({ database, clock }, 'bridge');
  const ctx = createContext({ ...deps, actor: { kind: 'system' }, log: server.log });
  const { secret: key } = await issueKey(ctx, { name: 'A moderator', role: 'moderator' });
  return { api: await app.listen({ host: '127.0.0.1', port: 0 }), key };
};

test('a form on another origin posts a comment, and tells what waits from what is public', async (t) => {
  const allowed = await website(t);
  const { api, key } = await masthead(t, allowed.origin);
  allowed.show(page(api));
  const browser = await launch();
  t.teardown(() => browser.close());
  const say = async (origin: string, text: string): Promise<string | null> => {
    const tab = await browser.newPage();
    await tab.goto(origin);
    await tab.locator('textarea').fill(text);
    await tab.locator('button').click();
    await tab.locator('output:not(:empty)').waitFor();
    return tab.locator('output').textContent();
  };
  t.equal(await say(allowed.origin, 'First'), '202 pending nowhere ', 'it waits');

  const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' };
  const queue = await (await fetch(`${api}/v1/manage/comments`, { headers })).json();
  const body = JSON.stringify({ status: 'approved' });
  await fetch(`${api}/v1/manage/comments/${queue.items[0].id}`, { method: 'PATCH', headers, body });

  t.match(
    await say(allowed.origin, 'Second'),
    /^201 approved \/v1\/comments\/[\da-f-]{36} $/,
    'it is public',
  );
  t.equal(await say(allowed.origin, 'Second'), '409 comment_duplicate nowhere ', 'a refusal can be read');

  const stranger = await website(t);
  stranger.show(page(api));
  t.match(await say(stranger.origin, 'Third'), /TypeError: Failed to fetch/, 'no other page may post');
});
