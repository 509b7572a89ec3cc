// Bad input gets one problem that names every fault, and changes nothing.
import { test } from 'tap';
import { play, type Scenario } from '../scenario.ts';
import { testSite } from '../site.ts';

const POST = 'POST /v1/manage/authors';
const GET = 'GET /v1/manage/authors';

/** Brackets `depth` deep around a name. */
const nested = (depth: number): string => `${'{"name":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`;

test('a body that is not as described is refused with every fault it has', async (t) => {
  const site = await testSite(t);
  const refused = (name: string, body: unknown, faults: string[]): Scenario => ({
    name,
    as: 'editor',
    request: POST,
    body,
    status: 400,
    code: 'validation_failed',
    faults,
  });
  const named = { name: 'Ada' };
  await play(t, site, [
    refused('nothing at all', undefined, ['/name']),
    refused('no field', {}, ['/name']),
    refused('an unknown field', { ...named, nickname: 'A' }, ['/nickname']),
    refused('a field that the server makes', { ...named, id: 'x', version: 3, createdAt: 'x' }, [
      '/id',
      '/version',
      '/createdAt',
    ]),
    refused('a wrong type', { name: 7 }, ['/name']),
    refused('null where nothing can be cleared', { name: null }, ['/name']),
    refused('a wrong type inside', { ...named, links: [{ rel: 'x', url: 'https://a.example' }, 7] }, [
      '/links/1',
    ]),
    refused('an unknown field inside', { ...named, links: [{ rel: 'x', url: 'https://a.example', x: 1 }] }, [
      '/links/0/x',
    ]),
    refused('no object', [], ['']),
    refused('null', null, ['']),
    refused('text', 'Ada', ['']),
    refused('a number', 3, ['']),
    refused(
      'many things at once',
      { name: ' ', email: 'x', website: 'x', slug: 'A', active: 'yes', extra: 1, source: { system: 'wp' } },
      ['/name', '/email', '/website', '/slug', '/active', '/extra', '/source/id'],
    ),
    refused('names of what every object has', { ...named, constructor: 1, toString: 2, hasOwnProperty: 3 }, [
      '/constructor',
      '/toString',
      '/hasOwnProperty',
    ]),
    refused('text too long by one code point', { name: '👍'.repeat(201) }, ['/name']),
    refused('too many items', { ...named, links: Array(21).fill({ rel: 'x', url: 'https://a.example' }) }, [
      '/links',
    ]),
    {
      name: 'text as long as it may be',
      as: 'editor',
      request: POST,
      body: { name: '👍'.repeat(200) },
      status: 201,
      events: ['author.created'],
    },
  ]);
});

test('what JSON can say and no database can keep is refused, in values and in keys', async (t) => {
  const site = await testSite(t);
  const refused = (name: string, raw: string | Buffer, faults: string[]): Scenario => ({
    name,
    as: 'editor',
    request: POST,
    raw,
    status: 400,
    code: 'validation_failed',
    faults,
  });
  await play(t, site, [
    refused('U+0000', '{"name":"a\\u0000b"}', ['/name']),
    refused('a lone high surrogate', '{"name":"\\ud83d"}', ['/name']),
    refused('a lone low surrogate', '{"name":"\\udc4d!"}', ['/name']),
    refused('inside', '{"name":"Ada","links":[{"rel":"\\u0000","url":"https://a.example"}]}', [
      '/links/0/rel',
    ]),
    refused('U+0000 in a key', '{"name":"Ada","a\\u0000":1}', ['']),
    refused('a lone surrogate in a key', '{"name":"Ada","source":{"system":"a","id":"b","\\ud800":1}}', [
      '/source',
    ]),
    refused('__proto__', '{"name":"Ada","__proto__":{"active":false}}', ['']),
    refused('__proto__ inside', '{"name":"Ada","source":{"system":"a","id":"b","__proto__":{}}}', [
      '/source',
    ]),
    refused('beside another fault', '{"name":"\\u0000","email":"x"}', ['/name', '/email']),
  ]);
  t.equal(Object.hasOwn(Object.prototype, 'active'), false);
});

