// Two tags or two sections made one.
import fc from 'fast-check';
import { test } from 'tap';
import { play } from '../scenario.ts';
import { type TestSite, testSite } from '../site.ts';
import { NOBODY } from '../tags/seed.ts';
import { createArticle } from './make.ts';

const force = { as: 'editor', headers: { 'if-match': '*' } } as const;

/** Articles in every state of their life, all with the same `more`; their ids by state. */
const everyState = async (site: TestSite, more: object) => {
  const ids: Record<string, string> = {};
  for (const state of ['draft', 'published', 'archived', 'trashed']) {
    const wish = { title: `In ${state}`, ...more, ...(state === 'draft' ? {} : { status: 'published' }) };
    const { id } = await createArticle(site, wish);
    if (state === 'archived') await site.ask('POST', `/v1/manage/articles/${id}/archive`, force);
    if (state === 'trashed') await site.ask('DELETE', `/v1/manage/articles/${id}`, force);
    ids[state] = id;
  }
  return ids;
};

const found = async (site: TestSite, noun: 'tags' | 'sections', slug: string) =>
  (await site.ask('GET', `/v1/manage/${noun}?slug=${slug}`, { as: 'editor' })).body.items[0];

const read = async (site: TestSite, id: string | undefined) =>
  (await site.ask('GET', `/v1/manage/articles/${id}`, { as: 'editor' })).body;

test('merging tags moves the articles of every state, each as a new version, and leaves nothing behind', async (t) => {
  const site = await testSite(t);
  const ids = await everyState(site, { tags: ['port', 'city'] });
  const other = await createArticle(site, { title: 'Other', tags: ['harbour'], status: 'published' });
  const port = await found(site, 'tags', 'port');
  const harbour = await found(site, 'tags', 'harbour');
  const { archived } = ids;
  const before = await read(site, archived);
  site.clock.now += 60_000;
  const now = new Date(site.clock.now).toISOString();
  await play(t, site, [
    {
      name: 'merged',
      as: 'editor',
      request: `POST /v1/manage/tags/${port.id}/merge`,
      headers: { 'if-match': '"1"' },
      body: { into: harbour.id },
      status: 200,
      has: { articles: 4 },
      events: ['tag.merged'],
    },
    { name: 'the one is gone', as: 'editor', request: `GET /v1/manage/tags/${port.id}`, status: 404 },
    { name: 'to the public too', request: 'GET /v1/tags/port', status: 404 },
    {
      name: 'public articles are counted',
      request: 'GET /v1/tags/harbour',
      status: 200,
      has: { articleCount: 2 },
    },
    {
      name: 'the other’s articles are not touched',
      as: 'editor',
      request: `GET /v1/manage/articles/${other.id}`,
      status: 200,
      has: { version: 1, tags: [{ slug: 'harbour' }] },
    },
  ]);
  for (const [state, id] of Object.entries(ids)) {
    const article = await read(site, id);
    const slugs = article.tags.map(({ slug }: { slug: string }) => slug);
    t.same(slugs, ['harbour', 'city'], `${state}: in its place`);
    t.match(article, { updatedAt: now, updatedBy: { id: site.keyIds.editor } }, state);
  }
  t.match(await read(site, archived), { version: before.version + 1, status: 'archived' });
  t.match(await read(site, ids.draft), { version: 2, modifiedAt: null }, 'of a draft the public saw nothing');
  t.match(await read(site, ids.published), { version: 2, modifiedAt: now });
  const { body: list } = await site.ask('GET', '/v1/articles?tag=harbour');
  t.same(
    list.items.map(({ id }: { id: string }) => id).sort(),
    [other.id, ids.published].sort(),
    'the list of the tag has both',
  );
});

test('merging tags keeps the order of each article’s tags, and of two the place of the first', async (t) => {
  const site = await testSite(t);
  const NAMES = ['port', 'harbour', 'city', 'vote', 'storm'];
  const orders = fc.array(fc.shuffledSubarray(NAMES), { minLength: 1, maxLength: 6 });
  const holds = fc.asyncProperty(orders, async (tagged) => {
    const made = [];
    for (const tags of [...tagged, ['port'], ['harbour']]) {
      made.push((await createArticle(site, { title: 'Tagged', tags, status: 'published' })).id);
    }
    const port = await found(site, 'tags', 'port');
    const harbour = await found(site, 'tags', 'harbour');
    const merge = `/v1/manage/tags/${port.id}/merge`;
    await site.ask('POST', merge, { as: 'editor', body: { into: harbour.id } });
    for (const [index, tags] of tagged.entries()) {
      const wanted = [...new Set(tags.map((slug) => (slug === 'port' ? 'harbour' : slug)))];
      const slugs = (await read(site, made[index])).tags.map(({ slug }: { slug: string }) => slug);
      t.same(slugs, wanted, `${tags}`);
    }
    const { articleCount } = await found(site, 'tags', 'harbour');
    const { body } = await site.ask('GET', '/v1/articles?tag=harbour&total=true&limit=1');
    t.equal(articleCount, body.total, 'the count is that of the list');
  });
  await fc.assert(holds, { numRuns: 8, seed: 20_260_301 });
});

