// What an article was: each saved change, read and gone back to; and the links to what it would be.
import { test } from 'tap';
import { deleteExpiredPreviews } from '../../src/articles/previews.store.ts';
import { createPreview } from '../../src/articles/previews.ts';
import { changeArticle, createArticle as write } from '../../src/articles/service.ts';
import { createSigner } from '../../src/core/signature.ts';
import { play } from '../scenario.ts';
import { testSite } from '../site.ts';
import { createArticle, createAuthor } from './make.ts';

const AT = '/v1/manage/articles';
const ANY = { 'if-match': '*' };

test('every saved change is a revision: who, when, which fields, and the text of then', async (t) => {
  const site = await testSite(t);
  await createAuthor(site, 'Jon Berg');
  const { id } = await createArticle(site, { slug: 'the-bridge', tags: ['Harbour'] }, 'reporter');
  const at = `${AT}/${id}`;
  const change = async (as: 'reporter' | 'editor', method: string, url: string, body?: object) => {
    site.clock.now += 1_000;
    const answer = await site.ask(method, url, { as, headers: ANY, body });
    t.ok(answer.status < 300, `${method} ${url}: ${answer.status}`);
  };
  await change('reporter', 'PATCH', at, {
    body: { source: 'Second text.' },
    title: 'Second',
    notes: 'secret notes',
  });
  await change('editor', 'POST', `${at}/publish`);
  await change('reporter', 'PATCH', `${at}/staged`, { body: { source: 'Staged text.' } });
  await change('editor', 'PATCH', at, { body: { source: 'Live text.' }, tags: [], authors: ['jon-berg'] });
  await change('editor', 'POST', `${at}/submit`.replace('submit', 'archive'));

  const [list] = await play(t, site, [
    {
      name: 'newest first',
      as: 'reporter',
      request: `GET ${at}/revisions?total=true`,
      status: 200,
      has: {
        total: 6,
        items: [
          { version: 6, action: 'archived', fields: ['/unpublishAt', '/status'] },
          {
            version: 5,
            action: 'updated',
            fields: ['/body', '/tags', '/authors'],
            by: { name: 'The editor' },
          },
          { version: 4, action: 'staged', kind: 'staged', fields: ['/body'] },
          { version: 3, action: 'published', kind: 'live', at: '2026-03-01T06:30:02.000Z' },
          {
            version: 2,
            action: 'updated',
            fields: ['/title', '/notes', '/body'],
            by: { name: 'The reporter' },
          },
          { version: 1, action: 'created', fields: [] },
        ],
      },
      lacks: ['secret notes'],
    },
  ]);
  t.ok(list);
  const page = await site.ask('GET', `${at}/revisions?limit=4`, { as: 'reporter' });
  const rest = await site.ask('GET', `${at}/revisions?limit=4&cursor=${page.body.nextCursor}`, {
    as: 'reporter',
  });
  t.same(
    rest.body.items.map(({ version }: { version: number }) => version),
    [2, 1],
  );
  const texts: Record<number, string> = {
    1: 'The bridge **reopened** on Monday.',
    2: 'Second text.',
    3: 'Second text.',
    4: 'Staged text.',
    5: 'Live text.',
    6: 'Live text.',
  };
  for (const [version, source] of Object.entries(texts)) {
    const { body } = await site.ask('GET', `${at}/revisions/${version}`, { as: 'editor' });
    t.equal(body.article.body.source, source, version);
  }
  await play(t, site, [
    {
      name: 'with what it named',
      as: 'editor',
      request: `GET ${at}/revisions/1`,
      status: 200,
      has: { article: { tags: [{ slug: 'harbour' }], authors: [{ slug: 'ada-okafor', role: 'writer' }] } },
    },
    { name: 'an unknown one', as: 'editor', request: `GET ${at}/revisions/7`, status: 404 },
    { name: 'no number', as: 'editor', request: `GET ${at}/revisions/0`, status: 400, faults: ['version'] },
    { name: 'not for moderators', as: 'moderator', request: `GET ${at}/revisions`, status: 403 },
    {
      name: 'not for who may not see the article',
      as: 'contributor',
      request: `GET ${at}/revisions`,
      status: 404,
    },
    {
      name: 'gone back to, while it is archived',
      as: 'reporter',
      headers: { 'if-match': '"6"' },
      request: `POST ${at}/revisions/1/restore`,
      status: 200,
      has: {
        title: 'Harbour bridge reopens',
        slug: 'the-bridge',
        notes: 'secret notes',
        body: { source: 'The bridge **reopened** on Monday.' },
        tags: [{ slug: 'harbour' }],
        authors: [{ slug: 'ada-okafor' }],
        version: 7,
        status: 'archived',
      },
      events: ['article.updated'],
    },
    {
      name: 'not with an old version',
      as: 'editor',
      headers: { 'if-match': '"6"' },
      request: `POST ${at}/revisions/1/restore`,
      status: 412,
    },
    {
      name: 'nor what never was',
      as: 'editor',
      headers: ANY,
      request: `POST ${at}/revisions/99/restore`,
      status: 404,
    },
    {
      name: 'nor by who does not see it',
      as: 'contributor',
      headers: ANY,
      request: `POST ${at}/revisions/1/restore`,
      status: 404,
    },
  ]);
});

