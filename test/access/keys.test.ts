// Keys over HTTP: made, listed, changed, rotated, revoked; and never the last one that can make another.
import { test } from 'tap';
import { isLastingAdmin, requireAnAdmin } from '../../src/access/rules.ts';
import { ROLES } from '../../src/db/schema/columns.ts';
import { play } from '../scenario.ts';
import { type TestSite, testSite } from '../site.ts';

const KEYS = '/v1/manage/keys';
const ME = '/v1/manage/me';
const later = '2026-06-01T00:00:00.000Z';

const make = async (site: TestSite, body: object = {}) =>
  (await site.ask('POST', KEYS, { as: 'admin', body: { name: 'Night desk', role: 'editor', ...body } })).body;

test('a new key is shown once, with all that is known of it', async (t) => {
  const site = await testSite(t);
  const [made] = await play(t, site, [
    {
      name: 'made',
      as: 'admin',
      request: `POST ${KEYS}`,
      body: { name: 'Night desk', role: 'editor', expiresAt: '2026-06-01T02:00:00+02:00' },
      status: 201,
      sends: { location: /^\/v1\/manage\/keys\/[\da-f-]{36}$/, etag: '"1"' },
      has: {
        name: 'Night desk',
        role: 'editor',
        authorId: null,
        expiresAt: later,
        revokedAt: null,
        lastUsedAt: null,
        version: 1,
      },
      events: ['key.created'],
    },
  ]);
  const { secret, ...rest } = made?.body ?? {};
  t.equal(made?.headers.location, `${KEYS}/${rest.id}`);
  t.ok(secret.startsWith(rest.hint));
  await play(t, site, [
    {
      name: 'read',
      as: 'admin',
      request: `GET ${KEYS}/${rest.id}`,
      status: 200,
      has: rest,
      lacks: [secret],
      sends: { etag: '"1"' },
    },
    { name: 'listed', as: 'admin', request: `GET ${KEYS}`, status: 200, lacks: [secret] },
    { name: 'used', as: secret, request: `GET ${ME}`, status: 200, has: { id: rest.id, role: 'editor' } },
  ]);
  const stored = JSON.stringify(
    await site.database.read.select().from(site.database.read.tables.apiKeySecrets),
  );
  t.notOk(stored.includes(secret), 'the database does not know it');
});

test('a key is made as described, or not at all', async (t) => {
  const site = await testSite(t);
  const nobody = '01890a5d-ac96-774b-bcce-b302099a8057';
  const request = { as: 'admin', request: `POST ${KEYS}` };
  await play(t, site, [
    { ...request, name: 'nothing', body: {}, status: 400, faults: ['/name', '/role'] },
    {
      ...request,
      name: 'all wrong',
      body: { name: ' ', role: 'root', authorId: 'x', expiresAt: 'soon', secret: 'mine' },
      status: 400,
      faults: ['/name', '/role', '/authorId', '/expiresAt', '/secret'],
    },
    {
      ...request,
      name: 'one that has expired already',
      body: { name: 'x', role: 'reporter', expiresAt: '2026-03-01T06:30:00Z' },
      status: 422,
      code: 'instant_past',
      faults: ['/expiresAt'],
    },
    {
      ...request,
      name: 'an author that is not',
      body: { name: 'x', role: 'reporter', authorId: nobody },
      status: 422,
      code: 'reference_unknown',
      faults: ['/authorId'],
    },
    {
      name: 'a change to an author that is not',
      as: 'admin',
      request: `PATCH ${KEYS}/${site.keyIds.editor}`,
      body: { authorId: nobody },
      status: 422,
      code: 'reference_unknown',
      faults: ['/authorId'],
    },
    { name: 'unknown', as: 'admin', request: `GET ${KEYS}/${nobody}`, status: 404 },
    { name: 'unknown to change', as: 'admin', request: `PATCH ${KEYS}/${nobody}`, body: {}, status: 404 },
    { name: 'unknown to revoke', as: 'admin', request: `DELETE ${KEYS}/${nobody}`, status: 404 },
    {
      name: 'unknown to rotate',
      as: 'admin',
      request: `POST ${KEYS}/${nobody}/rotate`,
      body: {},
      status: 404,
    },
  ]);
});

