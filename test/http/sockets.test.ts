// What only a real socket can show: bytes that never become a request, forms of target that no client library sends.
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { type Test, test } from 'tap';
import { createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { createServer } from '../../src/http/server.ts';
import { contractOf } from '../contract.ts';
import { testDatabase } from '../database.ts';

interface RawAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const parse = (text: string): RawAnswer => {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [line = '', ...fields] = head.split('\r\n');
  const headers = fields.map((field) => [
    field.slice(0, field.indexOf(':')).toLowerCase(),
    field.slice(field.indexOf(':') + 2),
  ]);
  return {
    status: Number(line.split(' ')[1]),
    headers: Object.fromEntries(headers),
    body: rest.join('\r\n\r\n'),
  };
};

const listening = async (t: Test, env: NodeJS.ProcessEnv = {}) => {
  const config = readConfig({ PUBLIC_URL: 'https://cms.example', LOG_LEVEL: 'silent', ...env });
  const database = await testDatabase(t);
  const app = await createApp({
    server: createServer({ config }),
    config,
    database,
    clock: Date.now,
    secret: 'x',
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  t.teardown(() => app.close());
  const { port } = app.server.address() as AddressInfo;

  /** Sends bytes as they are; gives all that came back until the server closed. */
  const send = async (bytes: string): Promise<RawAnswer> => {
    const socket: Socket = connect(port, '127.0.0.1');
    socket.write(bytes);
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    await once(socket, 'close');
    return parse(text);
  };
  return { app, send, contract: contractOf() };
};

const get = (target: string, ...headers: string[]): string =>
  `${[`GET ${target} HTTP/1.1`, 'Connection: close', ...headers].join('\r\n')}\r\n\r\n`;
const HOST = 'Host: x';

test('bytes that are no request get a problem, and the connection ends', async (t) => {
  const { send, contract } = await listening(t);
  const refused = async (name: string, bytes: string, status: number, code: string) => {
    const answer = await send(bytes);
    const body = JSON.parse(answer.body);
    t.match(
      answer,
      {
        status,
        headers: { connection: 'close', 'cache-control': /no-store/, 'x-content-type-options': 'nosniff' },
      },
      name,
    );
    t.match(body, { code, status, requestId: answer.headers['x-request-id'] }, name);
    t.equal(
      contract.faultOf('GET', '/nothing', status, answer.headers['content-type'], body),
      undefined,
      name,
    );
  };
  await refused('a broken request line', 'HELLO\r\n\r\n', 400, 'request_malformed');
  await refused('another protocol', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400, 'request_malformed');
  await refused('a broken header', `GET / HTTP/1.1\r\n${HOST}\r\nno colon\r\n\r\n`, 400, 'request_malformed');
  await refused(
    'two lengths',
    `POST / HTTP/1.1\r\n${HOST}\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx`,
    400,
    'request_malformed',
  );
  await refused(
    'a length and chunks',
    `POST / HTTP/1.1\r\n${HOST}\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx`,
    400,
    'request_malformed',
  );
  await refused('huge headers', get('/', HOST, `X-Large: ${'x'.repeat(20_000)}`), 431, 'headers_too_large');
  await refused('a huge target', get(`/?${'x'.repeat(20_000)}`, HOST), 431, 'headers_too_large');
  await refused('no Host', get('/v1/authors'), 400, 'request_malformed');
  await refused('a target that is no address', get('*', HOST), 404, 'not_found');
  await refused('a broken escape', get('/%zz', HOST), 400, 'request_malformed');
});

test('a client of HTTP/1.0 needs no Host', async (t) => {
  const { send } = await listening(t);
  t.equal((await send('GET /v1/authors HTTP/1.0\r\n\r\n')).status, 200);
});

test('the absolute form of a target means its path, and links still come from PUBLIC_URL', async (t) => {
  const { send } = await listening(t);
  const root = await send(get('http://evil.example/', 'Host: evil.example'));
  t.equal(root.status, 200);
  t.notMatch(root.body, /evil/);
  t.equal((await send(get('HTTPS://evil.example/v1/authors?limit=1', 'Host: evil.example'))).status, 200);
  t.equal((await send(get('http://evil.example?x=1', HOST))).status, 200);
});

test('an address spelled with escapes that it does not need is the same address, with the same protection', async (t) => {
  const { send } = await listening(t, { CORS_MANAGE_ORIGINS: 'https://desk.example' });
  for (const path of [
    '/v1/manage/me',
    '/v1/%6danage/me',
    '/%76%31/%6D%61%6e%61%67%65/%6De',
    '/%761/manage/me?x=1',
  ]) {
    const { status, headers } = await send(get(path, HOST, 'Origin: https://evil.example'));
    t.equal(status, 401, path);
    t.equal(headers['cache-control'], 'private, no-store', path);
    t.equal(headers['access-control-allow-origin'], undefined, path);
  }
  const strict = await send(get('/%761/authors?utm_source=x', HOST));
  t.equal(strict.status, 400, 'unknown parameters are not let in by another spelling');
  t.equal((await send(get('/v1%2Fmanage/me', HOST))).status, 404, 'an escaped slash is no slash');
  t.equal((await send(get('/v1/%2e%2e/v1/authors', HOST))).status, 404, 'dots lead nowhere');
});

test('a request that comes too slowly is told so', async (t) => {
  const { app } = await listening(t);
  // What node emits after headersTimeout or requestTimeout; the test does not wait for either.
  const slow = Object.assign(new Error('too slow'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
  const socket = new PassThrough();
  app.server.emit('clientError', slow, socket);
  const text = (await socket.toArray()).join('');
  t.match(parse(text), { status: 408, headers: { connection: 'close' } });
  t.match(JSON.parse(parse(text).body), { code: 'request_timeout' });
});

test('a connection that is gone is let go of', async (t) => {
  const { app } = await listening(t);
  const socket = new PassThrough();
  socket.end();
  app.server.emit('clientError', Object.assign(new Error('reset'), { code: 'ECONNRESET' }), socket);
  t.ok(socket.destroyed);
});

test('every time-out and limit of the socket is set', async (t) => {
  const { app } = await listening(t);
  t.match(app.server, {
    requestTimeout: 30_000,
    headersTimeout: 10_000,
    timeout: 60_000,
    keepAliveTimeout: 72_000,
    maxRequestsPerSocket: 0,
    maxConnections: 2_000,
  });
});