test('going back finds what was renamed, and leaves out what is gone', async (t) => {
  const site = await testSite(t);
  await createAuthor(site, 'Jon Berg');
  const { body: section } = await site.ask('POST', '/v1/manage/sections', {
    as: 'editor',
    body: { name: 'City' },
  });
  const { id } = await createArticle(site, {
    section: 'city',
    tags: ['Harbour', 'Ferry'],
    authors: ['jon-berg'],
  });
  const at = `${AT}/${id}`;
  const as = { as: 'editor' as const, headers: ANY };
  await site.ask('PATCH', at, { ...as, body: { section: null, tags: [], authors: ['ada-okafor'] } });
  const tagOf = async (slug: string) =>
    (await site.ask('GET', `/v1/manage/tags?slug=${slug}`, { as: 'editor' })).body.items[0].id;
  await site.ask('PATCH', `/v1/manage/tags/${await tagOf('harbour')}`, {
    as: 'editor',
    body: { name: 'Port', slug: 'port' },
  });
  const merged = await site.ask('POST', `/v1/manage/tags/${await tagOf('ferry')}/merge`, {
    as: 'editor',
    body: { into: await tagOf('port') },
  });
  t.equal(merged.status, 200);
  await site.ask('PATCH', `/v1/manage/sections/${section.id}`, { as: 'editor', body: { slug: 'town' } });
  await site.newEvents();
  const [back] = await play(t, site, [
    {
      name: 'what was renamed',
      ...as,
      request: `POST ${at}/revisions/1/restore`,
      status: 200,
      has: {
        section: { slug: 'town' },
        authors: [{ slug: 'jon-berg' }],
      },
      events: ['article.updated'],
    },
  ]);
  t.match(back?.body.tags, [{ slug: 'port' }]);
  t.equal(back?.body.tags.length, 1, 'a tag that was merged away is not made anew');
  await site.ask('PATCH', at, { ...as, body: { section: null, authors: ['ada-okafor'] } });
  const { body: jon } = await site.ask('GET', '/v1/manage/authors?slug=jon-berg', { as: 'editor' });
  await site.ask('DELETE', `/v1/manage/authors/${jon.items[0].id}`, as);
  await site.ask('DELETE', `/v1/manage/sections/${section.id}`, { as: 'editor' });
  await site.newEvents();
  await play(t, site, [
    {
      name: 'what is gone',
      ...as,
      request: `POST ${at}/revisions/1/restore`,
      status: 200,
      has: { title: 'Harbour bridge reopens', section: null },
      events: ['article.updated'],
    },
  ]);
  const unsigned = await site.ask('GET', at, { as: 'editor' });
  t.same(unsigned.body.authors, [], 'a draft may be left without an author');
  await site.ask('PATCH', at, { ...as, body: { title: 'Signed again', authors: ['ada-okafor'] } });
  t.equal((await site.ask('POST', `${at}/publish`, as)).status, 200);
  await site.newEvents();
  await play(t, site, [
    {
      name: 'a public one keeps the authors it has',
      ...as,
      request: `POST ${at}/revisions/1/restore`,
      status: 200,
      has: { title: 'Harbour bridge reopens', authors: [{ slug: 'ada-okafor' }] },
      events: ['article.updated'],
    },
  ]);
});