test('a key can be tied to an author, who then cannot be deleted', async (t) => {
  const site = await testSite(t);
  const { body: author } = await site.ask('POST', '/v1/manage/authors', {
    as: 'editor',
    body: { name: 'Ada' },
  });
  const key = await make(site, { authorId: author.id.toUpperCase() });
  t.equal(key.authorId, author.id);
  t.equal((await site.ask('GET', ME, { as: key.secret })).body.authorId, author.id);
  const erase = {
    as: 'editor',
    request: `DELETE /v1/manage/authors/${author.id}`,
    headers: { 'if-match': '*' },
  };
  await play(t, site, [
    { ...erase, name: 'tied', status: 409, code: 'author_in_use', has: { detail: /key/ } },
    {
      name: 'untied',
      as: 'admin',
      request: `PATCH ${KEYS}/${key.id}`,
      body: { authorId: null },
      status: 200,
      has: { authorId: null },
      events: ['key.updated'],
    },
    { ...erase, name: 'free', status: 204, events: ['author.deleted'] },
  ]);
});

test('a change names what changes; null clears, and what is absent stays', async (t) => {
  const site = await testSite(t);
  const { id } = await make(site, { expiresAt: later });
  const change = { as: 'admin', request: `PATCH ${KEYS}/${id}`, status: 200, events: ['key.updated'] };
  await play(t, site, [
    {
      ...change,
      name: 'a name',
      body: { name: 'Day desk' },
      has: { name: 'Day desk', role: 'editor', expiresAt: later, version: 2 },
      sends: { etag: '"2"' },
    },
    {
      ...change,
      name: 'an end that has passed',
      body: { expiresAt: '2026-03-01T06:30:00Z' },
      status: 422,
      code: 'instant_past',
      faults: ['/expiresAt'],
      events: [],
    },
    {
      ...change,
      name: 'an end cleared',
      body: { expiresAt: null },
      has: { name: 'Day desk', expiresAt: null, version: 3 },
    },
    { ...change, name: 'a role', body: { role: 'moderator' }, has: { role: 'moderator', version: 4 } },
  ]);
});

test('a key rotated opens with its new secret, and with the old one as long as was asked', async (t) => {
  const site = await testSite(t);
  const first = await make(site);
  const rotate = async (body: object) => {
    const answer = await site.ask('POST', `${KEYS}/${first.id}/rotate`, { as: 'admin', body });
    t.equal(answer.status, 201);
    t.equal(answer.headers.location, `${KEYS}/${first.id}`);
    return answer.body;
  };
  const opens = async (secret: string) => (await site.ask('GET', ME, { as: secret })).status === 200;
  await site.newEvents();
  const second = await rotate({ overlapSeconds: 60 });
  t.strictSame(await site.newEvents(), ['key.rotated']);
  t.match(second, { id: first.id, version: 2 });
  t.not(second.hint, first.hint);
  site.clock.now += 59_999;
  t.ok(await opens(first.secret));
  t.ok(await opens(second.secret));

  const third = await rotate({ overlapSeconds: 3_600 });
  site.clock.now += 1;
  t.notOk(await opens(first.secret), 'a later rotation does not lengthen what was to end');
  t.ok(await opens(second.secret));
  const fourth = await rotate({});
  t.notOk(await opens(second.secret), 'nothing said is no overlap, also for those before');
  t.notOk(await opens(third.secret));
  t.ok(await opens(fourth.secret));
  t.equal((await site.ask('GET', `${KEYS}/${first.id}`, { as: 'admin' })).body.hint, fourth.hint);

  for (const overlapSeconds of [-1, 604_801, 1.5, '60']) {
    t.equal(
      (await site.ask('POST', `${KEYS}/${first.id}/rotate`, { as: 'admin', body: { overlapSeconds } }))
        .status,
      400,
    );
  }
});

test('a key revoked opens nothing from the next request on, for good', async (t) => {
  const site = await testSite(t);
  const { id, secret } = await make(site);
  await play(t, site, [
    { name: 'before', as: secret, request: `GET ${ME}`, status: 200 },
    {
      name: 'stale',
      as: 'admin',
      request: `DELETE ${KEYS}/${id}`,
      headers: { 'if-match': '"7"' },
      status: 412,
    },
    {
      name: 'revoked',
      as: 'admin',
      request: `DELETE ${KEYS}/${id}`,
      headers: { 'if-match': '"1"' },
      status: 204,
      events: ['key.revoked'],
    },
    { name: 'after', as: secret, request: `GET ${ME}`, status: 401 },
    {
      name: 'still known',
      as: 'admin',
      request: `GET ${KEYS}/${id}`,
      status: 200,
      has: { revokedAt: '2026-03-01T06:30:00.000Z', version: 2 },
    },
    { name: 'again', as: 'admin', request: `DELETE ${KEYS}/${id}`, status: 204 },
    { name: 'rotated', as: 'admin', request: `POST ${KEYS}/${id}/rotate`, body: {}, status: 404 },
    {
      name: 'changed',
      as: 'admin',
      request: `PATCH ${KEYS}/${id}`,
      body: { name: 'x' },
      status: 200,
      events: ['key.updated'],
    },
    { name: 'and opens nothing', as: secret, request: `GET ${ME}`, status: 401 },
  ]);
});

