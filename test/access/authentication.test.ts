// Who gets in. Every bad key gets one and the same answer.
import { test } from 'tap';
import { accessRoutes } from '../../src/access/routes.ts';
import { newToken } from '../../src/access/token.ts';
import { createCursors } from '../../src/core/page.ts';
import { seedArticle } from '../comments/seed.ts';
import { play } from '../scenario.ts';
import { testSite } from '../site.ts';

const ME = '/v1/manage/me';
const MINUTE_MS = 60_000;

/** A character of the key exchanged for another. */
const mistyped = (key: string): string => key.slice(0, 10) + (key[10] === 'a' ? 'b' : 'a') + key.slice(11);

test('every bad key gets the same bytes, whatever is wrong with it and wherever it is sent', async (t) => {
  const site = await testSite(t);
  const make = async (body: object) =>
    (await site.ask('POST', '/v1/manage/keys', { as: 'admin', body: { name: 'x', role: 'admin', ...body } }))
      .body;
  const revoked = await make({});
  await site.ask('DELETE', `/v1/manage/keys/${revoked.id}`, { as: 'admin' });
  const expired = await make({ expiresAt: '2026-03-01T07:30:01+01:00' });
  site.clock.now += 1_000;
  const rotated = await make({});
  await site.ask('POST', `/v1/manage/keys/${rotated.id}/rotate`, { as: 'admin', body: {} });
  const good = site.keys.admin;

  const bad: Record<string, { headers?: Record<string, string>; query?: string }> = {
    'no key': {},
    'a malformed key': { headers: { authorization: 'Bearer nonsense' } },
    'a wrong checksum': { headers: { authorization: `Bearer ${mistyped(good)}` } },
    'an unknown key': { headers: { authorization: `Bearer ${newToken()}` } },
    'a revoked key': { headers: { authorization: `Bearer ${revoked.secret}` } },
    'an expired key': { headers: { authorization: `Bearer ${expired.secret}` } },
    'a key that was rotated': { headers: { authorization: `Bearer ${rotated.secret}` } },
    'no scheme': { headers: { authorization: good } },
    'another scheme': { headers: { authorization: `Basic ${Buffer.from(`${good}:`).toString('base64')}` } },
    'two keys': { headers: { authorization: `Bearer ${good} ${good}` } },
    'a list': { headers: { authorization: `Bearer ${good}, Bearer ${good}` } },
    'an empty header': { headers: { authorization: '' } },
    'a key in the query': { query: `?key=${good}` },
    'a token in the query': { query: `?access_token=${good}` },
    'a key in another header': { headers: { 'x-api-key': good } },
    'a key in a cookie': { headers: { cookie: `key=${good}` } },
  };
  const asked = Object.entries(bad);
  const answers = [];
  for (const [name, { headers = {}, query = '' }] of asked) {
    const answer = await site.ask('GET', `${ME}${query}`, {
      headers: { 'x-request-id': 'same', ...headers },
    });
    t.equal(answer.status, 401, name);
    t.equal(answer.headers['www-authenticate'], 'Bearer', name);
    const { date, ...rest } = answer.headers;
    answers.push(JSON.stringify([rest, answer.text]));
  }
  t.equal(new Set(answers).size, 1);

  // So many bad keys from one address are as many as a minute takes.
  site.clock.now += MINUTE_MS;
  const { authorization } = bad['an unknown key']?.headers ?? {};
  const posted = asked.filter(([, { headers }]) => headers?.authorization);
  const bodies = new Set<string>();
  for (const [name, { headers = {} }] of posted) {
    const answer = await site.ask('POST', '/v1/articles/any/comments', {
      headers: { 'x-request-id': 'same', ...headers },
      body: {},
    });
    t.equal(answer.status, 401, `${name}, where no key is needed`);
    bodies.add(answer.text);
  }
  t.equal(bodies.size, 1);
  t.equal(
    (await site.ask('GET', '/v1/authors', { headers: { authorization: authorization ?? '' } })).status,
    200,
    'a reader’s GET ignores keys',
  );
});

test('the scheme may be written in any case, with blanks between', async (t) => {
  const site = await testSite(t);
  for (const scheme of ['Bearer ', 'bearer ', 'BEARER   ']) {
    t.equal(
      (await site.ask('GET', ME, { headers: { authorization: scheme + site.keys.editor } })).status,
      200,
      scheme,
    );
  }
});

test('a key that comes to its end opens nothing from that instant on', async (t) => {
  const site = await testSite(t);
  const expiresAt = new Date(site.clock.now + 5_000).toISOString();
  const { body } = await site.ask('POST', '/v1/manage/keys', {
    as: 'admin',
    body: { name: 'x', role: 'editor', expiresAt },
  });
  site.clock.now += 4_999;
  t.equal((await site.ask('GET', ME, { as: body.secret })).status, 200);
  site.clock.now += 1;
  t.equal((await site.ask('GET', ME, { as: body.secret })).status, 401);
});