test('a public article does not go back to what could not be public', async (t) => {
  const site = await testSite(t);
  const { id } = await createArticle(site, { body: { format: 'markdown', source: '' } });
  const as = { as: 'editor' as const, headers: ANY };
  await site.ask('PATCH', `${AT}/${id}`, { ...as, body: { body: { source: 'A text.' } } });
  t.equal((await site.ask('POST', `${AT}/${id}/publish`, as)).status, 200);
  const back = await site.ask('POST', `${AT}/${id}/revisions/1/restore`, as);
  t.match(back, { status: 422, body: { code: 'publish_incomplete', errors: [{ pointer: '/body' }] } });
});

test('a preview link shows what the article would be, to whoever has it, until it ends', async (t) => {
  const site = await testSite(t);
  const { id } = await createArticle(
    site,
    { notes: 'secret notes', metadata: { private: { p: 'secret' } } },
    'contributor',
  );
  const at = `${AT}/${id}`;
  const made = await site.ask('POST', `${at}/previews`, {
    as: 'contributor',
    body: { expiresIn: 3_600 },
    headers: { 'idempotency-key': 'once' },
  });
  t.match(made, { status: 201, body: { version: 1, expiresAt: '2026-03-01T07:30:00.000Z', token: /^mp_/ } });
  t.equal(made.body.url, `https://cms.example/v1/preview/${made.body.token}`);
  const replay = await site.ask('POST', `${at}/previews`, {
    as: 'contributor',
    body: { expiresIn: 3_600 },
    headers: { 'idempotency-key': 'once' },
  });
  t.equal(replay.headers['idempotency-replayed'], 'true');
  t.notOk(replay.text.includes('mp_'), 'a replay carries no token');
  const path = `/v1/preview/${made.body.token}`;
  const lacks = ['secret', 'notes', 'version', '"status"', 'createdBy'];
  await site.newEvents();
  await play(t, site, [
    {
      name: 'read by anybody',
      request: `GET ${path}?utm_source=mail`,
      status: 200,
      has: { title: 'Harbour bridge reopens', publishedAt: null, bodyHtml: /reopened/ },
      lacks,
      sends: { 'cache-control': 'private, no-store' },
    },
    {
      name: 'edited meanwhile',
      as: 'contributor',
      headers: ANY,
      request: `PATCH ${at}`,
      body: { title: 'Another title' },
      status: 200,
      events: ['article.updated'],
    },
    {
      name: 'it shows what it showed',
      request: `GET ${path}`,
      status: 200,
      has: { title: 'Harbour bridge reopens' },
    },
    {
      name: 'listed without its token',
      as: 'contributor',
      request: `GET ${at}/previews?total=true`,
      status: 200,
      has: { total: 1, items: [{ id: made.body.id, version: 1, createdBy: { name: 'The contributor' } }] },
      lacks: ['mp_'],
    },
    { name: 'not for strangers', as: 'reporter', request: `POST ${at}/previews`, status: 404 },
    {
      name: 'for a minute at least',
      as: 'contributor',
      request: `POST ${at}/preview`,
      body: { expiresIn: 1 },
      status: 400,
      faults: ['/expiresIn'],
    },
  ]);
  const unknown = await site.ask('GET', '/v1/preview/mp_none');
  const same = async (url: string, why: string) => {
    const { status, body } = await site.ask('GET', url);
    const { requestId, instance, ...rest } = body;
    const { requestId: _, instance: __, ...known } = unknown.body;
    t.same({ status, ...rest }, { status: 404, ...known }, why);
    t.equal(instance, '/v1/preview/*', 'no token is said again');
  };
  await same(`${path.slice(0, -1)}${path.endsWith('A') ? 'B' : 'A'}`, 'edited');
  await same(path.replace('mp_', 'mp_A'), 'prefixed');
  site.clock.now += 3_600_000;
  await same(path, 'expired');
  t.equal(await site.ctx.write((tx) => deleteExpiredPreviews(tx.db, tx.now)), 1);
  t.notOk(site.log.join('').includes(made.body.token), 'nor logged');
});

