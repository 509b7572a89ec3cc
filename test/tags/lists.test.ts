import { test } from 'tap';
import { testSite } from '../site.ts';
import { walk } from './seed.ts';

const SECTIONS = '/v1/manage/sections';
const TAGS = '/v1/manage/tags';

test('the list is in the site’s order, and a walk through it neither skips nor repeats', async (t) => {
  const site = await testSite(t);
  const ids: string[] = [];
  // Two share a position: the older comes first.
  for (const [name, position] of [
    ['d', 3],
    ['a', 0],
    ['b', 1],
    ['c', 1],
    ['e', 4],
  ] as const) {
    ids.push((await site.ask('POST', SECTIONS, { as: 'editor', body: { name, position } })).body.id);
  }
  const named = async (url: string, between?: (page: number) => Promise<unknown>) =>
    (await walk(site, url, 'contributor', between)).map(({ name }) => name);
  t.same(await named(SECTIONS), ['a', 'b', 'c', 'd', 'e']);
  t.same(await named(`${SECTIONS}?limit=1`), ['a', 'b', 'c', 'd', 'e']);
  const during = await named(`${SECTIONS}?limit=2`, async (page) => {
    if (page !== 1) return;
    await site.ask('POST', SECTIONS, { as: 'editor', body: { name: 'first', position: 0 } });
    await site.ask('DELETE', `${SECTIONS}/${ids[2]}`, { as: 'editor' });
  });
  t.same(during, ['a', 'b', 'c', 'd', 'e'], 'what comes and goes behind the walk does not move it');
  t.same(await named(`${SECTIONS}?slug=e,d,nothing`), ['d', 'e'], 'by slug');
  const { body: page, headers } = await site.ask('GET', `${SECTIONS}?limit=2&total=true`, { as: 'editor' });
  t.equal(page.total, 5);
  t.match(
    headers.link,
    /^<https:\/\/cms\.example\/v1\/manage\/sections\?limit=2&total=true&cursor=[\w-]+>; rel="next"$/,
  );
  const elsewhere = await site.ask('GET', `${SECTIONS}?slug=e&cursor=${page.nextCursor}`, { as: 'editor' });
  t.equal(elsewhere.body.code, 'cursor_invalid', 'a cursor belongs to its filters');
});

test('the list is by name in any case, and a walk through it neither skips nor repeats', async (t) => {
  const site = await testSite(t);
  for (const name of ['delta', 'Alpha', 'charlie', 'Bravo', 'ECHO']) {
    await site.ask('POST', TAGS, { as: 'editor', body: { name } });
  }
  const named = async (url: string, between?: (page: number) => Promise<unknown>) =>
    (await walk(site, url, 'reporter', between)).map(({ name }) => name);
  t.same(await named(TAGS), ['Alpha', 'Bravo', 'charlie', 'delta', 'ECHO']);
  t.same(await named(`${TAGS}?limit=1`), ['Alpha', 'Bravo', 'charlie', 'delta', 'ECHO']);
  const during = await named(`${TAGS}?limit=2`, async (page) => {
    if (page === 1) await site.ask('POST', TAGS, { as: 'editor', body: { name: 'aardvark' } });
  });
  t.same(
    during,
    ['Alpha', 'Bravo', 'charlie', 'delta', 'ECHO'],
    'what comes behind the walk does not move it',
  );
  t.same(await named(`${TAGS}?slug=echo,alpha&limit=1`), ['Alpha', 'ECHO'], 'by slug');
  const { body: page } = await site.ask('GET', `${TAGS}?slug=echo,alpha&limit=1&total=true`, {
    as: 'editor',
  });
  t.equal(page.total, 2);
  const elsewhere = await site.ask('GET', `${TAGS}?slug=echo&cursor=${page.nextCursor}`, { as: 'editor' });
  t.equal(elsewhere.body.code, 'cursor_invalid', 'a cursor belongs to its filters');
});
