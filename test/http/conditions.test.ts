// Conditional requests, the order of checks, methods, request ids.
import { test } from 'tap';
import { cacheControl } from '../../src/http/cache-control.ts';
import { matchesNone, parseIfMatch } from '../../src/http/preconditions.ts';
import { play } from '../scenario.ts';
import { testSite } from '../site.ts';

const AUTHORS = '/v1/manage/authors';

test('If-Match is a list of entity tags, compared strongly, or anything', async (t) => {
  t.strictSame(parseIfMatch('"7"'), ['7']);
  t.strictSame(parseIfMatch(' "7" ,W/"8", "9"'), ['7', '9']);
  t.strictSame(parseIfMatch('W/"7"'), []);
  t.strictSame(parseIfMatch('""'), ['']);
  t.strictSame(parseIfMatch('"a,b"'), ['a,b']);
  t.equal(parseIfMatch(' * '), '*');
  for (const garbage of ['7', '', '"7', "'7'", '"7" "8"', '"7",', '"7";', 'w/"7"', '*, "7"', '"a b"']) {
    t.equal(parseIfMatch(garbage), undefined, garbage);
  }
});

test('If-None-Match names an entity tag, weak or strong, alone or in a list, or anything', async (t) => {
  for (const header of ['"h"', 'W/"h"', '"x", "h"', '"x",W/"h" , "y"', '*', ' * '])
    t.ok(matchesNone(header, '"h"'), header);
  for (const header of [undefined, '', 'h', '"H"', '"x"', '"x", "hh"', 'W/"x"'])
    t.notOk(matchesNone(header, '"h"'), String(header));
});

test('a shared cache keeps an answer no longer than until it becomes another one', async (t) => {
  const now = 1_000_000;
  t.equal(cacheControl(null, now), 'public, max-age=0, s-maxage=60, stale-while-revalidate=600');
  t.equal(cacheControl(now + 90_000, now), 'public, max-age=0, s-maxage=60, stale-while-revalidate=30');
  t.equal(cacheControl(now + 10_999, now), 'public, max-age=0, s-maxage=10, stale-while-revalidate=0');
  t.equal(cacheControl(now - 1, now), 'public, max-age=0, s-maxage=0, stale-while-revalidate=0');
});

test('what a client has already is not sent again', async (t) => {
  const site = await testSite(t);
  const { headers } = await site.ask('GET', '/v1/authors');
  t.match(headers.etag, /^"[\w-]{22}"$/);
  for (const tag of [headers.etag ?? '', `W/${headers.etag}`, `"x", ${headers.etag}`, '*']) {
    const answer = await site.ask('GET', '/v1/authors', { headers: { 'if-none-match': tag } });
    t.equal(answer.status, 304);
    t.equal(answer.text, '');
    t.match(answer.headers, {
      etag: headers.etag,
      'cache-control': headers['cache-control'],
      vary: 'Accept-Encoding',
    });
    t.equal(answer.headers['content-type'], undefined);
  }
  const head = await site.ask('HEAD', '/v1/authors', { headers: { 'if-none-match': headers.etag ?? '' } });
  t.equal(head.status, 304);
  t.equal((await site.ask('GET', '/v1/authors', { headers: { 'if-none-match': '"x"' } })).status, 200);
  const page = await site.ask('GET', '/problems');
  t.equal(
    (await site.ask('GET', '/problems', { headers: { 'if-none-match': page.headers.etag ?? '' } })).status,
    304,
  );
});

test('the Management API has no 304 and is stored nowhere', async (t) => {
  const site = await testSite(t);
  const { body } = await site.ask('POST', AUTHORS, { as: 'editor', body: { name: 'Ada' } });
  await play(t, site, [
    {
      name: 'an item',
      as: 'editor',
      request: `GET ${AUTHORS}/${body.id}`,
      headers: { 'if-none-match': '"1"' },
      status: 200,
      sends: { etag: /^"1"$/, 'cache-control': 'private, no-store' },
    },
    {
      name: 'a list',
      as: 'editor',
      request: `GET ${AUTHORS}`,
      headers: { 'if-none-match': '*' },
      status: 200,
      sends: { 'cache-control': 'private, no-store' },
    },
  ]);
});

