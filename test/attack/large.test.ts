// Requests that are small to send and large to handle: each is refused by its form, before anything of it is unfolded,
// and everybody else is served while they come in.
import { gzipSync } from 'node:zlib';
import { test } from 'tap';
import { received, target } from './target.ts';

const lines = (...all: string[]) => `${all.join('\r\n')}\r\n\r\n`;
const statusOf = (answer: string) => Number(answer.slice(9, 12));

test('fifty megabytes in a packed body are not unpacked', async (t) => {
  const { send, read } = await target(t);
  const bomb = gzipSync(Buffer.alloc(50_000_000, ' '));
  t.ok(bomb.length < 60_000, 'small enough to be taken');
  const head = (...more: string[]) =>
    lines(
      'POST /v1/comments/any/reports HTTP/1.1',
      'Host: x',
      'Connection: close',
      'Content-Type: application/json',
      ...more,
    );
  const all = Array.from({ length: 20 }, () =>
    send(head('Content-Encoding: gzip', `Content-Length: ${bomb.length}`), bomb),
  );
  t.equal(await read(), 200);
  t.same(new Set((await Promise.all(all)).map(statusOf)), new Set([415]));
  t.equal(statusOf(await send(head('Transfer-Encoding: gzip, chunked'), '0\r\n\r\n')), 400);
});

test('JSON a hundred thousand deep is not walked into, in any spelling', async (t) => {
  const { send, read, key } = await target(t);
  const deep = 100_000;
  const bodies = [
    '['.repeat(deep),
    `${'['.repeat(deep)}${']'.repeat(deep)}`,
    `{"title":"x","metadata":{"public":${'{"a":'.repeat(deep / 3)}1${'}'.repeat(deep / 3)}}}`,
    `{"title":${'['.repeat(deep)}"`,
  ];
  const all = bodies.map((body) =>
    send(
      lines(
        'POST /v1/manage/articles HTTP/1.1',
        'Host: x',
        'Connection: close',
        `Authorization: Bearer ${key}`,
        'Content-Type: application/json',
        `Content-Length: ${body.length}`,
      ),
      body,
    ),
  );
  t.equal(await read(), 200);
  for (const answer of await Promise.all(all)) {
    t.equal(statusOf(answer), 400);
    t.match(answer, /nested more than 32 deep/);
  }
});

test('ten thousand parameters are counted, not read', async (t) => {
  const { send, read } = await target(t);
  const get = (query: string) =>
    send(lines(`GET /v1/articles?${query} HTTP/1.1`, 'Host: x', 'Connection: close'));
  const all = [
    get('a&'.repeat(10_000).slice(0, 15_000)),
    get('a&'.repeat(3_900)),
    get('&'.repeat(7_900)),
    get(`tag=${'a,'.repeat(3_900)}`),
    get(`tag=${'%2c'.repeat(2_600)}`),
    get(`q${'[a]'.repeat(2_000)}=1`),
  ];
  t.equal(await read(), 200);
  t.same((await Promise.all(all)).map(statusOf), [414, 400, 200, 400, 400, 400]);
});

test('headers as large, or as many, as can be are read or refused, and say nothing of themselves', async (t) => {
  const { send, read } = await target(t);
  const get = (...headers: string[]) =>
    send(['GET /v1/articles HTTP/1.1', 'Host: x', 'Connection: close'].concat(headers, '', '').join('\r\n'));
  const many = (count: number, field: string) => get(Array(count).fill(field).join('\r\n'));
  const all = [
    get(`X-Large: ${'x'.repeat(1_000_000)}`),
    many(100_000, 'a:'),
    many(3_000, 'a:'),
    many(500, 'If-None-Match: "a"'),
    get(`If-None-Match: ${'"a",'.repeat(3_500)}`),
    get(`Accept-Encoding: ${'br;q=0.1,'.repeat(1_500)}`),
    get(`X-Forwarded-For: ${'1.1.1.1,'.repeat(1_800)}`),
    get(`Authorization: Bearer ${' '.repeat(15_000)}x`),
    get(`X-Request-Id: ${'x'.repeat(15_000)}`),
    get('__proto__: x', 'constructor: x'),
  ];
  t.equal(await read(), 200);
  const answers = await Promise.all(all);
  t.same(answers.map(statusOf), [431, 431, 200, 200, 200, 200, 200, 200, 200, 200]);
  for (const answer of answers) t.ok(answer.length < 3_000);
});

test('requests sent one behind another without waiting are answered in their order, and hold up nobody', async (t) => {
  const { sockets, read } = await target(t);
  const [greedy] = await sockets(1);
  const count = 900;
  greedy!.pause();
  const all = Array.from({ length: count }, (_, n) =>
    lines(
      `GET /v1/articles HTTP/1.1`,
      'Host: x',
      `X-Request-Id: n-${n}`,
      ...(n === count - 1 ? ['Connection: close'] : []),
    ),
  );
  greedy!.write(all.join(''));
  t.equal(await read(), 200, 'while nobody takes those answers');
  const whole = received(greedy!);
  greedy!.resume();
  const text = await whole;
  const order = [...text.matchAll(/^x-request-id: n-(\d+)\r$/gim)].map(([, n]) => Number(n));
  t.same(
    order,
    Array.from({ length: count }, (_, n) => n),
  );
});
