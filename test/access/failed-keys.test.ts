// Keys that open nothing are tried twenty times a minute from one address, in all processes together; a good key opens
// all the same, and nobody fills a disk with bad ones.
import { test } from 'tap';
import { createFailedKeys } from '../../src/access/failed-keys.ts';
import { newToken } from '../../src/access/token.ts';
import { networkOf } from '../../src/core/networks.ts';
import { keyedHash } from '../../src/core/signature.ts';
import { testDatabase } from '../database.ts';
import { play } from '../scenario.ts';
import { type Asked, type TestSite, testSite } from '../site.ts';

const ME = '/v1/manage/me';

/** Tries a key of each kind that opens nothing, in turn; the statuses. */
const tried = async (site: TestSite, count: number, asked: (n: number) => Asked = () => ({})) => {
  const statuses: number[] = [];
  for (let n = 0; n < count; n++) {
    const as = n % 2 === 0 ? newToken() : `nonsense-${n}`;
    statuses.push((await site.ask('GET', ME, { as, ...asked(n) })).status);
  }
  return statuses;
};

const rowsOf = ({ database: { read } }: TestSite) => read.select().from(read.tables.failedKeys);

test('after twenty bad keys from one address a minute’s wait is asked for, and a good key opens meanwhile', async (t) => {
  const site = await testSite(t);
  site.clock.now += 10_000;
  const statuses = await tried(site, 20);
  t.same(new Set(statuses), new Set([401]));
  site.clock.now += 20_000;
  const bad = { as: newToken(), status: 429, code: 'rate_limited' };
  await play(t, site, [
    {
      ...bad,
      name: 'one too many',
      request: `GET ${ME}`,
      sends: {
        'retry-after': '40',
        ratelimit: '"failed_keys";r=0;t=40',
        'ratelimit-policy': '"failed_keys";q=20;w=60',
        'cache-control': 'private, no-store',
      },
      lacks: ['Bearer'],
    },
    { ...bad, name: 'a write', request: 'POST /v1/manage/authors', body: { name: 'Ada' } },
    { ...bad, name: 'a comment with a bad key', request: 'POST /v1/articles/x/comments', body: {} },
    { ...bad, name: 'a malformed key', request: `GET ${ME}`, as: 'nonsense' },
    { name: 'a good key', as: 'editor', request: `GET ${ME}`, status: 200 },
    { name: 'no key at all', request: `GET ${ME}`, status: 401, code: 'unauthorized' },
    { name: 'a read that ignores keys', as: newToken(), request: 'GET /v1/articles', status: 200 },
    {
      ...bad,
      name: 'from next door',
      request: `GET ${ME}`,
      address: '203.0.113.8',
      status: 401,
      code: 'unauthorized',
    },
  ]);
  site.clock.now += 40_000;
  t.same(await tried(site, 21), [...Array(20).fill(401), 429], 'a minute later');
});

test('neither X-Forwarded-For nor another address of the same network gives a fresh start', async (t) => {
  const site = await testSite(t);
  const claimed = await tried(site, 21, (n) => ({ headers: { 'x-forwarded-for': `192.0.2.${n}` } }));
  t.equal(claimed.at(-1), 429);
  const inNetwork = await tried(site, 21, (n) => ({ address: `2001:db8:1:1::${n + 1}` }));
  t.same(inNetwork.slice(19), [401, 429]);
  t.same(await tried(site, 1, () => ({ address: '2001:db8:1:2::1' })), [401]);
  const behind = await testSite(t, { TRUST_PROXY: '203.0.113.0/24' });
  const readers = await tried(behind, 21, (n) => ({ headers: { 'x-forwarded-for': `198.51.100.${n}` } }));
  t.equal(readers.at(-1), 401, 'behind a trusted proxy each has a limit');
});

test('what one process has counted, another knows', async (t) => {
  const site = await testSite(t);
  await tried(site, 12);
  await site.restart();
  t.same((await tried(site, 9)).slice(7), [401, 429]);
  await site.restart();
  t.same(await tried(site, 2), [429, 429]);
});

test('many at once pass no more than one by one, and a refusal writes nothing', async (t) => {
  const site = await testSite(t);
  const all = await Promise.all(Array.from({ length: 60 }, () => tried(site, 1)));
  t.equal(all.flat().filter((status) => status === 401).length, 20);
  const { write } = site.database;
  let writes = 0;
  Object.assign(site.database, {
    write: (...job: Parameters<typeof write>) => {
      writes++;
      return write(...job);
    },
  });
  t.same(new Set(await tried(site, 30)), new Set([429]));
  t.equal(writes, 0);
});

test('bad keys from ever new addresses take no more room than there are places', async (t) => {
  const site = await testSite(t);
  const places = new Set<string>();
  const addressOf = (n: number) => `2001:db8:${(n >> 8).toString(16)}:${(n & 255).toString(16)}::1`;
  for (let n = 0; n < 20_000; n++)
    places.add(keyedHash('x', 'failed key', networkOf(addressOf(n))!.host).slice(0, 2));
  t.ok(places.size > 4_000 && places.size <= 4_096, `${places.size} places for 20,000 addresses`);

  await tried(site, 40, (n) => ({ address: addressOf(n) }));
  await tried(site, 25);
  const rows = await rowsOf(site);
  t.ok(rows.length <= 41);
  for (const { place, failedAt } of rows) {
    t.match(place, /^[\w-]{2}$/, 'nothing of an address');
    t.ok(failedAt.length <= 20);
  }
});

test('a database that takes no writes still refuses bad keys, and each process counts alone', async (t) => {
  const site = await testSite(t);
  Object.assign(site.database, {
    write: () => Promise.reject(Object.assign(new Error('full'), { code: 'SQLITE_FULL' })),
  });
  t.same((await tried(site, 22)).slice(19), [401, 429, 429]);
  t.ok(site.log.some((line) => line.includes('a failed key could not be counted')));
});

test('two processes at one place count together', async (t) => {
  const database = await testDatabase(t);
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const deps = { database, clock: () => 1_000_000, secret: 'x', log: quiet };
  const [one, two] = [createFailedKeys(deps), createFailedKeys(deps)];
  for (let n = 0; n < 10; n++) await Promise.all([one('unknown'), two('unknown')]);
  await t.rejects(one('unknown'), { code: 'rate_limited' });
  await t.rejects(two('_hidden'), { code: 'rate_limited' }, 'what is no address is one');
});

test('bad keys are not counted where nothing is', async (t) => {
  const site = await testSite(t, { RATE_LIMIT: 'off' });
  t.same(new Set(await tried(site, 25)), new Set([401]));
  t.same(await rowsOf(site), []);
});
