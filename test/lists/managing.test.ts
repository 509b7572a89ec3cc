// Lists as editors arrange them.
import { test } from 'tap';
import { createArticle } from '../articles/make.ts';
import { play } from '../scenario.ts';
import { type TestSite, testSite } from '../site.ts';
import { NOBODY, walk } from '../tags/seed.ts';

const LISTS = '/v1/manage/lists';

const createList = async (site: TestSite, body: object) =>
  (await site.ask('POST', LISTS, { as: 'editor', body })).body;

const slugsOf = ({ items }: { items: { slug: string }[] }) => items.map(({ slug }) => slug);

test('a list is created, read, arranged, renamed and deleted', async (t) => {
  const site = await testSite(t);
  const bridge = await createArticle(site, { title: 'Bridge', status: 'published' });
  const storm = await createArticle(site, { title: 'Storm', slug: 'storm', status: 'published' });
  const draft = await createArticle(site, { title: 'Draft' });
  const edit = { as: 'editor', headers: { 'if-match': '*' } } as const;
  await site.ask('PATCH', `/v1/manage/articles/${storm.id}`, { ...edit, body: { slug: 'storm-warning' } });

  const [made] = await play(t, site, [
    {
      name: 'by id, by a former slug, and by what a GET gave',
      as: 'editor',
      request: `POST ${LISTS}`,
      body: { name: 'Front page', items: [bridge.id.toUpperCase(), 'storm', draft] },
      status: 201,
      has: {
        slug: 'front-page',
        name: 'Front page',
        description: null,
        version: 1,
        items: [
          { id: bridge.id, slug: 'bridge', title: 'Bridge', status: 'published', publishedAt: String },
          { id: storm.id, slug: 'storm-warning', title: 'Storm', status: 'published' },
          { id: draft.id, slug: 'draft', title: 'Draft', status: 'draft', publishedAt: null },
        ],
      },
      sends: { etag: '"1"', location: /^\/v1\/manage\/lists\/[\da-f-]{36}$/ },
      events: ['list.created'],
    },
  ]);
  const list = made?.body;
  const at = `${LISTS}/${list.id}`;
  const [, , moved] = await play(t, site, [
    {
      name: 'the same, read',
      as: 'editor',
      request: `GET ${at}`,
      status: 200,
      has: list,
      sends: { etag: '"1"', 'cache-control': 'private, no-store' },
    },
    {
      name: 'what is not named stays',
      as: 'admin',
      request: `PATCH ${at}`,
      headers: { 'if-match': '"1"' },
      body: { name: 'Home', description: 'What you see first.' },
      status: 200,
      has: {
        slug: 'front-page',
        name: 'Home',
        description: 'What you see first.',
        version: 2,
        items: list.items,
      },
      sends: { etag: '"2"' },
      events: ['list.updated'],
    },
    {
      name: 'the order as a whole: one goes, one moves',
      as: 'editor',
      request: `PATCH ${at}`,
      body: { items: [{ slug: 'draft' }, list.items[0]], description: null },
      status: 200,
      has: { version: 3, description: null },
      events: ['list.updated'],
    },
    {
      name: 'another version is refused, and the current one told',
      as: 'editor',
      request: `PATCH ${at}`,
      headers: { 'if-match': '"2"' },
      body: { items: [] },
      status: 412,
      code: 'version_conflict',
      sends: { etag: '"3"' },
    },
    {
      name: 'deleting names a version too',
      as: 'editor',
      request: `DELETE ${at}`,
      headers: { 'if-match': '"2"' },
      status: 412,
      code: 'version_conflict',
    },
    {
      name: 'emptied',
      as: 'editor',
      request: `PATCH ${at}`,
      body: { items: [] },
      status: 200,
      has: { version: 4, items: [] },
      events: ['list.updated'],
    },
    { name: 'deleted', as: 'editor', request: `DELETE ${at}`, status: 204, events: ['list.deleted'] },
    { name: 'gone', as: 'editor', request: `GET ${at}`, status: 404, code: 'not_found' },
    {
      name: 'gone to a change',
      as: 'editor',
      request: `PATCH ${at}`,
      body: {},
      status: 404,
      code: 'not_found',
    },
    { name: 'gone to deleting', as: 'editor', request: `DELETE ${at}`, status: 404, code: 'not_found' },
    { name: 'its articles are where they were', request: 'GET /v1/articles/bridge', status: 200 },
  ]);
  t.same(slugsOf(moved?.body), ['draft', 'bridge']);
});

