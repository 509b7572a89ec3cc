import { test } from 'tap';
import { play } from '../scenario.ts';
import { testSite } from '../site.ts';
import { NOBODY, publisher, write } from './seed.ts';

const TAGS = '/v1/manage/tags';

test('a tag is made, renamed and deleted', async (t) => {
  const site = await testSite(t);
  const [budget] = await play(t, site, [
    {
      name: 'a name is enough; blanks around it are cut off',
      as: 'editor',
      request: `POST ${TAGS}`,
      body: { name: ' Budget 2026 ' },
      status: 201,
      has: {
        slug: 'budget-2026',
        name: 'Budget 2026',
        articleCount: 0,
        version: 1,
        createdAt: '2026-03-01T06:30:00.000Z',
        updatedAt: '2026-03-01T06:30:00.000Z',
      },
      sends: { etag: '"1"', 'cache-control': 'private, no-store' },
      events: ['tag.created'],
    },
    {
      name: 'a made slug makes way',
      as: 'admin',
      request: `POST ${TAGS}`,
      body: { name: 'Budget (2026)' },
      status: 201,
      has: { slug: 'budget-2026-2' },
      events: ['tag.created'],
    },
    {
      name: 'a slug of its own',
      as: 'editor',
      request: `POST ${TAGS}`,
      body: { name: '東京', slug: 'tokyo' },
      status: 201,
      has: { slug: 'tokyo', name: '東京' },
      events: ['tag.created'],
    },
  ]);
  const at = `${TAGS}/${budget?.body.id}`;
  t.equal(budget?.headers.location, at, 'the answer says where it lies');

  site.clock.now += 60_000;
  await play(t, site, [
    {
      name: 'a name changes without the slug',
      as: 'editor',
      request: `PATCH ${at}`,
      body: { name: 'BUDGET 2026' },
      status: 200,
      has: { slug: 'budget-2026', name: 'BUDGET 2026', version: 2, updatedAt: '2026-03-01T06:31:00.000Z' },
      sends: { etag: '"2"' },
      events: ['tag.updated'],
    },
    {
      name: 'the version read may be named',
      as: 'editor',
      request: `PATCH ${at}`,
      headers: { 'if-match': '"2"' },
      body: { name: 'Spending', slug: 'spending' },
      status: 200,
      has: { slug: 'spending', name: 'Spending', version: 3 },
      events: ['tag.updated'],
    },
    {
      name: 'another version is refused, and the current one told',
      as: 'editor',
      request: `PATCH ${at}`,
      headers: { 'if-match': '"2", W/"3"' },
      body: { name: 'Lost' },
      status: 412,
      code: 'version_conflict',
      sends: { etag: '"3"' },
    },
    {
      name: 'its own name and slug are not somebody else’s',
      as: 'editor',
      request: `PATCH ${at}`,
      headers: { 'if-match': '*' },
      body: { name: 'spending', slug: 'spending' },
      status: 200,
      has: { name: 'spending', version: 4 },
      events: ['tag.updated'],
    },
    {
      name: 'a read shows what was saved',
      as: 'moderator',
      request: `GET ${at}`,
      status: 200,
      has: { name: 'spending', version: 4 },
      sends: { etag: '"4"' },
    },
    {
      name: 'deleting names a version too',
      as: 'editor',
      request: `DELETE ${at}`,
      headers: { 'if-match': '"3"' },
      status: 412,
      code: 'version_conflict',
    },
    {
      name: 'a tag without articles can be deleted',
      as: 'editor',
      request: `DELETE ${at}`,
      status: 204,
      events: ['tag.deleted'],
    },
    { name: 'it is gone', as: 'editor', request: `GET ${at}`, status: 404, code: 'not_found' },
    {
      name: 'it cannot be changed',
      as: 'editor',
      request: `PATCH ${at}`,
      body: {},
      status: 404,
      code: 'not_found',
    },
    {
      name: 'it cannot be deleted twice',
      as: 'editor',
      request: `DELETE ${at}`,
      status: 404,
      code: 'not_found',
    },
  ]);
});