test('a change says which version it is of', async (t) => {
  const site = await testSite(t);
  const { body: author } = await site.ask('POST', AUTHORS, { as: 'editor', body: { name: 'Ada' } });
  const change = { as: 'editor', request: `PATCH ${AUTHORS}/${author.id}`, body: { bio: 'x' } };
  const tagged = (tag: string) => ({ ...change, headers: { 'if-match': tag } });
  const stale = { status: 412, code: 'version_conflict', sends: { etag: /^"1"$/ } };
  const [missing] = await play(t, site, [
    { ...change, name: 'not at all', status: 428, code: 'if_match_required' },
    { ...tagged('"2"'), name: 'a wrong one', ...stale },
    { ...tagged('W/"1"'), name: 'a weak one', ...stale },
    { ...tagged('"0", "01", W/"1"'), name: 'a list without it', ...stale },
    { ...tagged('1'), name: 'no tag', status: 400, faults: ['If-Match'] },
    { ...tagged(''), name: 'an empty header', status: 400, faults: ['If-Match'] },
    {
      ...tagged('"9", "1"'),
      name: 'a list with it',
      status: 200,
      sends: { etag: '"2"' },
      has: { version: 2 },
      events: ['author.updated'],
    },
    { ...tagged('*'), name: 'any', status: 200, sends: { etag: '"3"' }, events: ['author.updated'] },
    { ...tagged('"2"'), name: 'one that was', status: 412, code: 'version_conflict', sends: { etag: '"3"' } },
  ]);
  t.match(missing?.body.detail, /If-Match: "7"/, 'the refusal says the very header to send');
});

test('where If-Match is optional it is honoured when it is sent', async (t) => {
  const site = await testSite(t);
  const change = { as: 'admin', request: `PATCH /v1/manage/keys/${site.keyIds.editor}`, body: { name: 'x' } };
  await play(t, site, [
    { ...change, name: 'absent', status: 200, events: ['key.updated'] },
    { ...change, name: 'stale', headers: { 'if-match': '"1"' }, status: 412, sends: { etag: '"2"' } },
    { ...change, name: 'garbage', headers: { 'if-match': 'x' }, status: 400, faults: ['If-Match'] },
    {
      ...change,
      name: 'garbage beside a bad body',
      headers: { 'if-match': 'x' },
      body: { name: '' },
      status: 400,
      faults: ['If-Match', '/name'],
    },
  ]);
});

test('checks come in one order: key, role, stored answer, If-Match, validation, existence, version', async (t) => {
  const site = await testSite(t);
  const { body: author } = await site.ask('POST', AUTHORS, { as: 'editor', body: { name: 'Ada' } });
  const nobody = '01890a5d-ac96-774b-bcce-b302099a8057';
  const bad = { body: { name: '' } };
  const match = (tag: string) => ({ headers: { 'if-match': tag } });
  const stored = { 'idempotency-key': 'once' };
  await play(t, site, [
    { name: 'no key, and all else wrong', request: `PATCH ${AUTHORS}/x`, ...bad, status: 401 },
    {
      name: 'a role that may not, and all else wrong',
      as: 'site',
      request: `PATCH ${AUTHORS}/x`,
      ...bad,
      status: 403,
    },
    {
      name: 'no If-Match, and invalid',
      as: 'editor',
      request: `PATCH ${AUTHORS}/${nobody}`,
      ...bad,
      status: 428,
    },
    {
      name: 'invalid, and unknown',
      as: 'editor',
      request: `PATCH ${AUTHORS}/${nobody}`,
      ...match('"9"'),
      ...bad,
      status: 400,
    },
    {
      name: 'unknown, and stale',
      as: 'editor',
      request: `PATCH ${AUTHORS}/${nobody}`,
      ...match('"9"'),
      body: {},
      status: 404,
    },
    {
      name: 'stale',
      as: 'editor',
      request: `PATCH ${AUTHORS}/${author.id}`,
      ...match('"9"'),
      body: {},
      status: 412,
    },
    {
      name: 'stored',
      as: 'editor',
      request: `POST ${AUTHORS}`,
      headers: stored,
      body: { name: 'Bo' },
      status: 201,
      events: ['author.created'],
    },
    {
      name: 'the stored answer before validation',
      as: 'editor',
      request: `POST ${AUTHORS}`,
      headers: stored,
      ...bad,
      status: 422,
      code: 'idempotency_key_reused',
    },
    {
      name: 'the role before the stored answer',
      as: 'moderator',
      request: `POST ${AUTHORS}`,
      headers: stored,
      body: { name: 'Bo' },
      status: 403,
    },
    {
      name: 'the key before the stored answer',
      request: `POST ${AUTHORS}`,
      headers: stored,
      body: { name: 'Bo' },
      status: 401,
    },
  ]);
});

