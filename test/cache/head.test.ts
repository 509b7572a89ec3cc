// The heads of kept answers, as they go over a real connection: what node itself would have written, byte for byte.
import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { type Test, test } from 'tap';
import { KEEP_ALIVE_MS, TextResponse } from '../../src/http/head.ts';
import { KeptAnswer, type Told } from '../../src/http/kept-answer.ts';

const NOW = Date.parse('2026-03-01T06:30:00.500Z');
const BYTES = Buffer.from(`{"title":"${'Brücke '.repeat(400)}"}`);

const answerOf = (dueAt: number | null) =>
  new KeptAnswer(
    {
      headers: { 'x-content-type-options': 'nosniff', vary: 'Accept-Encoding', 'content-type': 'text/x' },
      etag: '"tag"',
      bytes: BYTES,
      tags: ['site'],
      dueAt,
    },
    1,
  );

const serving = async (t: Test, listen: RequestListener, options: object) => {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, ...options }, listen);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return (server.address() as AddressInfo).port;
};

/** All that comes back for these requests on one connection, of which the last one ends it. */
const exchange = async (port: number, requests: string): Promise<string> => {
  const socket = connect(port, '127.0.0.1');
  socket.write(requests);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  await once(socket, 'close');
  return Buffer.concat(chunks).toString('latin1');
};

const request = (method: string, ...headers: string[]) =>
  [`${method} / HTTP/1.1`, 'Host: x', ...headers, '', ''].join('\r\n');
const LAST = request('HEAD', 'Connection: close');

const DATE = /^Date: .*\r$/gm;

test('a kept answer is written as node would write it', async (t) => {
  const told: Told = { now: NOW, isLast: false, isDebugged: false };
  for (const [name, dueAt, more] of [
    ['as it is', null, {}],
    ['due soon', NOW + 20_000, {}],
    ['debugged', null, { isDebugged: true }],
  ] as const) {
    const answer = answerOf(dueAt);
    const listen: RequestListener = (request, response) =>
      answer.send(request, response, { ...told, ...more });
    const ours = await serving(t, listen, { ServerResponse: TextResponse });
    const nodes = await serving(t, listen, {});
    const ask = { 'accept-encoding': 'br' };
    // Until the coding is made.
    while (!(await fetch(`http://127.0.0.1:${nodes}/`, { headers: ask })).headers.has('content-encoding'));
    for (const headers of [
      [],
      ['Accept-Encoding: br'],
      ['If-None-Match: "tag"'],
      ['X-Request-Id: a-request-of-mine'],
      ['Accept-Encoding: br', 'If-None-Match: "tag-br"', 'X-Request-Id: another'],
    ]) {
      for (const method of ['GET', 'HEAD']) {
        const asked = request(method, ...headers) + LAST;
        const [got, wanted] = await Promise.all([exchange(ours, asked), exchange(nodes, asked)]);
        t.equal(got.replace(DATE, ''), wanted.replace(DATE, ''), `${name}: ${method} ${headers}`);
        const dates = got.match(DATE)!;
        t.equal(dates.length, 2);
        t.equal(dates[0], 'Date: Sun, 01 Mar 2026 06:30:00 GMT\r', 'the text was made here');
        t.not(dates[1], dates[0], 'and the last one, which ends the connection, by node');
      }
    }
  }
});

test('the date goes on, second by second', async (t) => {
  const answer = answerOf(null);
  let now = NOW;
  const listen: RequestListener = (request, response) =>
    answer.send(request, response, { now, isLast: false, isDebugged: false });
  const port = await serving(t, listen, { ServerResponse: TextResponse });
  const dates = [];
  for (const ms of [0, 400, 500, 1_000]) {
    now = NOW + ms;
    dates.push((await fetch(`http://127.0.0.1:${port}/`)).headers.get('date')!.slice(17, 25));
  }
  t.same(dates, ['06:30:00', '06:30:00', '06:30:01', '06:30:01']);
});

test('a server that stops says so on a kept answer, and the connection ends', async (t) => {
  const answer = answerOf(null);
  const listen: RequestListener = (request, response) =>
    answer.send(request, response, { now: NOW, isLast: true, isDebugged: false });
  const port = await serving(t, listen, { ServerResponse: TextResponse });
  const text = await exchange(port, request('GET'));
  t.match(text, /^connection: close\r$/m);
  t.notMatch(text, /keep-alive/i);
});

test('where node does not take a head as text, it is told it header by header', async (t) => {
  const answer = answerOf(null);
  class Refusing extends TextResponse {
    override takesHead(): boolean {
      return false;
    }
  }
  const listen = (request: never, response: ServerResponse) =>
    answer.send(request, response, { now: NOW, isLast: false, isDebugged: false });
  const port = await serving(t, listen as RequestListener, { ServerResponse: Refusing });
  const got = await fetch(`http://127.0.0.1:${port}/`);
  t.equal(got.headers.get('etag'), '"tag"');
  t.equal((await got.arrayBuffer()).byteLength, BYTES.length);
});

test('what no header can hold is refused when the answer is kept, not sent', (t) => {
  const finished = { etag: '"tag"', bytes: BYTES, tags: [], dueAt: null };
  t.throws(() => new KeptAnswer({ ...finished, headers: { 'x-a': 'a\r\nx-b: b' } }, 1));
  t.throws(() => new KeptAnswer({ ...finished, headers: { 'x a': 'a' } }, 1));
  t.end();
});