test('a tag that cannot be is refused, every fault named', async (t) => {
  const site = await testSite(t);
  const { body: cafe } = await site.ask('POST', TAGS, { as: 'editor', body: { name: 'Caf\u00e9s' } });
  const { body: bars } = await site.ask('POST', TAGS, { as: 'editor', body: { name: 'Bars' } });
  await site.newEvents();
  const refused = { as: 'editor', status: 400, code: 'validation_failed' } as const;
  const taken = { as: 'editor', status: 409 } as const;
  await play(t, site, [
    { ...refused, name: 'no name', request: `POST ${TAGS}`, body: {}, faults: ['/name'] },
    {
      ...refused,
      name: 'what no tag has',
      request: `POST ${TAGS}`,
      body: { name: 'x'.repeat(101), slug: 'a--b', description: 'A tag.', id: NOBODY },
      faults: ['/name', '/slug', '/description', '/id'],
    },
    {
      ...refused,
      name: 'a blank name',
      request: `PATCH ${TAGS}/${bars.id}`,
      body: { name: '\t' },
      faults: ['/name'],
    },
    {
      ...taken,
      name: 'a name in another case and another normal form',
      request: `POST ${TAGS}`,
      body: { name: 'CAFE\u0301S' },
      code: 'name_taken',
      faults: ['/name'],
    },
    {
      ...taken,
      name: 'a slug that another tag has',
      request: `POST ${TAGS}`,
      body: { name: 'Coffee', slug: cafe.slug },
      code: 'slug_taken',
      faults: ['/slug'],
    },
    {
      ...taken,
      name: 'a change to a name that another has',
      request: `PATCH ${TAGS}/${bars.id}`,
      body: { name: 'caf\u00e9s' },
      code: 'name_taken',
      faults: ['/name'],
    },
    {
      ...taken,
      name: 'a change to a slug that another has',
      request: `PATCH ${TAGS}/${bars.id}`,
      body: { slug: cafe.slug },
      code: 'slug_taken',
      faults: ['/slug'],
    },
    { ...refused, name: 'a slug for an id', request: `GET ${TAGS}/bars`, faults: ['id'] },
    {
      ...refused,
      name: 'parameters that the list does not know',
      request: `GET ${TAGS}?q=a&total=yes&limit=101`,
      faults: ['q', 'total', 'limit'],
    },
    {
      as: 'editor',
      name: 'a cursor of nobody',
      request: `GET ${TAGS}?cursor=bm9ib2R5`,
      status: 400,
      code: 'cursor_invalid',
      faults: ['cursor'],
    },
  ]);
});

test('renaming a tag keeps its articles, and a tag with articles stays', async (t) => {
  const site = await testSite(t);
  const publish = await publisher(site);
  const { body: article } = await publish('Bridge', { tags: ['Harbour'] });
  const { body: draft } = await write(site, 'A draft', { tags: ['harbour'] });
  const { body: list } = await site.ask('GET', `${TAGS}?slug=harbour`, { as: 'editor' });
  const [tag] = list.items;
  const at = `${TAGS}/${tag.id}`;
  await play(t, site, [
    {
      name: 'a rename',
      as: 'editor',
      request: `PATCH ${at}`,
      body: { name: 'The port', slug: 'port' },
      status: 200,
      has: { articleCount: 1 },
      events: ['tag.updated'],
    },
    {
      name: 'the article has it under its new name',
      as: 'editor',
      request: `GET /v1/manage/articles/${article.id}`,
      status: 200,
      has: { tags: [{ slug: 'port', name: 'The port' }] },
    },
    {
      name: 'two articles have it',
      as: 'editor',
      request: `DELETE ${at}`,
      status: 409,
      code: 'tag_in_use',
      has: { detail: '2 articles have this tag.' },
    },
    {
      name: 'one loses it',
      as: 'editor',
      request: `PATCH /v1/manage/articles/${draft.id}`,
      headers: { 'if-match': '*' },
      body: { tags: [] },
      status: 200,
      events: ['article.updated'],
    },
    {
      name: 'one article has it',
      as: 'editor',
      request: `DELETE ${at}`,
      status: 409,
      code: 'tag_in_use',
      has: { detail: '1 article has this tag.' },
    },
  ]);
});