test('a body that cannot be read is refused before it is looked into', async (t) => {
  const site = await testSite(t);
  const refused = (name: string, raw: string | Buffer): Scenario => ({
    name,
    as: 'editor',
    request: POST,
    raw,
    status: 400,
    code: 'body_malformed',
    faults: [],
  });
  await play(t, site, [
    {
      name: 'empty: nothing of what is required',
      as: 'editor',
      request: POST,
      raw: '',
      status: 400,
      code: 'validation_failed',
      faults: ['/name'],
    },
    {
      name: 'an empty change, which is a mistake',
      as: 'editor',
      request: 'PATCH /v1/manage/settings/site',
      raw: '',
      status: 400,
      code: 'body_malformed',
    },
    refused('blank', ' \n'),
    refused('broken', '{"name":"Ada"'),
    refused('broken in the middle', '{"name":Ada}'),
    refused('two values', '{"name":"Ada"}{}'),
    refused('a comma too many', '{"name":"Ada",}'),
    refused('a comment', '{"name":"Ada"/* */}'),
    refused('single quotes', "{'name':'Ada'}"),
    refused('a form', 'name=Ada'),
    refused('no UTF-8', Buffer.from([0x7b, 0x22, 0x6e, 0xff, 0x22, 0x3a, 0x31, 0x7d])),
    refused('an overlong encoding', Buffer.from([0x22, 0xc0, 0xaf, 0x22])),
    refused('UTF-16', Buffer.from('{"name":"Ada"}', 'utf16le')),
    refused('33 deep', nested(33)),
    refused('very deep', '['.repeat(60_000)),
    {
      ...refused('32 deep', nested(32)),
      code: 'validation_failed',
      faults: ['/name'],
    },
    {
      ...refused('brackets in text are no depth', `{"nam":"${'['.repeat(50)}\\"{"}`),
      code: 'validation_failed',
      faults: ['/nam', '/name'],
    },
  ]);
});

test('of a repeated key the last one wins, and text is kept in NFC', async (t) => {
  const site = await testSite(t);
  const [twice, accents] = await play(t, site, [
    {
      name: 'twice',
      as: 'editor',
      request: POST,
      raw: '{"name":7,"name":"Ada"}',
      status: 201,
      events: ['author.created'],
    },
    {
      name: 'NFC',
      as: 'editor',
      request: POST,
      raw: '\ufeff{"na\\u006de":"Jo\\u0308rg","bio":"e\\u0301"}',
      status: 201,
      events: ['author.created'],
    },
  ]);
  t.equal(twice?.body.name, 'Ada');
  t.match(accents?.body, { name: 'J\u00f6rg', bio: '\u00e9', slug: 'joerg' });
});

test('only JSON in UTF-8 without encoding is taken', async (t) => {
  const site = await testSite(t);
  const typed = (type: string, status: number, more: Record<string, string> = {}): Scenario => ({
    name: type === '' ? 'no type' : `${type} ${JSON.stringify(more)}`,
    as: 'editor',
    request: POST,
    raw: '{"name":"Ada"}',
    headers: { 'content-type': type, ...more },
    status,
    ...(status === 415 ? { code: 'media_type_unsupported' } : { events: ['author.created'] }),
  });
  await play(t, site, [
    typed('application/json', 201),
    typed('application/json; charset=utf-8', 201),
    typed('APPLICATION/JSON;charset="UTF-8"', 201),
    typed('application/json', 201, { 'content-encoding': 'identity' }),
    typed('application/json; charset=latin1', 415),
    typed('application/json; charset=utf-16', 415),
    typed('application/json', 415, { 'content-encoding': 'gzip' }),
    typed('application/json', 415, { 'content-encoding': 'identity, br' }),
    typed('application/merge-patch+json', 415),
    typed('application/vnd.api+json', 415),
    typed('text/plain', 415),
    typed('text/json', 415),
    typed('application/x-www-form-urlencoded', 415),
    typed('multipart/form-data; boundary=x', 415),
    typed('nonsense', 415),
    typed('', 415),
  ]);
});

test('a body beyond the limit of its address is refused, however well formed', async (t) => {
  const site = await testSite(t);
  const raw = JSON.stringify({ name: 'Ada', bio: 'x'.repeat(70_000) });
  await play(t, site, [
    {
      name: 'too large',
      as: 'editor',
      request: POST,
      raw,
      status: 413,
      code: 'body_too_large',
      has: { detail: /than the 64 KB that/ },
    },
    { name: 'too large, and nobody', request: POST, raw, status: 401, code: 'unauthorized' },
  ]);
});

