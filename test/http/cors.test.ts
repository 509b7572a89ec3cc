// Which pages of other origins may ask, and what every answer says to a browser.
import { test } from 'tap';
import { testSite } from '../site.ts';

const PAGE = 'https://news.example';
const EVIL = 'https://evil.example';
const allowed = 'access-control-allow-origin';

const preflight = (origin: string, method: string) => ({
  headers: {
    origin,
    'access-control-request-method': method,
    'access-control-request-headers': 'authorization,if-match',
  },
});

test('every origin may read what is public', async (t) => {
  const site = await testSite(t, { CORS_ORIGINS: PAGE });
  for (const url of ['/v1/authors', '/v1/authors/nobody', '/', '/openapi.json', '/problems']) {
    const { headers } = await site.ask('GET', url, { headers: { origin: EVIL } });
    t.equal(headers[allowed], '*', url);
  }
  const { headers } = await site.ask('GET', '/v1/authors', { headers: { origin: EVIL } });
  t.equal(headers.vary, 'Accept-Encoding', 'one answer serves every origin');
  for (const name of [
    'ETag',
    'Link',
    'Location',
    'Retry-After',
    'RateLimit',
    'RateLimit-Policy',
    'X-Request-Id',
    'Idempotency-Replayed',
  ]) {
    t.ok(headers['access-control-expose-headers']?.split(', ').includes(name), `${name} can be read`);
  }
});

test('the origins of CORS_ORIGINS may post, and no other', async (t) => {
  const site = await testSite(t, { CORS_ORIGINS: `${PAGE},https://other.example` });
  const url = '/v1/articles/x/comments';
  t.equal((await site.ask('POST', url, { headers: { origin: PAGE }, body: {} })).headers[allowed], PAGE);
  t.equal((await site.ask('POST', url, { headers: { origin: EVIL }, body: {} })).headers[allowed], undefined);
  t.equal((await site.ask('OPTIONS', url, preflight(PAGE, 'POST'))).headers[allowed], PAGE);
  t.equal((await site.ask('OPTIONS', url, preflight(EVIL, 'POST'))).headers[allowed], undefined);
  t.equal((await site.ask('OPTIONS', url, preflight(EVIL, 'GET'))).headers[allowed], '*');

  const open = await testSite(t);
  t.equal((await open.ask('POST', url, { headers: { origin: EVIL }, body: {} })).headers[allowed], '*');
});

test('no page may call the Management API, unless CORS_MANAGE_ORIGINS names its origin', async (t) => {
  const closed = await testSite(t);
  const desk = await testSite(t, { CORS_MANAGE_ORIGINS: PAGE });
  for (const [method, status] of [
    ['GET', 401],
    ['OPTIONS', 204],
    ['PUT', 405],
  ] as const) {
    const ask = (site: typeof closed, origin: string) =>
      site.ask(method, '/v1/manage/authors', { headers: { origin } });
    t.match(await ask(closed, PAGE), { status });
    t.equal((await ask(closed, PAGE)).headers[allowed], undefined);
    t.equal((await ask(desk, EVIL)).headers[allowed], undefined);
    t.equal((await ask(desk, PAGE)).headers[allowed], PAGE, method);
  }
  const { headers } = await desk.ask('OPTIONS', '/v1/manage/authors', preflight(PAGE, 'PATCH'));
  t.match(headers, {
    [allowed]: PAGE,
    'access-control-allow-methods': 'GET, HEAD, POST, PATCH, DELETE',
    'access-control-allow-headers': 'authorization,if-match',
    'access-control-max-age': '86400',
    allow: 'GET, POST, HEAD, OPTIONS',
    vary: /Origin/,
  });
  const everywhere = await testSite(t, { CORS_MANAGE_ORIGINS: '*' });
  t.equal(
    (await everywhere.ask('OPTIONS', '/v1/manage/authors', preflight(EVIL, 'PATCH'))).headers[allowed],
    '*',
  );
});

test('a preflight for an address that is not there passes, so that the page can read the 404', async (t) => {
  const site = await testSite(t);
  const { status, headers } = await site.ask('OPTIONS', '/v1/nothing', preflight(PAGE, 'GET'));
  t.equal(status, 204);
  t.equal(headers[allowed], '*');
  t.equal(
    (await site.ask('OPTIONS', '/v1/manage/nothing', preflight(PAGE, 'GET'))).headers[allowed],
    undefined,
  );
});

test('every answer tells browsers to run nothing, guess nothing and send nothing on', async (t) => {
  const site = await testSite(t);
  for (const [method, url] of [
    ['GET', '/v1/authors'],
    ['GET', '/v1/manage/me'],
    ['GET', '/v1/nothing'],
    ['PUT', '/v1/authors'],
    ['OPTIONS', '/v1/authors'],
  ] as const) {
    const { headers } = await site.ask(method, url);
    t.match(headers, {
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
    });
    for (const name of ['x-powered-by', 'server', 'strict-transport-security'])
      t.equal(headers[name], undefined, name);
  }
});