test('merging sections moves the articles of every state, and the site’s frame follows', async (t) => {
  const site = await testSite(t);
  const make = async (name: string) =>
    (await site.ask('POST', '/v1/manage/sections', { as: 'editor', body: { name } })).body;
  const politics = await make('Politics');
  const city = await make('City');
  const ids = await everyState(site, { section: 'city' });
  await createArticle(site, { title: 'Other', section: 'politics', status: 'published' });
  site.clock.now += 60_000;
  await play(t, site, [
    {
      name: 'merged',
      as: 'editor',
      request: `POST /v1/manage/sections/${city.id}/merge`,
      body: { into: politics.id },
      status: 200,
      has: { articles: 4 },
      events: ['section.merged'],
    },
    { name: 'the one is gone', request: 'GET /v1/sections/city', status: 404 },
    {
      name: 'public articles are counted',
      request: 'GET /v1/sections/politics',
      status: 200,
      has: { articleCount: 2 },
    },
    { name: 'the frame', request: 'GET /v1/site', status: 200, has: { sections: [{ slug: 'politics' }] } },
  ]);
  for (const [state, id] of Object.entries(ids)) {
    t.match(await read(site, id), { section: { slug: 'politics' } }, state);
  }
  const now = new Date(site.clock.now).toISOString();
  t.match(await read(site, ids.draft), { version: 2, modifiedAt: null, updatedAt: now });
  t.match(await read(site, ids.published), { version: 2, modifiedAt: now });
  const { body } = await site.ask('GET', '/v1/articles?section=politics&total=true');
  t.equal(body.total, 2);
});

test('what cannot be merged is refused, and nothing moves', async (t) => {
  const site = await testSite(t);
  await createArticle(site, { tags: ['port', 'harbour'], status: 'published' });
  const { body: section } = await site.ask('POST', '/v1/manage/sections', {
    as: 'editor',
    body: { name: 'City' },
  });
  const port = await found(site, 'tags', 'port');
  await site.newEvents();
  for (const [noun, { id, slug }] of [
    ['tag', port],
    ['section', section],
  ] as const) {
    const request = `POST /v1/manage/${noun}s/${id}/merge`;
    const editor = { as: 'editor', request };
    const unknown = { ...editor, status: 422, code: 'reference_unknown', faults: ['/into'] } as const;
    await play(t, site, [
      { ...unknown, name: `a ${noun} into itself`, body: { into: id.toUpperCase() } },
      { ...unknown, name: `a ${noun} into itself by its slug`, body: { into: slug } },
      { ...unknown, name: `a ${noun} into nothing`, body: { into: NOBODY } },
      { ...unknown, name: `a ${noun} into no slug`, body: { into: 'nope' } },
      {
        name: `a ${noun} that is not there`,
        as: 'editor',
        request: request.replace(id, NOBODY),
        body: { into: id },
        status: 404,
        code: 'not_found',
      },
      {
        ...editor,
        name: `a ${noun} of another version`,
        headers: { 'if-match': '"2"' },
        body: { into: NOBODY },
        status: 412,
        code: 'version_conflict',
        sends: { etag: '"1"' },
      },
      { ...editor, name: 'into what', body: { to: id }, status: 400, faults: ['/into', '/to'] },
      { ...editor, name: 'a reporter', as: 'reporter', body: { into: id }, status: 403, code: 'forbidden' },
    ]);
  }
  t.equal((await found(site, 'tags', 'port')).articleCount, 1);
});

test('what stays is named by id or slug, bare or as a GET gave it', async (t) => {
  const site = await testSite(t);
  const make = async (noun: 'tags' | 'sections', name: string) =>
    (await site.ask('POST', `/v1/manage/${noun}`, { as: 'editor', body: { name } })).body;
  for (const noun of ['tags', 'sections'] as const) {
    const staying = await make(noun, 'Staying');
    const { id, slug } = staying;
    for (const into of [slug, { slug }, { id }, staying]) {
      const leaving = await make(noun, 'Leaving');
      const merge = `/v1/manage/${noun}/${leaving.id}/merge`;
      const { status } = await site.ask('POST', merge, { as: 'editor', body: { into } });
      t.equal(status, 200, `${noun}: ${JSON.stringify(into)}`);
    }
  }
});

test('the event of a merger carries the tags of every answer that shows the one or the other', async (t) => {
  const site = await testSite(t);
  await createArticle(site, { tags: ['port', 'harbour'], status: 'published' });
  const port = await found(site, 'tags', 'port');
  const harbour = await found(site, 'tags', 'harbour');
  const make = async (name: string) =>
    (await site.ask('POST', '/v1/manage/sections', { as: 'editor', body: { name } })).body;
  const city = await make('City');
  const politics = await make('Politics');
  await site.ask('POST', `/v1/manage/tags/${port.id}/merge`, { as: 'editor', body: { into: harbour.id } });
  await site.ask('POST', `/v1/manage/sections/${city.id}/merge`, {
    as: 'editor',
    body: { into: politics.id },
  });
  const { events } = site.database.read.tables;
  const rows = await site.database.read.select().from(events);
  t.same(
    rows.filter(({ action }) => action.endsWith('.merged')).map(({ subject, tags }) => [subject, tags]),
    [
      [`tag:${port.id}`, ['tag:port', 'tag:harbour', 'tags', 'articles']],
      [`section:${city.id}`, ['section:city', 'section:politics', 'sections', 'site', 'articles']],
    ],
  );
});
