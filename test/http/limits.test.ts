// Requests that are counted in memory: of a key, whatever its secret, and of an address, whatever it claims to be.
import { test } from 'tap';
import { endpointsOf } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { limitOf } from '../../src/http/limits.ts';
import { play } from '../scenario.ts';
import { type Asked, type TestSite, testSite } from '../site.ts';

const ME = '/v1/manage/me';
const SEARCH = '/v1/search?q=harbour';

/** Asks until that is refused, at most 601 times; how often it was not. */
const served = async (site: TestSite, url: string, asked: Asked = {}, most = 601): Promise<number> => {
  for (let n = 0; n < most; n++) if ((await site.ask('GET', url, asked)).status === 429) return n;
  return most;
};

test('a key asks 600 times a minute, whatever it asks and may, and other keys as often', async (t) => {
  const site = await testSite(t);
  await play(t, site, [
    {
      name: 'the first',
      as: 'editor',
      request: `GET ${ME}`,
      status: 200,
      sends: { ratelimit: '"key";r=599;t=60', 'ratelimit-policy': '"key";q=600;w=60' },
    },
    {
      name: 'what it may not do',
      as: 'editor',
      request: 'GET /v1/manage/keys',
      status: 403,
      sends: { ratelimit: '"key";r=598;t=60' },
    },
    {
      name: 'what is not there',
      as: 'editor',
      request: 'GET /v1/manage/articles/01890a5d-ac96-774b-bcce-b302099a8057',
      status: 404,
      sends: { ratelimit: '"key";r=597;t=60' },
    },
  ]);
  site.clock.now += 20_000;
  t.equal(await served(site, ME, { as: 'editor' }), 597);
  const refused = { as: 'editor', status: 429, code: 'rate_limited' };
  await play(t, site, [
    {
      ...refused,
      name: 'one too many',
      request: `GET ${ME}`,
      sends: { 'retry-after': '40', ratelimit: '"key";r=0;t=40', 'ratelimit-policy': '"key";q=600;w=60' },
    },
    { ...refused, name: 'from elsewhere', request: `GET ${ME}`, address: '198.51.100.9' },
    { ...refused, name: 'a write', request: 'POST /v1/manage/authors', body: { name: 'Ada' } },
    { ...refused, name: 'a head', request: `HEAD ${ME}`, code: undefined as never },
    { name: 'another key', as: 'admin', request: `GET ${ME}`, status: 200 },
  ]);
  const rotated = await site.ask('POST', `/v1/manage/keys/${site.keyIds.editor}/rotate`, {
    as: 'admin',
    body: {},
  });
  t.equal(
    (await site.ask('GET', ME, { as: rotated.body.secret })).status,
    429,
    'a new secret is the same key',
  );
  site.clock.now += 40_000;
  t.equal(
    await served(site, ME, { as: rotated.body.secret }),
    3,
    'those that are a minute old count no more',
  );
});

test('an address searches 120 times a minute, whatever it claims to be', async (t) => {
  const site = await testSite(t);
  const other = (n: number) => `/v1/search?q=harbour${n}`;
  await play(t, site, [
    {
      name: 'the first',
      request: `GET ${SEARCH}`,
      status: 200,
      sends: { ratelimit: '"search";r=119;t=60', 'ratelimit-policy': '"search";q=120;w=60' },
    },
    { name: 'a faulty one', request: 'GET /v1/search', status: 400, sends: { ratelimit: /r=118/ } },
  ]);
  const claimed = (n: number) => ({
    headers: {
      'x-forwarded-for': `192.0.2.${n}`,
      'x-real-ip': `192.0.2.${n}`,
      forwarded: `for=192.0.2.${n}`,
      authorization: `Bearer ${n % 2 === 0 ? site.keys.site : 'none'}`,
    },
  });
  let asked = 0;
  while ((await site.ask('GET', other(asked), claimed(asked))).status === 200) asked++;
  t.equal(asked, 118);
  t.match(await site.ask('GET', other(0), { address: '203.0.113.8' }), { status: 200 }, 'another address');

  const kept = await site.ask('GET', SEARCH);
  t.equal(kept.status, 200, 'an answer that is kept counts against no limit');
  t.same(
    [kept.headers.ratelimit, kept.headers['ratelimit-policy']],
    [undefined, undefined],
    'and tells of none',
  );
  t.equal((await site.ask('GET', '/v1/articles')).status, 200, 'other reads are not limited');
});

test('of IPv6 a whole /64 is one address, and what is no address is one too', async (t) => {
  const site = await testSite(t);
  let n = 0;
  const from = (address: string) => site.ask('GET', `/v1/search?q=a${n++}`, { address });
  for (; n < 120; ) await from(`2001:db8:1:1::${n + 1}`);
  t.equal((await from('2001:db8:1:1:ffff::1')).status, 429);
  t.equal((await from('2001:db8:1:2::1')).status, 200);
  t.match(await from('unknown'), { status: 200, headers: { ratelimit: /r=119/ } });
  t.match(await from('_hidden'), { status: 200, headers: { ratelimit: /r=118/ } });
});

test('behind a proxy of TRUST_PROXY each reader has a limit, and no reader another’s', async (t) => {
  const site = await testSite(t, { TRUST_PROXY: '203.0.113.0/24' });
  let n = 0;
  const from = (forwarded: string) =>
    site.ask('GET', `/v1/search?q=a${n++}`, { headers: { 'x-forwarded-for': forwarded } });
  for (; n < 120; ) await from(`192.0.2.${n}, 198.51.100.1`);
  t.equal((await from('192.0.2.250, 198.51.100.1')).status, 429, 'only the right end is believed');
  t.equal((await from('198.51.100.2')).status, 200);
});

test('a clock that is set back locks nobody out', async (t) => {
  const site = await testSite(t);
  // Of no use, and counted all the same.
  t.equal(await served(site, '/v1/search'), 120);
  site.clock.now -= 3_600_000;
  t.match(await site.ask('GET', '/v1/search'), { status: 400, headers: { ratelimit: /r=119/ } });
});

test('a reader reports thirty comments a minute', async (t) => {
  const site = await testSite(t);
  const report = {
    request: 'POST /v1/comments/01890a5d-ac96-774b-bcce-b302099a8057/reports',
    body: { reason: 'spam' },
  };
  const rows = Array.from({ length: 30 }, (_, n) => ({ ...report, name: `No. ${n}`, status: 404 }));
  await play(t, site, [...rows, { ...report, name: 'one too many', status: 429, code: 'rate_limited' }]);
});

test('the limits can be turned off', async (t) => {
  const site = await testSite(t, { RATE_LIMIT: 'off' });
  t.equal(await served(site, '/v1/search', {}, 130), 130);
  const told = { headers: { ratelimit: undefined, 'ratelimit-policy': undefined } };
  t.match(await site.ask('GET', SEARCH), told);
  t.match(await site.ask('GET', ME, { as: 'editor' }), told);
});

test('all that needs a key is limited, and of what anyone may ask what costs most', async (t) => {
  const endpoints = endpointsOf({ config: readConfig({}), secret: '', ready: async () => undefined });
  for (const endpoint of endpoints.filter(({ access }) => access !== 'anyone'))
    t.match(limitOf(endpoint), { name: 'key', perMinute: 600 }, endpoint.id);
  const open = endpoints.filter(({ access, limit }) => access === 'anyone' && limit !== undefined);
  t.same(open.map(({ id }) => id).sort(), ['reportComment', 'searchArticles']);
});
