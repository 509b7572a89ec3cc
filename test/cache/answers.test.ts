// What a hit looks like: the same bytes and headers as a miss, in the coding the client likes, or 304.
import inject from 'light-my-request';
import { type Test, test } from 'tap';
import { createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import type { Database } from '../../src/db/database.ts';
import { createCache } from '../../src/http/cache.ts';
import { createServer } from '../../src/http/server.ts';
import { createArticle } from '../articles/make.ts';
import { testDatabase } from '../database.ts';
import { START, type TestSite, testSite } from '../site.ts';

const LONG = { format: 'markdown', source: 'The bridge **reopened** on Monday. '.repeat(100) };

const published = (site: TestSite, more: object = {}) =>
  createArticle(site, { status: 'published', body: LONG, ...more });

/** Asks until the answer comes in the coding: it is made while the first who wants it gets it plain. */
const coded = async (site: TestSite, url: string, coding: string) => {
  for (;;) {
    const answer = await site.ask('GET', url, { headers: { 'accept-encoding': coding } });
    if (answer.headers['content-encoding'] !== undefined) return answer;
    await new Promise(setImmediate);
  }
};

/** PostgreSQL is listened to on a connection that is being made, or that a busy machine kept from its turn. */
const known = async ({ changes }: Database) => {
  while (!changes.areKnown()) await new Promise(setImmediate);
};

test('a hit has the bytes and the headers of a miss', async (t) => {
  const site = await testSite(t, { DEBUG_CACHE: 'on' });
  const { slug } = await published(site, { tags: ['Harbour'] });
  for (const url of [`/v1/articles/${slug}`, '/v1/articles?limit=1&view=full', '/v1/authors', '/v1/site']) {
    for (const origin of [{}, { origin: 'https://elsewhere.example' }]) {
      await site.ask('PATCH', '/v1/manage/settings/site', { as: 'editor', body: { name: `As ${url}` } });
      await site.restart();
      await known(site.database);
      const headers = { ...origin, 'x-request-id': 'mine' };
      const miss = await site.ask('GET', url, { headers });
      const hit = await site.ask('GET', url, { headers });
      t.equal(miss.headers['x-cache'], 'miss');
      t.equal(hit.headers['x-cache'], 'hit');
      t.equal(hit.text, miss.text);
      const { 'x-cache': _, date: __, ...rest } = miss.headers;
      t.match(hit.headers, rest, url);
      t.same(Object.keys(hit.headers).sort(), Object.keys(miss.headers).sort());
      const head = await site.ask('HEAD', url, { headers });
      t.equal(head.status, 200);
      t.equal(head.text, '');
      t.same(Object.keys(head.headers).sort(), Object.keys(miss.headers).sort());
    }
  }
});

test('every answer that shows whether comments are taken hears of the policy', async (t) => {
  const site = await testSite(t);
  await site.ask('POST', '/v1/manage/sections', { as: 'editor', body: { name: 'City' } });
  const { id, slug } = await published(site, { tags: ['Harbour'], section: 'city' });
  const other = await published(site, { tags: ['Harbour'], section: 'city' });
  const front = { slug: 'front', name: 'Front page', items: [slug] };
  await site.ask('POST', '/v1/manage/lists', { as: 'editor', body: front });
  const urls = [
    '/v1/articles',
    '/v1/articles?tag=harbour',
    '/v1/articles?section=city',
    `/v1/articles?ids=${id}`,
    `/v1/articles/${slug}`,
    `/v1/articles/${other.slug}/related`,
    '/v1/lists/front',
    '/v1/search?q=bridge',
  ];
  for (const policy of ['closed', 'open']) {
    await site.ask('PATCH', '/v1/manage/settings/comments', { as: 'moderator', body: { policy } });
    for (const url of urls) {
      const shown = (await site.ask('GET', url)).text.match(/"acceptsComments":\w+/g);
      t.same([...new Set(shown)], [`"acceptsComments":${policy === 'open'}`], `${url}, ${policy}`);
    }
  }
});

test('a HEAD fills the cache as a GET does', async (t) => {
  const site = await testSite(t, { DEBUG_CACHE: 'on' });
  await site.ask('HEAD', '/v1/site');
  const hit = await site.ask('GET', '/v1/site');
  t.equal(hit.headers['x-cache'], 'hit');
  t.match(hit.body, { sections: [] });
});

test('one answer is kept for every order of the parameters', async (t) => {
  const site = await testSite(t, { DEBUG_CACHE: 'on' });
  await published(site);
  await published(site);
  const first = await site.ask('GET', '/v1/articles?limit=1&language=en');
  const second = await site.ask('GET', '/v1/articles?language=en&&limit=1&');
  t.equal(second.headers['x-cache'], 'hit');
  t.equal(second.text, first.text);
  t.equal(second.headers.link, first.headers.link);
  t.match(await site.ask('GET', '/v1/articles?language=en&limit=1&limit=1'), { status: 400 });
  t.equal((await site.ask('GET', '/v1/articles?')).headers['x-cache'], 'miss');
  t.equal((await site.ask('GET', '/v1/articles')).headers['x-cache'], 'hit');
});

test('what no router would answer is not answered from the cache', async (t) => {
  const site = await testSite(t, { DEBUG_CACHE: 'on' });
  for (const _ of [1, 2]) {
    t.equal((await site.ask('GET', '/v1/site?x=1')).status, 400);
    t.equal((await site.ask('GET', '/v1/articles/nothing')).status, 404);
    t.equal((await site.ask('GET', '/v1/manage/articles', { as: 'editor' })).headers['x-cache'], undefined);
    t.equal((await site.ask('POST', '/v1/site')).status, 405);
    t.equal((await site.ask('GET', '/')).headers['x-cache'], 'miss');
  }
  t.equal((await site.ask('GET', '/v1/site', { as: 'mh_nonsense' })).status, 200, 'no key is looked at');
});

test('a coding is made once somebody asks for it, with an entity tag of its own', async (t) => {
  const site = await testSite(t);
  const url = `/v1/articles/${(await published(site)).slug}`;
  const plain = await site.ask('GET', url);
  const tag = plain.headers.etag?.slice(0, -1);
  for (const [header, coding, suffix] of [
    ['gzip, deflate, br', 'br', '-br'],
    ['gzip', 'gzip', '-gz'],
    ['br;q=0.5, gzip;q=0.8', 'gzip', '-gz'],
    ['*', 'br', '-br'],
  ] as const) {
    const answer = await coded(site, url, header);
    t.equal(answer.text, plain.text);
    t.match(answer.headers, {
      'content-encoding': coding,
      etag: `${tag}${suffix}"`,
      vary: 'Accept-Encoding',
    });
    for (const known of [`${tag}${suffix}"`, `W/${tag}${suffix}"`, `"x", ${tag}"`, `${tag}-gz"`, '*']) {
      const unchanged = await site.ask('GET', url, {
        headers: { 'accept-encoding': header, 'if-none-match': known },
      });
      t.equal(unchanged.status, 304, known);
      t.equal(unchanged.text, '');
      t.match(unchanged.headers, {
        etag: `${tag}${suffix}"`,
        vary: 'Accept-Encoding',
        'cache-control': /s-maxage=60/,
      });
      for (const name of ['content-type', 'content-encoding', 'content-length'])
        t.equal(unchanged.headers[name], undefined, name);
    }
  }
  for (const header of [
    'identity',
    'br;q=0',
    'gzip;q=0, *;q=0',
    'gzip;q=0.5, identity;q=1',
    'x'.repeat(300),
  ]) {
    const answer = await site.ask('GET', url, { headers: { 'accept-encoding': header } });
    t.equal(answer.headers['content-encoding'], undefined, header);
    t.equal(answer.text, plain.text);
  }
  const other = await site.ask('GET', url, { headers: { 'if-none-match': '"x"' } });
  t.equal(other.status, 200);
  const miss = await testSite(t, { CACHE_MAX_BYTES: '0' });
  const { headers } = await miss.ask('GET', '/v1/site');
  const known = `${headers.etag?.slice(0, -1)}-br"`;
  t.equal((await miss.ask('GET', '/v1/site', { headers: { 'if-none-match': known } })).status, 304);
});

/** A Masthead with a switch for its stop, asked for bytes. */
const raw = async (t: Test, env: NodeJS.ProcessEnv = {}) => {
  const config = readConfig({ PUBLIC_URL: 'https://cms.example', LOG_LEVEL: 'silent', ...env });
  const cache = createCache(config);
  const state = { isStopping: false };
  const database = await testDatabase(t);
  const app = await createApp({
    server: createServer({ config, cache }),
    cache,
    config,
    database,
    clock: () => START,
    secret: 'x',
    isStopping: () => state.isStopping,
  });
  await app.ready();
  t.teardown(() => app.close());
  await known(database);
  const ask = (url: string, headers: Record<string, string> = {}) =>
    inject((request, response) => app.server.emit('request', request, response), {
      method: 'GET',
      url,
      headers,
    });
  return { app, ask, cache, state };
};

test('what is short stays as it is', async (t) => {
  const { ask } = await raw(t);
  const url = '/v1/site';
  const plain = (await ask(url)).rawPayload;
  t.ok(plain.length < 1_000);
  for (const _ of [1, 2, 3]) {
    const { headers, rawPayload } = await ask(url, { 'accept-encoding': 'br' });
    t.equal(headers['content-encoding'], undefined, 'what is short stays plain');
    t.same(rawPayload, plain);
    await new Promise(setImmediate);
  }
});

test('a client is told its own request id and nobody else’s, and that the server stops', async (t) => {
  const { ask, state } = await raw(t);
  const first = await ask('/v1/site', { 'x-request-id': 'first' });
  t.equal(first.headers['x-request-id'], 'first');
  t.equal((await ask('/v1/site')).headers['x-request-id'], undefined);
  t.equal(
    (await ask('/v1/site', { 'x-request-id': 'not a harmless one' })).headers['x-request-id'],
    undefined,
  );
  t.equal((await ask('/v1/site', { 'x-request-id': 'second' })).headers['x-request-id'], 'second');
  t.equal((await ask('/v1/site')).headers.connection, 'keep-alive');
  state.isStopping = true;
  t.equal((await ask('/v1/site')).headers.connection, 'close');
});

test('the limits of the server hold, though fastify does not set them', async (t) => {
  const { app } = await raw(t);
  const { headersTimeout, requestTimeout, keepAliveTimeout, timeout, maxRequestsPerSocket, maxConnections } =
    app.server;
  t.same(
    { headersTimeout, requestTimeout, keepAliveTimeout, timeout, maxRequestsPerSocket, maxConnections },
    {
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 72_000,
      timeout: 60_000,
      // Beyond a limit node refuses with 503 on the connection that it leaves open.
      maxRequestsPerSocket: 0,
      maxConnections: 2_000,
    },
  );
});