test('the last admin key without an end cannot be revoked, demoted or given an end', async (t) => {
  const site = await testSite(t);
  const refused = { as: 'admin', status: 409, code: 'last_admin_key' };
  const own = `${KEYS}/${site.keyIds.admin}`;
  await make(site, { role: 'admin', expiresAt: later });
  await play(t, site, [
    { ...refused, name: 'revoked', request: `DELETE ${own}` },
    { ...refused, name: 'demoted', request: `PATCH ${own}`, body: { role: 'editor' } },
    { ...refused, name: 'given an end', request: `PATCH ${own}`, body: { expiresAt: later } },
    {
      name: 'renamed',
      as: 'admin',
      request: `PATCH ${own}`,
      body: { name: 'Me', role: 'admin', expiresAt: null },
      status: 200,
      events: ['key.updated'],
    },
  ]);
  const second = await make(site, { role: 'admin' });
  await play(t, site, [
    {
      name: 'with a second one',
      as: second.secret,
      request: `DELETE ${own}`,
      status: 204,
      events: ['key.revoked'],
    },
    { ...refused, name: 'which is now the last', as: second.secret, request: `DELETE ${KEYS}/${second.id}` },
  ]);
});

test('two admins cannot take each other’s key at once', async (t) => {
  const site = await testSite(t);
  const second = await make(site, { role: 'admin' });
  const answers = await Promise.all([
    site.ask('DELETE', `${KEYS}/${second.id}`, { as: 'admin' }),
    site.ask('DELETE', `${KEYS}/${site.keyIds.admin}`, { as: second.secret }),
  ]);
  // The slower one finds itself the last admin, or where the faster one was done before it was asked who it is, nobody.
  const [done, refused = 0] = answers.map(({ status }) => status).sort();
  t.equal(done, 204);
  t.ok([401, 409].includes(refused), `${refused}`);
});

test('what makes an admin lasting, and when one must stay', async (t) => {
  const lasting = { role: 'admin', revokedAt: null, expiresAt: null } as const;
  t.ok(isLastingAdmin(lasting));
  for (const other of [
    { ...lasting, revokedAt: 1 },
    { ...lasting, expiresAt: 1 },
  ]) {
    t.notOk(isLastingAdmin(other));
    t.throws(() => requireAnAdmin(lasting, other, 1), { code: 'last_admin_key' });
    t.doesNotThrow(() => requireAnAdmin(lasting, other, 2));
    t.doesNotThrow(() => requireAnAdmin(other, other, 0));
  }
  for (const role of ROLES) t.equal(isLastingAdmin({ ...lasting, role }), role === 'admin');
});

test('keys are listed in the order they were made, revoked ones too, page by page', async (t) => {
  const site = await testSite(t);
  const walk = async (query: string) => {
    const names: string[] = [];
    let url: string | undefined = `${KEYS}?${query}`;
    while (url !== undefined) {
      const { body, headers } = await site.ask('GET', url, { as: 'admin' });
      names.push(...body.items.map(({ name }: { name: string }) => name));
      const link = /^<https:\/\/cms\.example(.+)>; rel="next"$/.exec(headers.link ?? '')?.[1];
      t.equal(link === undefined, body.nextCursor === null);
      url = link;
    }
    return names;
  };
  await site.ask('DELETE', `${KEYS}/${site.keyIds.reporter}`, { as: 'admin' });
  const all = ROLES.map((role) => `The ${role}`);
  t.strictSame(await walk('limit=4'), all);
  t.strictSame(await walk('limit=1&total=true'), all);
  t.match((await site.ask('GET', `${KEYS}?limit=1&total=true`, { as: 'admin' })).body, { total: 6 });
});