test('a method that an address does not take is refused with those it takes', async (t) => {
  const site = await testSite(t);
  const refused = (request: string, allow: string, hint: boolean) => ({
    name: request,
    request,
    status: 405,
    ...(request.startsWith('HEAD') ? {} : { code: 'method_not_allowed' }),
    sends: { allow },
    ...(request.startsWith('HEAD') ? {} : { has: { detail: hint ? /under \/v1\/manage/ : /^[^.]+\.$/ } }),
  });
  await play(t, site, [
    refused('POST /v1/authors', 'GET, HEAD, OPTIONS', true),
    refused('PUT /v1/authors', 'GET, HEAD, OPTIONS', true),
    refused('PATCH /v1/authors/ada', 'GET, HEAD, OPTIONS', true),
    refused('DELETE /v1/authors/ada', 'GET, HEAD, OPTIONS', true),
    refused('TRACE /v1/authors', 'GET, HEAD, OPTIONS', true),
    refused('PUT /v1/manage/authors', 'GET, POST, HEAD, OPTIONS', false),
    refused('DELETE /v1/manage/authors', 'GET, POST, HEAD, OPTIONS', false),
    refused('POST /v1/manage/me', 'GET, HEAD, OPTIONS', false),
    // Other addresses cover these, with an id in the place of the last word.
    refused('GET /v1/manage/articles/release', 'POST, OPTIONS', false),
    refused('HEAD /v1/manage/articles/release', 'POST, OPTIONS', false),
    refused('DELETE /v1/manage/articles/release', 'POST, OPTIONS', false),
    refused('PUT /v1/manage/articles/release', 'POST, OPTIONS', false),
    refused('PATCH /v1/manage/comments/decisions', 'POST, OPTIONS', false),
    refused('GET /v1/manage/keys/x/rotate', 'POST, OPTIONS', false),
    refused('HEAD /v1/manage/keys/x/rotate', 'POST, OPTIONS', false),
    refused('POST /', 'GET, HEAD, OPTIONS', false),
    refused('POST /openapi.json', 'GET, HEAD, OPTIONS', false),
    refused('DELETE /problems/not_found', 'GET, HEAD, OPTIONS', false),
    {
      ...refused('POST /v1/authors', 'GET, HEAD, OPTIONS', true),
      name: 'whatever the body is',
      raw: '{',
      headers: { 'content-type': 'text/plain' },
    },
  ]);
});

test('OPTIONS tells what an address takes, to anybody', async (t) => {
  const site = await testSite(t);
  await play(t, site, [
    { name: 'a list', request: 'OPTIONS /v1/authors', status: 204, sends: { allow: 'GET, HEAD, OPTIONS' } },
    {
      name: 'an item',
      request: 'OPTIONS /v1/manage/authors/x',
      status: 204,
      sends: { allow: 'GET, PATCH, DELETE, HEAD, OPTIONS' },
    },
    { name: 'a page', request: 'OPTIONS /openapi.yaml', status: 204, sends: { allow: 'GET, HEAD, OPTIONS' } },
    { name: 'nothing', request: 'OPTIONS /v1/nothing', status: 404, code: 'not_found' },
  ]);
});

test('HEAD answers as GET does, without the body', async (t) => {
  const site = await testSite(t);
  for (const [url, as] of [
    ['/v1/authors', undefined],
    ['/v1/manage/me', 'editor'],
    ['/', undefined],
    ['/openapi.json', undefined],
  ] as const) {
    const head = await site.ask('HEAD', url, { as });
    const get = await site.ask('GET', url, { as });
    t.equal(head.status, 200, url);
    t.equal(head.text, '', url);
    for (const header of ['content-type', 'content-length', 'etag', 'cache-control'])
      t.equal(head.headers[header], get.headers[header], `${url}: ${header}`);
  }
  t.equal((await site.ask('HEAD', '/v1/manage/me')).status, 401);
});

test('what is nowhere is one and the same 404', async (t) => {
  const site = await testSite(t);
  for (const url of [
    '/nothing',
    '/v1',
    '/v1/',
    '/v1/authors/',
    '//v1/authors',
    '/V1/authors',
    '/v1/manage',
    '/v1/manage/nothing',
    '/v2/authors',
  ]) {
    const answer = await site.ask('GET', url);
    t.match(
      answer,
      { status: 404, body: { code: 'not_found', detail: 'There is nothing at this address.' } },
      url,
    );
  }
  t.equal((await site.ask('POST', '/v1/nothing', { body: {} })).status, 404);
  t.equal(
    (await site.ask('POST', '/v1/nothing', { raw: 'x', headers: { 'content-type': 'text/plain' } })).status,
    404,
  );
});

test('the id of a request is the client’s own where it is harmless, else one of ours', async (t) => {
  const site = await testSite(t);
  for (const id of ['abc', 'A.b-c_d:1', 'x'.repeat(64)]) {
    const answer = await site.ask('GET', '/v1/nothing', { headers: { 'x-request-id': id } });
    t.equal(answer.headers['x-request-id'], id);
    t.equal(answer.body.requestId, id);
  }
  for (const id of ['', 'a b', '<script>', 'x'.repeat(65), 'a,b', 'ä']) {
    const answer = await site.ask('GET', '/v1/nothing', { headers: { 'x-request-id': id } });
    t.match(answer.headers['x-request-id'], /^[\da-f]{8}-[\da-f-]{27}$/, JSON.stringify(id));
  }
});
