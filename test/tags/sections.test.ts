import { test } from 'tap';
import { play } from '../scenario.ts';
import { testSite } from '../site.ts';
import { publisher, write } from './seed.ts';

const SECTIONS = '/v1/manage/sections';

test('a section is made, changed and deleted', async (t) => {
  const site = await testSite(t);
  const [politics] = await play(t, site, [
    {
      name: 'a name is enough',
      as: 'editor',
      request: `POST ${SECTIONS}`,
      body: { name: 'Politics & Power' },
      status: 201,
      has: {
        slug: 'politics-and-power',
        name: 'Politics & Power',
        description: null,
        position: 0,
        articleCount: 0,
        version: 1,
        createdAt: '2026-03-01T06:30:00.000Z',
        updatedAt: '2026-03-01T06:30:00.000Z',
      },
      sends: { etag: '"1"', 'cache-control': 'private, no-store' },
      events: ['section.created'],
    },
    {
      name: 'every field can be given',
      as: 'admin',
      request: `POST ${SECTIONS}`,
      body: { name: 'Sport', slug: 'sports', description: 'Who won.', position: 40 },
      status: 201,
      has: { slug: 'sports', description: 'Who won.', position: 40 },
      events: ['section.created'],
    },
    {
      name: 'a new section goes last, and a made slug makes way',
      as: 'editor',
      request: `POST ${SECTIONS}`,
      body: { name: 'Sports!' },
      status: 201,
      has: { slug: 'sports-2', position: 41 },
      events: ['section.created'],
    },
    {
      name: 'a name that cannot be transliterated makes a slug too',
      as: 'editor',
      request: `POST ${SECTIONS}`,
      body: { name: '東京', position: 1_000_000 },
      status: 201,
      has: { slug: /^section-[\da-f]{8}$/, name: '東京' },
      events: ['section.created'],
    },
    {
      name: 'positions end where the schema says',
      as: 'editor',
      request: `POST ${SECTIONS}`,
      body: { name: 'Obituaries' },
      status: 201,
      has: { position: 1_000_000 },
      events: ['section.created'],
    },
  ]);
  const { id } = politics?.body ?? {};
  t.equal(politics?.headers.location, `${SECTIONS}/${id}`, 'the answer says where it lies');
  const at = `${SECTIONS}/${id}`;

  site.clock.now += 60_000;
  await play(t, site, [
    {
      name: 'a change names what changes, and keeps the rest',
      as: 'editor',
      request: `PATCH ${at}`,
      body: { description: 'Who rules.' },
      status: 200,
      has: {
        id,
        slug: 'politics-and-power',
        name: 'Politics & Power',
        description: 'Who rules.',
        position: 0,
        version: 2,
        createdAt: '2026-03-01T06:30:00.000Z',
        updatedAt: '2026-03-01T06:31:00.000Z',
      },
      sends: { etag: '"2"' },
      events: ['section.updated'],
    },
    {
      name: 'the version read may be named',
      as: 'editor',
      request: `PATCH ${at}`,
      headers: { 'if-match': '"2"' },
      body: { name: 'Politics', slug: 'politics', description: null, position: 3 },
      status: 200,
      has: { slug: 'politics', name: 'Politics', description: null, position: 3, version: 3 },
      events: ['section.updated'],
    },
    {
      name: 'another version is refused, and the current one told',
      as: 'editor',
      request: `PATCH ${at}`,
      headers: { 'if-match': '"2"' },
      body: { name: 'Lost' },
      status: 412,
      code: 'version_conflict',
      sends: { etag: '"3"' },
    },
    {
      name: 'a star forces',
      as: 'editor',
      request: `PATCH ${at}`,
      headers: { 'if-match': '*' },
      // Its own slug is not somebody else's.
      body: { slug: 'politics' },
      status: 200,
      has: { slug: 'politics', version: 4 },
      events: ['section.updated'],
    },
    {
      name: 'a read shows what was saved',
      as: 'contributor',
      request: `GET ${at}`,
      status: 200,
      has: { name: 'Politics', version: 4 },
      sends: { etag: '"4"' },
    },
    {
      name: 'deleting names a version too',
      as: 'editor',
      request: `DELETE ${at}`,
      headers: { 'if-match': '"1"' },
      status: 412,
      code: 'version_conflict',
      sends: { etag: '"4"' },
    },
    {
      name: 'an empty section can be deleted',
      as: 'editor',
      request: `DELETE ${at}`,
      headers: { 'if-match': '"4"' },
      status: 204,
      events: ['section.deleted'],
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

test('a section that cannot be is refused, every fault named', async (t) => {
  const site = await testSite(t);
  const { body: section } = await site.ask('POST', SECTIONS, { as: 'editor', body: { name: 'Politics' } });
  const { body: other } = await site.ask('POST', SECTIONS, { as: 'editor', body: { name: 'Sport' } });
  const refused = { as: 'editor', status: 400, code: 'validation_failed' } as const;
  await play(t, site, [
    { ...refused, name: 'no name', request: `POST ${SECTIONS}`, body: {}, faults: ['/name'] },
    {
      ...refused,
      name: 'what no section has',
      request: `POST ${SECTIONS}`,
      body: {
        name: ' ',
        slug: 'Not A Slug',
        description: 'x'.repeat(1_001),
        position: -1,
        articleCount: 3,
        version: 2,
      },
      faults: ['/name', '/slug', '/description', '/position', '/articleCount', '/version'],
    },
    {
      ...refused,
      name: 'a position between two others',
      request: `PATCH ${SECTIONS}/${section.id}`,
      body: { name: null, position: 1.5 },
      faults: ['/name', '/position'],
    },
    {
      ...refused,
      name: 'a position beyond the last',
      request: `PATCH ${SECTIONS}/${section.id}`,
      body: { position: 1_000_001 },
      faults: ['/position'],
    },
    {
      as: 'editor',
      name: 'a slug that another section has',
      request: `POST ${SECTIONS}`,
      body: { name: 'Government', slug: 'politics' },
      status: 409,
      code: 'slug_taken',
      faults: ['/slug'],
    },
    {
      as: 'editor',
      name: 'a change to such a slug',
      request: `PATCH ${SECTIONS}/${other.id}`,
      body: { slug: 'politics' },
      status: 409,
      code: 'slug_taken',
      faults: ['/slug'],
    },
    { ...refused, name: 'a slug for an id', request: `GET ${SECTIONS}/politics`, faults: ['id'] },
    {
      ...refused,
      name: 'an If-Match that names no version',
      request: `PATCH ${SECTIONS}/${section.id}`,
      headers: { 'if-match': '1' },
      body: { name: 'Lost' },
      faults: ['If-Match'],
    },
    {
      ...refused,
      name: 'parameters that the list does not know',
      request: `GET ${SECTIONS}?q=a&limit=0&slug=No%20Slug`,
      faults: ['q', 'limit', 'slug'],
    },
    {
      ...refused,
      name: 'a parameter of an item',
      request: `GET ${SECTIONS}/${section.id}?view=full`,
      faults: ['view'],
    },
    {
      as: 'editor',
      name: 'a cursor of nobody',
      request: `GET ${SECTIONS}?cursor=bm9ib2R5`,
      status: 400,
      code: 'cursor_invalid',
      faults: ['cursor'],
    },
  ]);
});

test('a section with articles stays, whatever their status', async (t) => {
  const site = await testSite(t);
  const publish = await publisher(site);
  const { body: section } = await site.ask('POST', SECTIONS, { as: 'editor', body: { name: 'Politics' } });
  const { body: draft } = await write(site, 'A draft', { section: 'politics' });
  await publish('Out', { section: section.id });
  const at = `${SECTIONS}/${section.id}`;
  await site.newEvents();
  const refused = { as: 'editor', request: `DELETE ${at}`, status: 409, code: 'section_in_use' } as const;
  await play(t, site, [
    { ...refused, name: 'two articles', has: { detail: '2 articles are in this section.' } },
    {
      as: 'editor',
      name: 'only the public one counts',
      request: `GET ${at}`,
      status: 200,
      has: { articleCount: 1 },
    },
  ]);
  await site.ask('DELETE', `/v1/manage/articles/${draft.id}`, { as: 'editor', headers: { 'if-match': '*' } });
  await play(t, site, [
    { ...refused, name: 'one is in the trash', has: { detail: '2 articles are in this section.' } },
  ]);
  await site.ask('DELETE', `/v1/manage/articles/${draft.id}?permanent=true`, {
    as: 'editor',
    headers: { 'if-match': '*' },
  });
  await play(t, site, [
    { ...refused, name: 'one article', has: { detail: '1 article is in this section.' } },
  ]);
});