test('a link is revoked at once, shows what is staged, and nothing of what was thrown away', async (t) => {
  const site = await testSite(t);
  const { id } = await createArticle(site, { status: 'published' });
  const at = `${AT}/${id}`;
  await site.ask('PATCH', `${at}/staged`, {
    as: 'editor',
    headers: ANY,
    body: { title: 'Staged', body: { source: 'Aside.' } },
  });
  const link = async () => {
    const { body } = await site.ask('POST', `${at}/preview`, { as: 'editor' });
    return { id: body.id, path: `/v1/preview/${body.token}` };
  };
  const [one, two] = [await link(), await link()];
  const first = (await site.ask('GET', `${at}/previews?limit=1`, { as: 'editor' })).body.nextCursor;
  const rest = await site.ask('GET', `${at}/previews?limit=1&cursor=${first}`, { as: 'editor' });
  t.match(rest.body, { items: [{ id: two.id }], nextCursor: null });
  await site.newEvents();
  await play(t, site, [
    {
      name: 'staged',
      request: `GET ${one.path}`,
      status: 200,
      has: { title: 'Staged', bodyHtml: '<p>Aside.</p>' },
    },
    {
      name: 'revoked',
      as: 'editor',
      request: `DELETE ${at}/previews/${one.id}`,
      status: 204,
      events: ['preview.revoked'],
    },
    { name: 'opens nothing', request: `GET ${one.path}`, status: 404 },
    { name: 'once', as: 'editor', request: `DELETE ${at}/previews/${one.id}`, status: 404 },
    { name: 'the other does', request: `GET ${two.path}`, status: 200 },
    {
      name: 'trashed',
      as: 'editor',
      headers: ANY,
      request: `DELETE ${at}`,
      status: 200,
      events: ['article.trashed'],
    },
    { name: 'nor does that', request: `GET ${two.path}`, status: 404 },
    {
      name: 'and none is made that would not',
      as: 'editor',
      request: `POST ${at}/previews`,
      body: {},
      status: 409,
      code: 'transition_refused',
      has: { detail: /in the trash: restore it first/, allowedMoves: ['restore', 'delete'] },
    },
    {
      name: 'never by a key-holder of another',
      as: 'contributor',
      request: `DELETE ${at}/previews/${two.id}`,
      status: 404,
    },
  ]);
  const { body } = await site.ask('GET', `/v1/manage/audit?subject=preview:${two.id}`, { as: 'admin' });
  t.match(body.items, [{ action: 'preview.created' }]);
});

test('what the operator did has nobody’s name', async (t) => {
  const site = await testSite(t);
  await createAuthor(site);
  const deps = { urlOf: (slug: string) => slug, embedHosts: new Set<string>() };
  const { id } = await write(site.ctx, deps, {
    title: 'From the machine itself',
    authors: [{ author: 'ada-okafor', role: 'writer' }],
  });
  await changeArticle(site.ctx, deps, id, { subtitle: 'And changed there' }, undefined);
  const signer = createSigner('a secret that is long enough for tests', 'preview', 'mp_');
  const link = await createPreview(site.ctx, { ...deps, signer, previewUrlOf: (token) => token }, id, {
    expiresIn: 60,
  });
  t.equal(link.createdBy, null);
  const at = `${AT}/${id}`;
  await site.newEvents();
  await play(t, site, [
    {
      name: 'in the history',
      as: 'editor',
      request: `GET ${at}/revisions`,
      status: 200,
      has: {
        items: [
          { version: 2, by: null, fields: ['/subtitle'] },
          { version: 1, by: null },
        ],
      },
    },
    { name: 'in a revision', as: 'editor', request: `GET ${at}/revisions/2`, status: 200, has: { by: null } },
    {
      name: 'in a conflict',
      as: 'editor',
      headers: { 'if-match': '"1"' },
      request: `PATCH ${at}`,
      body: { title: 'T' },
      status: 412,
      has: { errors: [{ pointer: '/subtitle', by: null }] },
    },
    {
      name: 'and on a link',
      as: 'editor',
      request: `GET ${at}/previews`,
      status: 200,
      has: { items: [{ createdBy: null }] },
    },
  ]);
});
