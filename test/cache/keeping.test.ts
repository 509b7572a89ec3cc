// What the cache lets in, what it lets go, and what it costs: on its own, with a router and a database that a test plays.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import inject from 'light-my-request';
import { test } from 'tap';
import type { CacheTag } from '../../src/core/cache-tag.ts';
import type { ChangeListener } from '../../src/db/database.ts';
import { AnswerCache } from '../../src/http/cache.ts';
import { KeptAnswer } from '../../src/http/kept-answer.ts';
import { oneByOne } from '../../src/http/pipelining.ts';

type Route = (request: IncomingMessage, response: ServerResponse) => void;

const setUp = (maxBytes = 1_000_000) => {
  const state = { now: 0, isKnown: true, asked: 0 };
  let tell: ChangeListener = () => undefined;
  const cache = new AnswerCache({ maxBytes, maxPartsBytes: 0, isDebugged: true });
  cache.open({
    changes: {
      subscribe: (listener) => {
        tell = listener;
      },
      areKnown: () => state.isKnown,
    },
    clock: () => state.now,
    isStopping: () => false,
  });
  const routed: [IncomingMessage, ServerResponse][] = [];
  let route: Route = (request, response) => finish(request, response);
  /** As http/answers.ts ends an answer to the public. */
  const finish = (
    request: IncomingMessage,
    response: ServerResponse,
    {
      tags = ['site'],
      dueAt = null,
      size = 100,
    }: { tags?: CacheTag[]; dueAt?: number | null; size?: number } = {},
  ) => {
    const bytes = Buffer.alloc(size, `${++state.asked}|`);
    cache.offer(request, { headers: { 'x-from': 'router' }, etag: '"h"', bytes, tags, dueAt });
    response.writeHead(200).end(bytes);
  };
  const listen = cache.before((request, response) => {
    routed.push([request, response]);
    route(request, response);
  });
  const ask = (url: string, method = 'GET') => inject(listen as never, { method: method as 'GET', url });
  return {
    cache,
    state,
    routed,
    ask,
    finish,
    tell: (tags: readonly string[] | 'everything') => tell(tags),
    play: (next: Route) => {
      route = next;
    },
  };
};

const turn = () => new Promise(setImmediate);

test('many who want the same at once cost one answer', async (t) => {
  const { ask, play, finish, routed, cache } = setUp();
  play(() => undefined);
  const all = Array.from({ length: 50 }, () => ask('/v1/site'));
  await turn();
  t.equal(routed.length, 1);
  finish(...routed[0]!);
  const bodies = (await Promise.all(all)).map(({ payload }) => payload);
  t.equal(new Set(bodies).size, 1);
  t.equal(routed.length, 1);
  t.match(cache.figures, { hits: 49, misses: 1, joined: 49, refused: 0 });
});

test('whoever waits behind an answer that is not kept asks for themselves, all at once', async (t) => {
  const { ask, play, finish, routed } = setUp();
  play(() => undefined);
  const all = Array.from({ length: 5 }, () => ask('/v1/articles/nothing'));
  await turn();
  play((_, response) => response.writeHead(404).end());
  routed[0]![1].writeHead(404).end();
  t.same(
    (await Promise.all(all)).map(({ statusCode }) => statusCode),
    [404, 404, 404, 404, 404],
  );
  t.equal(routed.length, 5);
  play(finish);
  t.equal((await ask('/v1/articles/nothing')).statusCode, 200);
});

test('an answer that something was purged from while it was made is not kept', async (t) => {
  for (const purged of [['article:1'], 'everything'] as const) {
    const { ask, play, finish, routed, cache, tell } = setUp();
    play(() => undefined);
    const late = ask('/v1/articles/one');
    await turn();
    tell(purged);
    play(finish);
    finish(...routed[0]!, { tags: ['articles', 'article:1'] });
    await late;
    t.equal(cache.figures.refused, 1);
    t.equal((await ask('/v1/articles/one')).headers['x-cache'], undefined, 'and asked for anew');
    t.equal((await ask('/v1/articles/one')).headers['x-cache'], 'hit');
    t.equal((await ask('/v1/articles/two')).statusCode, 200);
  }
});

