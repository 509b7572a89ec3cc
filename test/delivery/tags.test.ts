import { eq } from 'drizzle-orm';
import { test } from 'tap';
import { play } from '../scenario.ts';
import { type TestSite, testSite } from '../site.ts';
import { NOBODY, publisher, walk, write } from '../tags/seed.ts';

const HOUR_MS = 3_600_000;

const section = async (site: TestSite, body: object) =>
  (await site.ask('POST', '/v1/manage/sections', { as: 'editor', body })).body;

/** Makes an article public at another time than now. */
const publicBetween = (site: TestSite, id: string, publicFrom: number, publicUntil: number | null) =>
  site.database.write(async (db) => {
    const { articles } = db.tables;
    await db.update(articles).set({ publicFrom, publicUntil }).where(eq(articles.id, id));
  });

test('sections are shown in the site’s order, the empty ones too, with what anyone may know', async (t) => {
  const site = await testSite(t);
  const publish = await publisher(site);
  const sport = await section(site, { name: 'Sport', position: 5 });
  const news = await section(site, { name: 'News', description: 'What is new.', position: 1 });
  await publish('Bridge', { section: 'news' });
  await write(site, 'A draft', { section: 'news' });
  await site.newEvents();
  const shown = {
    news: { id: news.id, slug: 'news', name: 'News', description: 'What is new.', articleCount: 1 },
    sport: { id: sport.id, slug: 'sport', name: 'Sport', description: null, articleCount: 0 },
  };
  const [list] = await play(t, site, [
    {
      name: 'the list',
      request: 'GET /v1/sections?total=true',
      status: 200,
      sends: { etag: /^"[\w-]{22}"$/, 'cache-control': /^public, max-age=0, s-maxage=60/ },
      lacks: ['position', 'version', 'createdAt'],
    },
    {
      name: 'by slug',
      request: 'GET /v1/sections/news',
      status: 200,
      has: shown.news,
      lacks: ['position', 'version'],
    },
    { name: 'by id', request: `GET /v1/sections/${news.id.toUpperCase()}`, status: 200, has: shown.news },
    { name: 'an empty one', request: 'GET /v1/sections/sport', status: 200, has: shown.sport },
    { name: 'a bad key is ignored', as: 'mh_nothing', request: 'GET /v1/sections/sport', status: 200 },
  ]);
  t.same(list?.body, { items: [shown.news, shown.sport], nextCursor: null, total: 2 });
});

test('a section that is not there is not found, and what no address takes is refused', async (t) => {
  const site = await testSite(t);
  await section(site, { name: 'Sport' });
  const missing = { status: 404, code: 'not_found', sends: { 'cache-control': 'no-store' } } as const;
  const refused = { status: 400, code: 'validation_failed' } as const;
  await play(t, site, [
    { ...missing, name: 'a slug', request: 'GET /v1/sections/nothing' },
    { ...missing, name: 'a slug in another case', request: 'GET /v1/sections/Sport' },
    { ...missing, name: 'an id', request: `GET /v1/sections/${NOBODY}` },
    { ...refused, name: 'a parameter', request: 'GET /v1/sections/sport?view=full', faults: ['view'] },
    { ...refused, name: 'a page', request: 'GET /v1/sections?page=2&limit=101', faults: ['page', 'limit'] },
    { ...refused, name: 'an empty one', request: 'GET /v1/sections?total=', faults: ['total'] },
    {
      name: 'a cursor of another list',
      request: 'GET /v1/sections?cursor=bm9ib2R5',
      status: 400,
      code: 'cursor_invalid',
    },
    {
      name: 'a write',
      as: 'editor',
      request: 'POST /v1/sections',
      body: { name: 'News' },
      status: 405,
      code: 'method_not_allowed',
      sends: { allow: 'GET, HEAD, OPTIONS' },
    },
  ]);
});

test('a walk through the sections neither skips nor repeats', async (t) => {
  const site = await testSite(t);
  const slugs = ['a', 'b', 'c', 'd', 'e'];
  for (const [index, name] of slugs.entries())
    await section(site, { name, position: 1 + Math.floor(index / 2) });
  const walked = async (between?: (page: number) => Promise<unknown>) =>
    (await walk(site, '/v1/sections?limit=2', undefined, between)).map(({ slug }) => slug);
  t.same(await walked(), slugs);
  const during = await walked((page) =>
    page === 1 ? section(site, { name: 'z', position: 0 }) : Promise.resolve(),
  );
  t.same(during, slugs, 'what comes behind the walk does not move it');
});