test('a key that may not ask is told so, and its role', async (t) => {
  const site = await testSite(t);
  await play(t, site, [
    {
      name: 'forbidden',
      as: 'editor',
      request: 'GET /v1/manage/keys',
      status: 403,
      code: 'forbidden',
      has: { detail: /editor/ },
    },
    { name: 'allowed', as: 'admin', request: 'GET /v1/manage/keys', status: 200 },
  ]);
});

test('who am I, and what may I do', async (t) => {
  const site = await testSite(t);
  for (const [role, may] of [
    ['site', ['readOneself']],
    [
      'moderator',
      ['readOneself', 'readArticles', 'readAuthors', 'readTaxonomy', 'readLists', 'moderateComments'],
    ],
  ] as const) {
    const { body } = await site.ask('GET', ME, { as: role });
    t.match(body, { id: site.keyIds[role], name: `The ${role}`, role, authorId: null });
    t.same(body.may.slice().sort(), may.slice().sort());
  }
  const { body } = await site.ask('GET', ME, { as: 'admin' });
  t.ok(['manageKeys', 'readAudit', 'manageSite'].every((permission) => body.may.includes(permission)));
});

test('nobody is told who the operator is, who has no key', async (t) => {
  const site = await testSite(t);
  const readMe = accessRoutes({ cursors: createCursors('x') }).find(({ id }) => id === 'readMe');
  await t.rejects(
    readMe?.run(site.ctx, { params: {}, query: {}, body: {}, ifMatch: undefined }) ?? Promise.resolve(),
    {
      message: 'a route for keys reached without one',
    },
  );
});

test('when a key was last used is kept to the minute, and costs no other write', async (t) => {
  const site = await testSite(t);
  const lastUsed = async () =>
    (await site.ask('GET', `/v1/manage/keys/${site.keyIds.editor}`, { as: 'admin' })).body.lastUsedAt;
  t.equal(await lastUsed(), null);
  const first = new Date(site.clock.now).toISOString();
  await site.ask('GET', ME, { as: 'editor' });
  t.equal(await lastUsed(), first);
  site.clock.now += MINUTE_MS - 1;
  await site.ask('GET', ME, { as: 'editor' });
  t.equal(await lastUsed(), first);
  site.clock.now += 1;
  await site.ask('GET', ME, { as: 'editor' });
  t.equal(await lastUsed(), new Date(site.clock.now).toISOString());
  t.equal((await site.ask('GET', `/v1/manage/keys/${site.keyIds.editor}`, { as: 'admin' })).body.version, 1);
});

test('where the use of a key cannot be noted, reading goes on', async (t) => {
  const site = await testSite(t);
  const { write } = site.database;
  Object.assign(site.database, {
    write: () => Promise.reject(Object.assign(new Error('full'), { code: 'SQLITE_FULL' })),
  });
  t.teardown(() => Object.assign(site.database, { write }));
  t.equal((await site.ask('GET', ME, { as: 'editor' })).status, 200);
  t.ok(site.log.some((line) => line.includes('the use of a key could not be noted')));
});

test('a key speaks for the reader whose address it sends along; without one nobody chooses an address', async (t) => {
  const direct = await testSite(t);
  const behind = await testSite(t, { TRUST_PROXY: '203.0.113.0/24' });
  const HOPS = '192.0.2.99, 198.51.100.20';
  const networkOf = async (as: 'site' | 'editor' | undefined, site = direct, forwarded = HOPS) => {
    site.clock.now += MINUTE_MS;
    const article = await seedArticle(site, `bridge-${as}`);
    const answer = await site.ask('POST', `/v1/articles/${article}/comments`, {
      as,
      address: '203.0.113.7',
      headers: { 'x-forwarded-for': forwarded },
      body: { authorName: 'Maria', authorEmail: `${as}@reader.example`, body: `by ${as}` },
    });
    t.ok([201, 202].includes(answer.status));
    const { commentPrivate } = site.database.read.tables;
    const rows = await site.database.read.select().from(commentPrivate);
    return rows.find(({ email }) => email === `${as}@reader.example`)?.addressPrefix;
  };
  t.equal(await networkOf('site'), '198.51.100.0/24');
  t.equal(await networkOf('editor'), '198.51.100.0/24');
  t.equal(await networkOf(undefined), '203.0.113.0/24');
  t.equal(await networkOf(undefined, behind), '198.51.100.0/24', 'a proxy of TRUST_PROXY is believed');
  t.equal(await networkOf('site', behind), '192.0.2.0/24', 'and so is the site behind it');
  t.equal(await networkOf('editor', behind, `${HOPS}:4711`), '192.0.2.0/24', 'also where its port is named');
});