test('a purge that was forgotten counts for every answer that began before it', async (t) => {
  const { ask, play, finish, routed, cache, tell } = setUp();
  play(() => undefined);
  const late = ask('/v1/articles/one');
  await turn();
  tell(['article:1']);
  tell(Array.from({ length: 10_000 }, (_, n) => `tag:${n}`));
  finish(...routed[0]!, { tags: ['article:1'] });
  await late;
  t.equal(cache.figures.refused, 1);
});

test('a tag takes away what shows it, and nothing else', async (t) => {
  const { ask, play, finish, tell, cache } = setUp();
  play((request, response) =>
    finish(request, response, { tags: request.url === '/v1/site' ? ['site', 'sections'] : ['articles'] }),
  );
  await ask('/v1/site');
  await ask('/v1/articles');
  tell(['sections', 'article:7']);
  t.equal((await ask('/v1/articles')).headers['x-cache'], 'hit');
  t.equal((await ask('/v1/site')).headers['x-cache'], undefined);
  t.ok(cache.bytes > 0);
  tell(['articles', 'site']);
  t.equal(cache.bytes, 0);
});

test('an answer ends at its due instant, and says so to others second by second', async (t) => {
  const { ask, play, finish, state } = setUp();
  play((request, response) => finish(request, response, { dueAt: 10_500 }));
  await ask('/v1/site');
  state.now = 4_000;
  t.match((await ask('/v1/site')).headers, { 'x-cache': 'hit', 'cache-control': /s-maxage=6,/ });
  state.now = 10_499;
  t.match((await ask('/v1/site')).headers, {
    'x-cache': 'hit',
    'cache-control': /s-maxage=0, stale-while-revalidate=0/,
  });
  state.now = 10_500;
  t.equal((await ask('/v1/site')).headers['x-cache'], undefined);
});

test('while it is not known what others wrote, nothing is answered from the cache', async (t) => {
  const { ask, state, routed } = setUp();
  await ask('/v1/site');
  await turn();
  state.isKnown = false;
  t.equal((await ask('/v1/site')).headers['x-cache'], undefined);
  await turn();
  state.isKnown = true;
  t.equal((await ask('/v1/site')).headers['x-cache'], 'hit');
  t.equal(routed.length, 2);
});

test('addresses asked for once neither push out what is asked for often nor grow the cache', async (t) => {
  const maxBytes = 400_000;
  const { ask, play, finish, cache } = setUp(maxBytes);
  play((request, response) => finish(request, response, { size: 4_000 }));
  for (const url of ['/v1/site', '/v1/articles']) await ask(url);
  for (let n = 0; n < 500; n++) {
    await ask(`/v1/articles?exclude=${n}`);
    if (n % 50 === 0)
      for (const url of ['/v1/site', '/v1/articles']) t.equal((await ask(url)).headers['x-cache'], 'hit');
  }
  t.ok(cache.bytes <= maxBytes * 0.6, `${cache.bytes} bytes`);
  await ask('/v1/articles?exclude=499');
  t.equal((await ask('/v1/articles?exclude=499')).headers['x-cache'], 'hit', 'who comes again is let in');
  for (let n = 0; n < 500; n++) for (const _ of [1, 2]) await ask(`/v1/authors?cursor=${n}`);
  t.ok(cache.bytes <= maxBytes, `${cache.bytes} bytes`);
});

test('what was seen once is forgotten before everything has been', async (t) => {
  const { ask, play, finish, cache } = setUp(40_000);
  play((request, response) => finish(request, response, { size: 9_000 }));
  for (let n = 0; n < 60_000; n++) {
    const request = {
      method: 'GET',
      url: `/v1/articles?exclude=${n}`,
      headers: { host: 'x' },
      httpVersion: '1.1',
    };
    // What the cache looks at of a request and a response.
    cache.before((request_) => finish(request_, { writeHead: () => ({ end: () => undefined }) } as never))(
      request as never,
      { once: () => undefined } as never,
    );
  }
  const before = cache.figures.refused;
  await ask('/v1/articles?exclude=0');
  t.equal(cache.figures.refused, before + 1, 'seen long ago counts as never seen');
});

test('an address too long to be remembered is answered from the cache like any other', async (t) => {
  const { ask } = setUp();
  const url = `/v1/articles?tag=${'x'.repeat(300)}&language=en`;
  await ask(url);
  t.equal((await ask(url)).headers['x-cache'], 'hit');
});

