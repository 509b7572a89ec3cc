// What else to read beside an article, held against what sorting all articles would give.
import fc from 'fast-check';
import { test } from 'tap';
import { createArticle } from '../articles/make.ts';
import { play } from '../scenario.ts';
import { START, type TestSite, testSite } from '../site.ts';
import { NOBODY } from '../tags/seed.ts';

const MINUTE = 60_000;
const TAGS = ['harbour', 'vote', 'storm', 'bridge'];
const force = { as: 'editor', headers: { 'if-match': '*' } } as const;

interface Known {
  id: string;
  at: number;
  section: string | undefined;
  tags: readonly string[];
}

const related = async (site: TestSite, id: string, query = ''): Promise<string[]> =>
  (await site.ask('GET', `/v1/articles/${id}/related${query}`)).body.items.map(
    (item: { id: string }) => item.id,
  );

const createSections = async (site: TestSite) => {
  for (const name of ['City', 'Sport'])
    await site.ask('POST', '/v1/manage/sections', { as: 'editor', body: { name } });
};

test('most tags in common first, then the newest, then the newest of the section; never itself', async (t) => {
  const site = await testSite(t);
  await createSections(site);
  const known: Known[] = [];
  const shape = fc.record({
    tags: fc.shuffledSubarray(TAGS),
    section: fc.constantFrom('city', 'sport', undefined),
    // Several at one instant.
    ago: fc.integer({ min: 0, max: 6 }),
    isPublic: fc.boolean(),
  });
  for (const { tags, section, ago, isPublic } of fc.sample(shape, { numRuns: 30, seed: 20_260_301 })) {
    const at = START - ago * MINUTE;
    const live = isPublic ? { status: 'published', publishedAt: new Date(at).toISOString() } : {};
    const { id } = await createArticle(site, { title: 'An article', tags, section, ...live });
    if (isPublic) known.push({ id, at, section, tags });
  }
  const newest = (a: Known, b: Known) => b.at - a.at || (a.id < b.id ? 1 : -1);
  for (const self of known) {
    const sharedWith = ({ tags }: Known) => tags.filter((tag) => self.tags.includes(tag)).length;
    const others = known.filter((other) => other !== self);
    const near = others.filter((other) => sharedWith(other) > 0);
    near.sort((a, b) => sharedWith(b) - sharedWith(a) || newest(a, b));
    const rest = others.filter(({ section }) => section !== undefined && section === self.section);
    const filling = rest.filter((other) => !near.includes(other)).sort(newest);
    const all = [...near, ...filling].map(({ id }) => id);
    t.same(await related(site, self.id), all.slice(0, 5));
    t.same(await related(site, self.id, '?limit=20'), all.slice(0, 20));
    t.same(await related(site, self.id, '?limit=1'), all.slice(0, 1));
  }
});

test('it answers as its article does, and takes what the article had for a slug', async (t) => {
  const site = await testSite(t);
  const bridge = await createArticle(site, { title: 'Bridge', tags: ['port'], status: 'published' });
  const { id: storm } = await createArticle(site, { title: 'Storm', tags: ['port'], status: 'published' });
  await createArticle(site, { title: 'Draft', tags: ['port'], notes: 'SECRET' });
  const at = `/v1/manage/articles/${bridge.id}`;
  await site.ask('PATCH', at, { ...force, body: { slug: 'harbour-bridge' } });
  const [found, full] = await play(t, site, [
    {
      name: 'by a former slug',
      request: 'GET /v1/articles/bridge/related',
      status: 200,
      has: { items: [{ id: storm }], nextCursor: null },
      lacks: ['Draft', 'SECRET'],
      sends: { etag: /^"[\w-]{22}"$/, 'cache-control': /^public/ },
    },
    { name: 'with text', request: 'GET /v1/articles/bridge/related?view=full', status: 200 },
    { name: 'of a draft', request: 'GET /v1/articles/draft/related', status: 404, code: 'not_found' },
    { name: 'of nothing', request: `GET /v1/articles/${NOBODY}/related`, status: 404, code: 'not_found' },
    ...['0', '21', 'all'].map((limit) => ({
      name: `limit=${limit}`,
      request: `GET /v1/articles/bridge/related?limit=${limit}`,
      status: 400,
      faults: ['limit'],
    })),
    {
      name: 'a parameter it does not know',
      request: 'GET /v1/articles/bridge/related?cursor=a',
      status: 400,
      faults: ['cursor'],
    },
  ]);
  t.equal(found?.body.items.length, 1);
  t.notOk('bodyHtml' in (found?.body.items[0] ?? {}));
  t.match(full?.body.items[0].bodyHtml, '<p>');
  await site.ask('POST', `${at}/archive`, force);
  await play(t, site, [
    {
      name: 'withdrawn',
      request: 'GET /v1/articles/harbour-bridge/related',
      status: 410,
      code: 'withdrawn',
    },
    {
      name: 'and nobody’s any more',
      request: 'GET /v1/articles/storm/related',
      status: 200,
      has: { items: [] },
    },
  ]);
});

test('of a large tag only the newest fifty are looked at, and the rare tags are looked at first', async (t) => {
  const site = await testSite(t);
  await createArticle(site, { title: 'Old', slug: 'old', tags: ['news', 'rare'], status: 'published' });
  await site.ctx.write(async ({ db }) => {
    // Fifty newer ones, as imported: copies of the first under other names.
    const { articles, articleTags } = db.tables;
    const [old] = await db.select().from(articles);
    const { seq, ...row } = old!;
    const links = await db.select().from(articleTags);
    const { tags } = db.tables;
    const [news] = (await db.select().from(tags)).filter(({ slug }) => slug === 'news');
    for (let n = 0; n < 50; n++) {
      const id = `01890a5d-ac96-774b-8000-${String(n).padStart(12, '0')}`;
      const at = START + n;
      await db.insert(articles).values({ ...row, id, slug: `copy-${n}`, publishedAt: at, publicFrom: START });
      await db.insert(articleTags).values({ ...links[0]!, tagId: news!.id, articleId: id, listedAt: at });
    }
  });
  const { id: first } = await createArticle(site, { title: 'New', tags: ['news'], status: 'published' });
  const old = (await site.ask('GET', '/v1/articles/old')).body.id;
  const near = await related(site, first, '?limit=20');
  t.equal(near.length, 20);
  t.notOk(near.includes(old));
  const { id: second } = await createArticle(site, {
    title: 'Newer',
    tags: ['news', 'rare'],
    status: 'published',
  });
  t.equal((await related(site, second))[0], old, 'found by its rare tag, and nearer than all that share one');
});
