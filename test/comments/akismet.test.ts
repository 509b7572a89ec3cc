// The outside service is a local server here, of which each test says how it answers.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'tap';
import { createAkismet } from '../../src/comments/akismet.ts';
import { testSite } from '../site.ts';
import { empty, NO_FLOOD, post, postAs, seedArticle } from './seed.ts';

test('comments: akismet', async (t) => {
  let respond = (response: ServerResponse): void => void response.end('false');
  const asked: URLSearchParams[] = [];
  const service = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    asked.push(new URLSearchParams(Buffer.concat(chunks).toString()));
    respond(response);
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  // A server on a port has an address of this kind.
  const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}/1.1/comment-check`;
  t.teardown(() => void service.close());

  const site = await testSite(t, { ...NO_FLOOD, AKISMET_URL: url, AKISMET_KEY: 'a-key' });
  t.beforeEach(async () => {
    await empty(site);
    await seedArticle(site, 'bridge');
    await postAs(site, 'approved', 'bridge', 'I am known here');
    asked.length = 0;
  });

  const judged = async (body: string, more: object = {}) => {
    const { body: comment } = await post(site, 'bridge', body, more, {
      headers: { 'user-agent': 'Browser/1' },
    });
    const { body: found } = await site.ask('GET', `/v1/manage/comments/${comment.id}`, { as: 'moderator' });
    return [
      found.status,
      ...found.moderation.reasons.map(({ detail, reason }: Record<string, string>) => detail ?? reason),
    ];
  };

  t.test('its spam is spam and its ham goes on, and it is told no e-mail and no whole address', async (t) => {
    respond = (response) => void response.end('false');
    t.same(await judged('A good word', { authorUrl: 'https://maria.example' }), ['approved']);
    t.same(Object.fromEntries(asked[0] ?? []), {
      api_key: 'a-key',
      blog: 'https://cms.example',
      blog_charset: 'UTF-8',
      comment_type: 'comment',
      user_ip: '203.0.113.0',
      user_agent: 'Browser/1',
      comment_author: 'Maria',
      comment_author_url: 'https://maria.example',
      comment_content: 'A good word',
    });
    respond = (response) => void response.end('true');
    t.same(await judged('Buy'), ['spam', 'akismet']);
  });

  t.test('what it cannot say waits, and is logged without the comment', async (t) => {
    for (const [name, failing] of Object.entries<typeof respond>({
      'an error': (response) => void response.writeHead(500).end('true'),
      'a bad key': (response) => void response.end('invalid'),
      'a redirect': (response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
      'a reset': (response) => void response.destroy(),
    })) {
      respond = failing;
      t.same(await judged(`Hello after ${name}`), ['pending', 'unavailable'], name);
    }
    t.equal(site.log.filter((line) => line.includes('the spam service')).length, 4);
    t.notOk(site.log.some((line) => line.includes('Hello after') || line.includes('maria@reader.example')));
  });

  t.test('what is refused or rejected anyway is not shown to it', async (t) => {
    respond = (response) => void response.end('false');
    t.equal((await post(site, 'bridge', 'I am known here')).status, 409);
    t.equal((await post(site, 'nowhere', 'Hello')).status, 404);
    t.same(await judged('a bot', { homepage: 'x' }), ['spam', 'honeypot']);
    t.same(asked, []);
  });

  t.test('it is not waited for longer than it is given', async (t) => {
    respond = () => undefined;
    const ask = createAkismet({ url, key: 'k', site: 'https://cms.example', timeoutMs: 50 });
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const nobody = { addressPrefix: null, agent: null };
    t.equal(await ask({ authorName: 'M', authorUrl: null, body: 'B', sender: nobody }, log), 'unavailable');
    service.closeAllConnections();
  });
});