test('an answer larger than the whole cache is sent and not kept', async (t) => {
  const { ask, play, finish, cache } = setUp(10_000);
  play((request, response) => finish(request, response, { size: 20_000 }));
  t.equal((await ask('/v1/site')).payload.length, 20_000);
  t.equal((await ask('/v1/site')).headers['x-cache'], undefined);
  t.equal(cache.bytes, 0);
});

test('a client that goes away while others wait for the same answer does not keep them waiting', async (t) => {
  const { cache, play, routed } = setUp();
  play(() => undefined);
  const listen = cache.before((request, response) => void routed.push([request, response]));
  const asked: ServerResponse[] = [];
  const server = createServer((request, response) => {
    asked.push(response);
    listen(request, response);
  }).listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  const url = `http://127.0.0.1:${port}/v1/site`;
  const leader = new AbortController();
  const first = fetch(url, { signal: leader.signal }).catch(() => 'gone');
  while (routed.length === 0) await turn();
  const gone = new AbortController();
  const second = fetch(url, { signal: gone.signal }).catch(() => 'gone too');
  while (cache.figures.joined < 1) await turn();
  const third = fetch(url);
  while (cache.figures.joined < 2) await turn();
  gone.abort();
  t.equal(await second, 'gone too');
  // However long it takes the server to hear of it.
  while (!asked[1]!.destroyed) await turn();
  leader.abort();
  t.equal(await first, 'gone');
  while (routed.length === 1) await turn();
  routed[1]![1].writeHead(200).end('here');
  t.equal(await (await third).text(), 'here');
  t.equal(routed.length, 2);
});

test('an address asked for behind another on a connection that ends is there for whoever asks next', async (t) => {
  const { cache, routed, finish } = setUp();
  let isPublic = false;
  // The first is never answered, and what is behind it is not to be kept.
  const listen = cache.before((request, response) => {
    routed.push([request, response]);
    if (isPublic) finish(request, response);
    else if (request.url !== '/v1/slow') response.writeHead(404).end();
  });
  const server = createServer(oneByOne(listen)).listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  const paths = ['/v1/slow', '/v1/articles/soon'];
  socket.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join(''));
  while (routed.length === 0) await turn();
  for (let turns = 0; turns < 5; turns++) await turn();
  socket.destroy();
  while (!routed[0]![1].destroyed) await turn();
  isPublic = true;
  const signal = AbortSignal.timeout(5_000);
  t.equal((await fetch(`http://127.0.0.1:${port}/v1/articles/soon`, { signal })).status, 200);
});

test('whoever waits for an answer that turns out not to be kept goes on at once, though its client takes none', async (t) => {
  const { cache, ask, play, finish } = setUp();
  const asked: IncomingMessage[] = [];
  // The first has been answered, and its bytes never leave.
  play((request, response) => (asked.push(request) === 1 ? undefined : finish(request, response)));
  void ask('/v1/site');
  const waiting = ask('/v1/site');
  while (cache.figures.joined < 1) await turn();
  cache.answered(asked[0]!);
  t.equal((await waiting).statusCode, 200);
  t.equal((await ask('/v1/site')).headers['x-cache'], 'hit');
});

test('coded forms are kept only as long as together they are no larger than the plain one', async (t) => {
  const bytes = Buffer.from(randomBytes(6_000).toString('base64'));
  const answer = new KeptAnswer({ headers: {}, etag: '"tag"', bytes, tags: [], dueAt: null }, 1);
  const listen = (request: IncomingMessage, response: ServerResponse) =>
    answer.send(request, response, { now: 0, isLast: false, isDebugged: false });
  const codingFor = async (coding: string) => {
    const headers = { 'accept-encoding': coding };
    const got = await inject(listen, { method: 'GET', url: '/', headers });
    return got.headers['content-encoding'];
  };
  t.equal(await codingFor('br'), undefined, 'it is made in the pool, meanwhile');
  while ((await codingFor('br')) !== 'br') await turn();
  t.equal(await codingFor('gzip'), undefined);
  await pause(200);
  t.equal(await codingFor('gzip'), undefined, 'with it, both would be larger than the plain one');
  t.equal(await codingFor('br'), 'br');
});