test('tags are shown while a public article has them, and else are unknown', async (t) => {
  const site = await testSite(t);
  const publish = await publisher(site);
  const { body: bridge } = await publish('Bridge', { tags: ['harbour', 'Bridges'] });
  await publish('Port', { tags: ['harbour'] });
  const { body: later } = await publish('Later', { tags: ['Later'] });
  const { body: over } = await publish('Over', { tags: ['Over'] });
  const { body: trashed } = await publish('Trashed', { tags: ['Trashed'] });
  await write(site, 'A draft', { tags: ['Secret plan'] });
  await site.ask('POST', '/v1/manage/tags', { as: 'editor', body: { name: 'Unused' } });
  await publicBetween(site, later.id, site.clock.now + HOUR_MS, null);
  await publicBetween(site, over.id, site.clock.now - HOUR_MS, site.clock.now);
  const trash = { as: 'editor', headers: { 'if-match': '*' } };
  await site.ask('DELETE', `/v1/manage/articles/${trashed.id}`, trash);
  await site.newEvents();

  const missing = { status: 404, code: 'not_found' } as const;
  const [list, harbour] = await play(t, site, [
    {
      name: 'the list, by name',
      request: 'GET /v1/tags?total=true',
      status: 200,
      has: {
        items: [
          { name: 'Bridges', articleCount: 1 },
          { name: 'harbour', articleCount: 2 },
        ],
        total: 2,
      },
      lacks: ['Secret', 'Unused', 'version', 'nameKey', 'createdAt'],
      sends: { etag: /^"[\w-]{22}"$/ },
    },
    {
      name: 'by slug',
      request: 'GET /v1/tags/harbour',
      status: 200,
      has: { slug: 'harbour', name: 'harbour', articleCount: 2 },
      lacks: ['version', 'nameKey'],
    },
    { ...missing, name: 'nothing', request: 'GET /v1/tags/nothing' },
    { ...missing, name: 'an unknown id', request: `GET /v1/tags/${NOBODY}` },
    { ...missing, name: 'of a draft only', request: 'GET /v1/tags/secret-plan' },
    { ...missing, name: 'of no article', request: 'GET /v1/tags/unused' },
    { ...missing, name: 'of an article to come', request: 'GET /v1/tags/later' },
    { ...missing, name: 'of an article that has ended', request: 'GET /v1/tags/over' },
    { ...missing, name: 'of an article in the trash', request: 'GET /v1/tags/trashed' },
  ]);
  t.equal(list?.body.items.length, 2);
  t.same(list?.body.items[1], harbour?.body, 'an item is the same alone and in the list');

  site.clock.now += HOUR_MS;
  await play(t, site, [
    { name: 'an article whose time has come brings its tag', request: 'GET /v1/tags/later', status: 200 },
    {
      name: 'by id',
      request: `GET /v1/tags/${harbour?.body.id.toUpperCase()}`,
      status: 200,
      has: harbour?.body,
    },
    {
      name: 'a withdrawal',
      as: 'editor',
      request: `POST /v1/manage/articles/${bridge.id}/unpublish`,
      headers: { 'if-match': '*' },
      status: 200,
      events: ['article.unpublished'],
    },
    { ...missing, name: 'the last article gone, the tag is unknown', request: 'GET /v1/tags/bridges' },
    { name: 'one left', request: 'GET /v1/tags/harbour', status: 200, has: { articleCount: 1 } },
  ]);
});

test('what the tags’ addresses do not take is refused', async (t) => {
  const site = await testSite(t);
  const refused = { status: 400, code: 'validation_failed' } as const;
  await play(t, site, [
    { ...refused, name: 'a parameter', request: 'GET /v1/tags/harbour?x=1', faults: ['x'] },
    { ...refused, name: 'a search', request: 'GET /v1/tags?q=har&limit=0', faults: ['q', 'limit'] },
    { ...refused, name: 'twice', request: 'GET /v1/tags?limit=1&limit=2', faults: ['limit'] },
    { name: 'a cursor', request: 'GET /v1/tags?cursor=bm9ib2R5', status: 400, code: 'cursor_invalid' },
  ]);
});

test('a walk through the tags neither skips nor repeats', async (t) => {
  const site = await testSite(t);
  const publish = await publisher(site);
  const names = ['alpha', 'Bravo', 'charlie', 'Delta', 'echo'];
  await publish('All', { tags: names.toReversed() });
  const walked = async (between?: (page: number) => Promise<unknown>) =>
    (await walk(site, '/v1/tags?limit=2', undefined, between)).map(({ name }) => name);
  t.same(await walked(), names);
  const during = await walked((page) =>
    page === 1 ? publish('More', { tags: ['aardvark', 'zulu'] }) : Promise.resolve(),
  );
  t.same(during, [...names, 'zulu'], 'what comes behind the walk does not move it, what comes ahead is met');
});