test('a list that cannot be is refused, every fault named, and nothing is changed', async (t) => {
  const site = await testSite(t);
  const bridge = await createArticle(site, { title: 'Bridge' });
  const front = await createList(site, { name: 'Front page', items: ['bridge'] });
  const sport = await createList(site, { name: 'Sport' });
  await site.newEvents();
  const refused = { as: 'editor', status: 400, code: 'validation_failed' } as const;
  await play(t, site, [
    {
      ...refused,
      name: 'what no list has',
      request: `POST ${LISTS}`,
      body: { slug: 'A', items: [7], articles: [], id: NOBODY },
      faults: ['/name', '/slug', '/items/0', '/articles', '/id'],
    },
    {
      ...refused,
      name: 'an article under two of its names',
      request: `PATCH ${LISTS}/${front.id}`,
      body: { name: 'Lost', items: ['bridge', 'nothing', bridge.id, { id: bridge.id }] },
      faults: ['/items/2', '/items/3'],
    },
    {
      ...refused,
      name: 'more than a list holds',
      request: `PATCH ${LISTS}/${front.id}`,
      body: { items: Array.from({ length: 201 }, () => 'bridge') },
      faults: ['/items'],
    },
    {
      name: 'articles that do not exist',
      as: 'editor',
      request: `PATCH ${LISTS}/${front.id}`,
      body: { name: 'Lost', items: [NOBODY, 'bridge', 'nothing', { slug: 'nobody' }] },
      status: 422,
      code: 'reference_unknown',
      faults: ['/items/0', '/items/2', '/items/3'],
    },
    {
      name: 'a new list of articles that do not exist',
      as: 'editor',
      request: `POST ${LISTS}`,
      body: { name: 'Lost', items: ['nothing'] },
      status: 422,
      code: 'reference_unknown',
      faults: ['/items/0'],
    },
    {
      name: 'a slug that another has',
      as: 'editor',
      request: `POST ${LISTS}`,
      body: { name: 'Again', slug: 'sport' },
      status: 409,
      code: 'slug_taken',
      faults: ['/slug'],
    },
    {
      name: 'a change to a slug that another has',
      as: 'editor',
      request: `PATCH ${LISTS}/${front.id}`,
      body: { slug: 'sport' },
      status: 409,
      code: 'slug_taken',
      faults: ['/slug'],
    },
    {
      name: 'nothing of all this was kept',
      as: 'editor',
      request: `GET ${LISTS}/${front.id}`,
      status: 200,
      has: { name: 'Front page', version: 1, items: [{ id: bridge.id }] },
    },
    {
      name: 'its own slug is not somebody else’s',
      as: 'editor',
      request: `PATCH ${LISTS}/${sport.id}`,
      body: { slug: 'sport' },
      status: 200,
      events: ['list.updated'],
    },
    {
      name: 'a made slug goes out of the way',
      as: 'editor',
      request: `POST ${LISTS}`,
      body: { name: 'Sport' },
      status: 201,
      has: { slug: 'sport-2' },
      events: ['list.created'],
    },
  ]);
});

test('whoever may not see an article does not learn from a list that it is there', async (t) => {
  const site = await testSite(t);
  await createArticle(site, { title: 'Public', status: 'published' });
  await createArticle(site, { title: 'Of the contributor' }, 'contributor');
  const { id: hidden } = await createArticle(site, { title: 'Of an editor', authors: [] });
  const items = ['of-an-editor', 'of-the-contributor', 'public'];
  const list = await createList(site, { name: 'Front page', items });
  const { body: author } = await site.ask('POST', '/v1/manage/authors', {
    as: 'editor',
    body: { name: 'Jo' },
  });
  const key = { name: 'Jo’s', role: 'reporter', authorId: author.id };
  const { body: tied } = await site.ask('POST', '/v1/manage/keys', { as: 'admin', body: key });
  const seen = async (as: string) => {
    const { body, text } = await site.ask('GET', `${LISTS}/${list.id}`, { as });
    if (as !== 'editor') t.notMatch(text, hidden, `${as} finds no trace`);
    return slugsOf(body);
  };
  t.same(await seen('editor'), items);
  t.same(await seen('contributor'), ['of-the-contributor', 'public']);
  t.same(await seen('reporter'), ['public']);
  t.same(await seen('moderator'), ['public']);
  t.same(await seen(tied.secret), ['public']);
  await site.ask('PATCH', `/v1/manage/articles/${hidden}`, {
    as: 'editor',
    headers: { 'if-match': '*' },
    body: { authors: [author.id] },
  });
  const { body: own } = await site.ask('GET', `${LISTS}/${list.id}`, { as: tied.secret });
  t.same(slugsOf(own), ['of-an-editor', 'public'], 'a byline makes it one’s own');
});