test('a parameter is known, given once, not empty, and percent-encoded UTF-8', async (t) => {
  const site = await testSite(t);
  const refused = (query: string, faults: string[]): Scenario => ({
    name: query,
    as: 'editor',
    request: `${GET}?${query}`,
    status: 400,
    code: 'validation_failed',
    faults,
  });
  const taken = (query: string): Scenario => ({
    name: query,
    as: 'editor',
    request: `${GET}?${query}`,
    status: 200,
  });
  await play(t, site, [
    refused('utm_source=x', ['utm_source']),
    refused('limit=1&limit=2', ['limit']),
    refused('limit=', ['limit']),
    refused('limit', ['limit']),
    refused('limit=0', ['limit']),
    refused('limit=101', ['limit']),
    refused('active=1', ['active']),
    refused('slug=%ff', ['slug']),
    refused('slug=%', ['slug']),
    refused('slug=%00', ['slug']),
    refused('%ff=1', ['*']),
    refused('=1', ['*']),
    refused('__proto__=1', ['__proto__']),
    refused('constructor=1&toString=1', ['constructor', 'toString']),
    refused('limit[]=1', ['*']),
    refused(`slug=${'a,'.repeat(10)}a`, ['slug']),
    refused('limit=x&active=y&extra=z&total=&slug=a&slug=b', ['limit', 'active', 'extra', 'total', 'slug']),
    refused(Array.from({ length: 51 }, (_, index) => `p${index}=1`).join('&'), ['*']),
    taken('limit=1&&'),
    taken(''),
    taken('slug=a%2Cb'),
    taken('l%69mit=5'),
  ]);
});

test('a part of the path is held to its form like a parameter', async (t) => {
  const site = await testSite(t);
  await play(t, site, [
    {
      name: 'no id',
      as: 'editor',
      request: 'GET /v1/manage/authors/nobody',
      status: 400,
      code: 'validation_failed',
      faults: ['id'],
    },
    {
      name: 'a bad id and a bad body',
      as: 'editor',
      request: 'PATCH /v1/manage/authors/nobody',
      headers: { 'if-match': '*' },
      body: { x: 1 },
      status: 400,
      faults: ['id', '/x'],
    },
    {
      name: 'bad percent-encoding',
      as: 'editor',
      request: 'GET /v1/manage/authors/%ff',
      status: 400,
      code: 'request_malformed',
    },
    {
      name: 'longer than any id or slug',
      request: `GET /v1/authors/${'x'.repeat(201)}`,
      status: 414,
      code: 'uri_too_long',
    },
    { name: 'U+0000', request: 'GET /v1/authors/%00', status: 400, code: 'request_malformed' },
  ]);
});

test('where no body is expected, one with anything in it is refused', async (t) => {
  const site = await testSite(t);
  const { body: author } = await site.ask('POST', '/v1/manage/authors', {
    as: 'editor',
    body: { name: 'Ada' },
  });
  const request = `DELETE /v1/manage/authors/${author.id}`;
  await play(t, site, [
    {
      name: 'with a body',
      as: 'editor',
      request,
      headers: { 'if-match': '"1"' },
      body: { force: true },
      status: 400,
      faults: ['/force'],
    },
    {
      name: 'with an empty object',
      as: 'editor',
      request,
      headers: { 'if-match': '"1"' },
      body: {},
      status: 204,
      events: ['author.deleted'],
    },
  ]);
});

test('an address that is too long is refused whatever it names', async (t) => {
  const site = await testSite(t);
  const long = `?q=${'x'.repeat(8_000)}`;
  await play(t, site, [
    { name: 'a list', request: `GET /v1/authors${long}`, status: 414, code: 'uri_too_long' },
    { name: 'nothing', request: `GET /nothing${long}`, status: 414, code: 'uri_too_long' },
    { name: 'managing', request: `GET /v1/manage/authors${long}`, status: 414, code: 'uri_too_long' },
  ]);
});

test('of very many faults a hundred are named, and no name that could be an e-mail or a key', async (t) => {
  const site = await testSite(t);
  const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`k${index}`, 1]));
  const answer = await site.ask('POST', '/v1/manage/authors', { as: 'editor', body: many });
  t.equal(answer.body.errors.length, 100);
  t.match(answer.body.detail, / and \d+ more\.$/);
  t.ok(answer.text.length < 20_000);

  const secret = 'ada@news.example';
  await play(t, site, [
    {
      name: 'a key of the body',
      as: 'editor',
      request: POST,
      body: { [secret]: 1 },
      status: 400,
      faults: ['/*', '/name'],
      lacks: [secret],
    },
    {
      name: 'a parameter',
      as: 'editor',
      request: `${GET}?${secret}=1`,
      status: 400,
      faults: ['*'],
      lacks: [secret],
    },
    {
      name: 'a value',
      as: 'editor',
      request: POST,
      body: { name: 'A', email: `${secret}@` },
      status: 400,
      faults: ['/email'],
      lacks: [secret],
    },
    {
      name: 'a path',
      as: 'editor',
      request: `GET /v1/manage/authors/${secret}`,
      status: 400,
      lacks: [secret],
    },
    { name: 'an unknown path', request: `GET /v1/nothing/${secret}`, status: 404, lacks: [secret] },
  ]);
});
