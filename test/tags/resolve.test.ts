import { test } from 'tap';
import { resolveTags } from '../../src/tags/service.ts';
import { addToSectionCount, addToTagCounts, findSectionBySlug } from '../../src/tags/store.ts';
import { play } from '../scenario.ts';
import { type TestSite, testSite } from '../site.ts';
import { publisher, write } from './seed.ts';

const resolve = (site: TestSite, ...references: string[]) =>
  site.ctx.write((tx) => resolveTags(tx, references));
const names = (rows: readonly { name: string }[]) => rows.map(({ name }) => name);

test('an unknown tag is made on use, a known one is found by slug or by name', async (t) => {
  const site = await testSite(t);
  const [made] = await resolve(site, ' Public transport ');
  t.match(made, { name: 'Public transport', slug: 'public-transport', articleCount: 0, version: 1 });
  t.same(await site.newEvents(), ['tag.created']);
  for (const reference of [
    'public-transport',
    'Public transport',
    'PUBLIC TRANSPORT',
    '  public Transport',
  ]) {
    t.same(await resolve(site, reference), [made], reference);
  }
  t.same(await resolve(site), [], 'of no reference, no tag');
  t.same(await site.newEvents(), [], 'what is found is not made');
});

test('composed, decomposed and upper-case spellings of a name are one tag', async (t) => {
  const site = await testSite(t);
  const spellings = ['\u00c9conomie', 'E\u0301conomie', '\u00c9CONOMIE', 'e\u0301conomie'];
  t.same(
    names(await resolve(site, ...spellings)),
    ['\u00c9conomie'],
    'within one list, the first spelling stays',
  );
  for (const spelling of spellings) {
    const { body } = await write(site, spelling, { tags: [spelling] });
    t.same(body.tags, [{ slug: 'economie', name: '\u00c9conomie' }], 'in an article');
  }
});

test('tags come in the order given, each once, however it is spelled', async (t) => {
  const site = await testSite(t);
  await resolve(site, 'Harbour', 'Bridges');
  await site.newEvents();
  const rows = await resolve(site, 'New', 'bridges', 'BRIDGES', 'Other news', 'harbour', 'new', 'other-news');
  t.same(names(rows), ['New', 'Bridges', 'Other news', 'Harbour']);
  t.same(await site.newEvents(), ['tag.created', 'tag.created']);
});

test('a reference is a slug first and a name second', async (t) => {
  const site = await testSite(t);
  const [named] = await resolve(site, 'port');
  await site.ask('PATCH', `/v1/manage/tags/${named?.id}`, { as: 'editor', body: { slug: 'harbour' } });
  t.same(names(await resolve(site, 'port')), ['port'], 'a name, where no tag has the slug');
  await site.ask('POST', '/v1/manage/tags', { as: 'editor', body: { name: 'Wine', slug: 'port' } });
  t.same(names(await resolve(site, 'port')), ['Wine'], 'a slug, where one has it');
  t.same(names(await resolve(site, 'Port')), ['port'], 'what cannot be a slug is a name');
});

test('a tag gets a slug of its own, also where its name gives none or one that is taken', async (t) => {
  const site = await testSite(t);
  const rows = await resolve(site, 'C', 'C!', '東京', '大阪');
  const [c, bang, tokyo, osaka] = rows;
  t.equal(c?.slug, 'c');
  t.equal(bang?.slug, 'c-2');
  t.equal(tokyo?.slug, `tag-${tokyo?.id.slice(-8)}`);
  t.equal(osaka?.slug, `tag-${osaka?.id.slice(-8)}`);
});

test('two articles that make the same new tag at once share it', async (t) => {
  const site = await testSite(t);
  const answers = await Promise.all(
    ['One', 'Two', 'Three', 'Four'].map((title) =>
      write(site, title, { tags: ['Brand new', title, 'And newer'] }),
    ),
  );
  for (const { status, body } of answers) {
    t.equal(status, 201);
    t.match(body.tags, [{ slug: 'brand-new' }, {}, { slug: 'and-newer' }]);
  }
  t.equal((await site.newEvents()).filter((action) => action === 'tag.created').length, 6);
});

test('a refused article leaves no tag behind', async (t) => {
  const site = await testSite(t);
  await play(t, site, [
    {
      name: 'nobody to sign it',
      as: 'editor',
      request: 'POST /v1/manage/articles',
      body: { title: 'Bridge', status: 'published', tags: ['Harbour'] },
      status: 422,
    },
    {
      name: 'no tag',
      as: 'editor',
      request: 'GET /v1/manage/tags',
      status: 200,
      has: { items: { length: 0 } },
    },
  ]);
});

test('a section is found by slug or id', async (t) => {
  const site = await testSite(t);
  const { body } = await site.ask('POST', '/v1/manage/sections', { as: 'editor', body: { name: 'Sport' } });
  t.equal((await findSectionBySlug(site.ctx.read, 'sport'))?.id, body.id);
  t.equal((await findSectionBySlug(site.ctx.read, body.id.toUpperCase()))?.id, body.id);
  t.equal(await findSectionBySlug(site.ctx.read, 'Sport'), undefined);
});

test('counts are added to, and are no change of what they count', async (t) => {
  const site = await testSite(t);
  const publish = await publisher(site);
  const { body: section } = await site.ask('POST', '/v1/manage/sections', {
    as: 'editor',
    body: { name: 'Sport' },
  });
  await publish('Match', { section: 'sport', tags: ['Football', 'Cup'] });
  const [football, cup] = await resolve(site, 'football', 'cup');
  t.match(
    [football, cup],
    [
      { articleCount: 1, version: 1 },
      { articleCount: 1, version: 1 },
    ],
  );
  await site.ctx.write(async ({ db }) => {
    await addToTagCounts(db, [football?.id ?? '', cup?.id ?? ''], 2);
    await addToTagCounts(db, [cup?.id ?? ''], -1);
    await addToTagCounts(db, [], 5);
    await addToSectionCount(db, section.id, 3);
  });
  t.match(await resolve(site, 'football', 'cup'), [{ articleCount: 3 }, { articleCount: 2 }]);
  t.match(await findSectionBySlug(site.ctx.read, 'sport'), { articleCount: 4, version: 1 });
});