test('an article in the trash stays in its lists; deleted for good it leaves them, each as a new version', async (t) => {
  const site = await testSite(t);
  const bridge = await createArticle(site, { title: 'Bridge', status: 'published' });
  await createArticle(site, { title: 'Storm', status: 'published' });
  const list = await createList(site, { name: 'Front page', items: ['bridge', 'storm'] });
  const city = await createList(site, { name: 'City', items: ['bridge'] });
  const other = await createList(site, { name: 'Sport', items: ['storm'] });
  const at = `/v1/manage/articles/${bridge.id}`;
  const editor = { as: 'editor', headers: { 'if-match': '*' } } as const;
  await site.newEvents();
  const [, trashed, , left] = await play(t, site, [
    { ...editor, name: 'trashed', request: `DELETE ${at}`, status: 200, events: ['article.trashed'] },
    { name: 'still there', as: 'editor', request: `GET ${LISTS}/${list.id}`, status: 200 },
    {
      ...editor,
      name: 'deleted for good',
      request: `DELETE ${at}?permanent=true`,
      status: 204,
      events: ['article.deleted', 'list.updated', 'list.updated'],
    },
    {
      name: 'not there, in a list that is another now',
      as: 'editor',
      request: `GET ${LISTS}/${list.id}`,
      status: 200,
      has: { version: 2 },
      sends: { etag: '"2"' },
    },
    {
      name: 'nor in the other',
      as: 'editor',
      request: `GET ${LISTS}/${city.id}`,
      status: 200,
      has: { version: 2, items: [] },
    },
    {
      name: 'where it was not, nothing has changed',
      as: 'editor',
      request: `GET ${LISTS}/${other.id}`,
      status: 200,
      has: { version: 1 },
    },
  ]);
  const { events } = site.database.read.tables;
  const told = (await site.database.read.select().from(events)).filter(
    ({ action }) => action === 'list.updated',
  );
  t.same(
    told.map(({ subject, version, tags }) => [subject, version, tags]).sort(),
    [
      [`list:${list.id}`, 2, ['list:front-page']],
      [`list:${city.id}`, 2, ['list:city']],
    ].sort(),
  );
  t.same(slugsOf(trashed?.body), ['bridge', 'storm']);
  t.equal(trashed?.body.items[0].status, 'trashed');
  t.same(slugsOf(left?.body), ['storm']);
});

test('the list of lists is by name, and a walk through it neither skips nor repeats', async (t) => {
  const site = await testSite(t);
  for (const name of ['Sport', 'Front page', 'Culture', 'City']) await createList(site, { name });
  const named = async (url: string) => (await walk(site, url, 'moderator')).map(({ name }) => name);
  t.same(await named(LISTS), ['City', 'Culture', 'Front page', 'Sport']);
  t.same(await named(`${LISTS}?limit=1`), ['City', 'Culture', 'Front page', 'Sport']);
  t.same(await named(`${LISTS}?slug=sport,city,none`), ['City', 'Sport']);
  const { body } = await site.ask('GET', `${LISTS}?limit=1&total=true`, { as: 'editor' });
  t.equal(body.total, 4);
  const elsewhere = await site.ask('GET', `${LISTS}?slug=sport&cursor=${body.nextCursor}`, { as: 'editor' });
  t.equal(elsewhere.body.code, 'cursor_invalid', 'a cursor belongs to its filters');
});

test('the events of a list carry the tags of its public answers, under both its slugs', async (t) => {
  const site = await testSite(t);
  const list = await createList(site, { name: 'Front page' });
  await site.ask('PATCH', `${LISTS}/${list.id}`, { as: 'editor', body: { slug: 'home' } });
  await site.ask('DELETE', `${LISTS}/${list.id}`, { as: 'editor' });
  const { events } = site.database.read.tables;
  const rows = await site.database.read.select().from(events);
  t.same(
    rows
      .filter(({ subject }) => subject === `list:${list.id}`)
      .map(({ action, version, tags }) => [action, version, tags]),
    [
      ['list.created', 1, ['list:front-page']],
      ['list.updated', 2, ['list:front-page', 'list:home']],
      ['list.deleted', 2, ['list:home']],
    ],
  );
});
