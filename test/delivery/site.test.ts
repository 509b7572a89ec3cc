import { test } from 'tap';
import { ROLES } from '../../src/db/schema/columns.ts';
import { play, type Scenario } from '../scenario.ts';
import { testSite } from '../site.ts';

const SETTINGS = '/v1/manage/settings/site';
const DEFAULTS = { name: 'Masthead', description: null, language: 'en', logoUrl: null };

test('a fresh site has a frame, and it follows the settings and the sections', async (t) => {
  const site = await testSite(t);
  const [fresh] = await play(t, site, [
    {
      name: 'before anything was set',
      request: 'GET /v1/site',
      status: 200,
      sends: { etag: /^"[\w-]{22}"$/, 'cache-control': /^public, max-age=0, s-maxage=60/ },
    },
  ]);
  t.same(fresh?.body, { ...DEFAULTS, sections: [] });

  const made = [];
  for (const body of [
    { name: 'Sport', description: 'Who won.', position: 2 },
    { name: 'News', position: 1 },
  ]) {
    made.push((await site.ask('POST', '/v1/manage/sections', { as: 'editor', body })).body);
  }
  const [sport, news] = made;
  const frame = { name: 'The Harbour Times', description: 'Since 1871.', language: 'en-GB' };
  await site.ask('PATCH', SETTINGS, { as: 'editor', body: frame });
  const { body, headers } = await site.ask('GET', '/v1/site');
  t.same(body, {
    ...frame,
    logoUrl: null,
    sections: [
      { id: news.id, slug: 'news', name: 'News' },
      { id: sport.id, slug: 'sport', name: 'Sport' },
    ],
  });
  const again = await site.ask('GET', '/v1/site', { headers: { 'if-none-match': headers.etag ?? '' } });
  t.equal(again.status, 304, 'what did not change is not sent again');
  await site.newEvents();
  await play(t, site, [
    {
      name: 'a parameter',
      request: 'GET /v1/site?lang=en',
      status: 400,
      code: 'validation_failed',
      faults: ['lang'],
    },
    {
      name: 'a write',
      as: 'editor',
      request: 'PATCH /v1/site',
      body: {},
      status: 405,
      code: 'method_not_allowed',
    },
  ]);
});

test('editors read and change the settings, nobody else', async (t) => {
  const site = await testSite(t);
  const rows = ['GET', 'PATCH'].flatMap((method): Scenario[] => {
    const request = `${method} ${SETTINGS}`;
    const body = method === 'PATCH' ? { body: { name: '' } } : {};
    return [
      { name: `nobody: ${request}`, request, status: 401, code: 'unauthorized', ...body },
      ...ROLES.map((role) => {
        const allowed = method === 'PATCH' ? 400 : 200;
        const status = role === 'editor' || role === 'admin' ? allowed : 403;
        return { name: `${role}: ${request}`, as: role, request, status, ...body };
      }),
    ];
  });
  await play(t, site, rows);
});

test('the defaults are version 1, and each change makes the next', async (t) => {
  const site = await testSite(t);
  const [first] = await play(t, site, [
    { name: 'the defaults', as: 'editor', request: `GET ${SETTINGS}`, status: 200, sends: { etag: '"1"' } },
    {
      name: 'a version that never was',
      as: 'editor',
      request: `PATCH ${SETTINGS}`,
      headers: { 'if-match': '"2"' },
      body: { name: 'Lost' },
      status: 412,
      code: 'version_conflict',
      sends: { etag: '"1"' },
    },
    {
      name: 'the first change may name the defaults’ version',
      as: 'editor',
      request: `PATCH ${SETTINGS}`,
      headers: { 'if-match': '"1"' },
      body: {
        name: 'The Harbour Times',
        description: 'Since 1871.',
        logoUrl: 'https://news.example/logo.svg',
      },
      status: 200,
      has: {
        name: 'The Harbour Times',
        description: 'Since 1871.',
        language: 'en',
        logoUrl: 'https://news.example/logo.svg',
        version: 2,
        updatedAt: '2026-03-01T06:30:00.000Z',
      },
      sends: { etag: '"2"' },
      events: ['settings.updated'],
    },
    {
      name: 'a later one keeps what it does not name, clears what it nulls',
      as: 'admin',
      request: `PATCH ${SETTINGS}`,
      body: { language: 'PT-br', logoUrl: null },
      status: 200,
      has: {
        name: 'The Harbour Times',
        description: 'Since 1871.',
        language: 'pt-BR',
        logoUrl: null,
        version: 3,
      },
      events: ['settings.updated'],
    },
    {
      name: 'an old version is refused, and the current one told',
      as: 'editor',
      request: `PATCH ${SETTINGS}`,
      headers: { 'if-match': '"2"' },
      body: { name: 'Lost' },
      status: 412,
      code: 'version_conflict',
      sends: { etag: '"3"' },
    },
    {
      name: 'every fault is named',
      as: 'editor',
      request: `PATCH ${SETTINGS}`,
      body: {
        name: null,
        language: 'not a language',
        logoUrl: 'javascript:alert(1)',
        version: 4,
        motto: 'Ahoy',
      },
      status: 400,
      code: 'validation_failed',
      faults: ['/name', '/language', '/logoUrl', '/version', '/motto'],
    },
    {
      name: 'a parameter',
      as: 'editor',
      request: `GET ${SETTINGS}?view=full`,
      status: 400,
      code: 'validation_failed',
      faults: ['view'],
    },
    {
      name: 'a read shows what was saved',
      as: 'editor',
      request: `GET ${SETTINGS}`,
      status: 200,
      has: { language: 'pt-BR', version: 3 },
      sends: { etag: '"3"', 'cache-control': 'private, no-store' },
    },
  ]);
  t.same(first?.body, { ...DEFAULTS, version: 1, updatedAt: null });
});

test('settings stored before a field was there have its default', async (t) => {
  const site = await testSite(t);
  const row = { name: 'site', value: { name: 'The Harbour Times' }, version: 7, updatedAt: site.clock.now };
  await site.database.write(async (db) => {
    await db.insert(db.tables.settings).values(row);
  });
  const { body } = await site.ask('GET', '/v1/site');
  t.same(body, { ...DEFAULTS, name: 'The Harbour Times', sections: [] });
});

test('of two first changes at once to the same version, one is refused', async (t) => {
  const site = await testSite(t);
  const change = (name: string) =>
    site.ask('PATCH', SETTINGS, { as: 'editor', headers: { 'if-match': '"1"' }, body: { name } });
  const answers = await Promise.all([change('One'), change('Two')]);
  t.same(answers.map(({ status }) => status).sort(), [200, 412]);
});

test('a change of the settings or of a section purges the frame', async (t) => {
  const site = await testSite(t);
  await site.ask('PATCH', SETTINGS, { as: 'editor', body: { name: 'The Harbour Times' } });
  await site.ask('POST', '/v1/manage/sections', { as: 'editor', body: { name: 'News' } });
  const { events } = site.database.read.tables;
  const rows = await site.database.read.select().from(events);
  const purging = rows.filter(({ tags }) => tags.includes('site')).map(({ action }) => action);
  t.same(purging, ['settings.updated', 'section.created']);
});
