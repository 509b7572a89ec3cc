// Front pages as readers get them.
import { eq } from 'drizzle-orm';
import { test } from 'tap';
import { createArticle } from '../articles/make.ts';
import { play } from '../scenario.ts';
import { START, type TestSite, testSite } from '../site.ts';

const MINUTE = 60_000;

const createList = async (site: TestSite, body: object) =>
  (await site.ask('POST', '/v1/manage/lists', { as: 'editor', body })).body;

const slugsOf = ({ items }: { items: { slug: string }[] }) => items.map(({ slug }) => slug);

/** When an article is public, as a schedule or an expiry would have it. */
const setPublic = async (site: TestSite, id: string, publicFrom: number, publicUntil: number | null) => {
  await site.ctx.write(async ({ db }) => {
    const { articles } = db.tables;
    const columns = { publicFrom, publishedAt: publicFrom, modifiedAt: publicFrom, publicUntil };
    await db.update(articles).set(columns).where(eq(articles.id, id));
  });
};

test('a list shows what is public of it, in the editors’ order, with text where asked for', async (t) => {
  const site = await testSite(t);
  for (const title of ['One', 'Two', 'Three']) await createArticle(site, { title, status: 'published' });
  await createArticle(site, { title: 'A draft', notes: 'SECRET' });
  const items = ['two', 'a-draft', 'three', 'one'];
  const list = await createList(site, { name: 'Front page', description: 'First.', items });
  const [summary, full, byId] = await play(t, site, [
    {
      name: 'by slug',
      request: 'GET /v1/lists/front-page',
      status: 200,
      has: { id: list.id, slug: 'front-page', name: 'Front page', description: 'First.', nextCursor: null },
      lacks: ['a-draft', 'SECRET'],
      sends: { etag: /^"[\w-]{22}"$/, 'cache-control': /s-maxage=60/ },
    },
    { name: 'with text', request: 'GET /v1/lists/front-page?view=full', status: 200, lacks: ['SECRET'] },
    { name: 'by id', request: `GET /v1/lists/${list.id.toUpperCase()}`, status: 200 },
    { name: 'unknown', request: 'GET /v1/lists/nothing', status: 404, code: 'not_found' },
    {
      name: 'parameters it does not know',
      request: 'GET /v1/lists/front-page?limit=3&view=short',
      status: 400,
      faults: ['limit', 'view'],
    },
    {
      name: 'no writing here',
      request: 'PATCH /v1/lists/front-page',
      as: 'editor',
      body: {},
      status: 405,
      code: 'method_not_allowed',
    },
  ]);
  t.same(slugsOf(summary?.body), ['two', 'three', 'one']);
  t.same(byId?.body, summary?.body);
  const { body: listed } = await site.ask('GET', '/v1/articles?limit=100');
  const two = listed.items.find(({ slug }: { slug: string }) => slug === 'two');
  t.same(summary?.body.items[0], two, 'an item is what the list of articles shows');
  t.same(full?.body.items[0], {
    ...two,
    bodyHtml: '<p>The bridge <strong>reopened</strong> on Monday.</p>',
  });
});

test('an article appears in its place when it is due and goes when its time is up; no cache outlives that', async (t) => {
  const site = await testSite(t);
  const later = await createArticle(site, { title: 'Later' });
  const now = await createArticle(site, { title: 'Now', status: 'published' });
  const ends = await createArticle(site, { title: 'Ends', status: 'published' });
  await createList(site, { name: 'Front page', items: [later, now, ends] });
  await setPublic(site, later.id, START + MINUTE / 2, null);
  await setPublic(site, ends.id, START - MINUTE, START + MINUTE / 3);
  const read = async () => {
    const { body, headers } = await site.ask('GET', '/v1/lists/front-page');
    return { slugs: slugsOf(body), cache: headers['cache-control'] };
  };
  t.match(await read(), { slugs: ['now', 'ends'], cache: /s-maxage=20,/ });
  site.clock.now = START + MINUTE / 3;
  t.match(await read(), { slugs: ['now'], cache: /s-maxage=10,/ });
  site.clock.now = START + MINUTE / 2;
  t.match(await read(), { slugs: ['later', 'now'], cache: /s-maxage=60,/ });
});

test('what is withdrawn or thrown away leaves the list at once, and comes back to its place', async (t) => {
  const site = await testSite(t);
  const made = [];
  for (const title of ['One', 'Two', 'Three'])
    made.push(await createArticle(site, { title, status: 'published' }));
  await createList(site, { name: 'Front page', items: made });
  const two = `/v1/manage/articles/${made[1].id}`;
  const move = (name: string) =>
    site.ask('POST', `${two}/${name}`, { as: 'editor', headers: { 'if-match': '*' } });
  const shown = async () => slugsOf((await site.ask('GET', '/v1/lists/front-page')).body);
  await move('archive');
  t.same(await shown(), ['one', 'three']);
  await move('publish');
  t.same(await shown(), ['one', 'two', 'three']);
  await site.ask('DELETE', two, { as: 'editor', headers: { 'if-match': '*' } });
  t.same(await shown(), ['one', 'three']);
});
