// What the desk does with authors.
import { test } from 'tap';
import { createAuthor } from '../../src/authors/service.ts';
import { newId } from '../../src/core/id.ts';
import { Problem } from '../../src/core/problem.ts';
import { play } from '../scenario.ts';
import { type TestSite, testSite } from '../site.ts';
import { byline, publish } from './seed.ts';

const AUTHORS = '/v1/manage/authors';

const create = async (site: TestSite, body: object) =>
  (await site.ask('POST', AUTHORS, { as: 'editor', body })).body;

test('an author is created with all that may be said of one, and read back so', async (t) => {
  const site = await testSite(t);
  const all = {
    name: 'Ada Okafor',
    slug: 'ada',
    bio: 'Covers the harbour.',
    avatarUrl: 'https://news.example/ada.jpg',
    website: 'https://ada.example',
    links: [{ rel: 'mastodon', url: 'https://social.example/@ada' }],
    email: 'Ada@News.example',
    active: false,
    source: { system: 'wordpress', id: '7' },
  };
  const [made] = await play(t, site, [
    {
      name: 'created',
      as: 'editor',
      request: `POST ${AUTHORS}`,
      body: all,
      status: 201,
      has: {
        ...all,
        articleCount: 0,
        version: 1,
        createdAt: '2026-03-01T06:30:00.000Z',
        updatedAt: '2026-03-01T06:30:00.000Z',
      },
      sends: { etag: '"1"', location: /^\/v1\/manage\/authors\// },
      events: ['author.created'],
    },
  ]);
  t.equal(made?.headers.location, `${AUTHORS}/${made?.body.id}`);
  await play(t, site, [
    {
      name: 'read',
      as: 'contributor',
      request: `GET ${AUTHORS}/${made?.body.id}`,
      status: 200,
      has: made?.body,
      sends: { etag: '"1"' },
    },
    {
      name: 'read in capitals',
      as: 'editor',
      request: `GET ${AUTHORS}/${made?.body.id.toUpperCase()}`,
      status: 200,
      has: made?.body,
    },
    {
      name: 'listed',
      as: 'moderator',
      request: `GET ${AUTHORS}`,
      status: 200,
      has: { items: [made?.body], nextCursor: null },
    },
    { name: 'unknown', as: 'editor', request: `GET ${AUTHORS}/${newId(0)}`, status: 404 },
  ]);
});

test('of an author only the name is needed', async (t) => {
  const site = await testSite(t);
  await play(t, site, [
    {
      name: 'created',
      as: 'editor',
      request: `POST ${AUTHORS}`,
      body: { name: 'Ada Okafor' },
      status: 201,
      has: {
        slug: 'ada-okafor',
        bio: null,
        avatarUrl: null,
        website: null,
        links: [],
        email: null,
        active: true,
        source: null,
      },
      events: ['author.created'],
    },
  ]);
});

test('a slug is made from the name where none is given, and runs into no other', async (t) => {
  const site = await testSite(t);
  const slugs = [];
  for (const name of ['Jörg Müller', 'Jörg Müller', 'Jorg, Muller!', 'Анна', '作家', '…'])
    slugs.push((await create(site, { name })).slug);
  t.match(slugs, [
    'joerg-mueller',
    'joerg-mueller-2',
    'jorg-muller',
    'anna',
    /^author-[\da-f]{8}$/,
    /^author-[\da-f]{8}$/,
  ]);
  t.equal(new Set(slugs).size, slugs.length);

  const long = new Set<string>();
  for (let n = 0; n < 11; n++) long.add((await create(site, { name: 'Maximilian '.repeat(18) })).slug);
  t.equal(long.size, 11);
  t.ok([...long].every((slug) => slug.length <= 100));

  const race = await Promise.all(Array.from({ length: 5 }, () => create(site, { name: 'Race' })));
  t.same(race.map(({ slug }) => slug).sort(), ['race', 'race-2', 'race-3', 'race-4', 'race-5']);
});

test('what is another’s is refused, and says what', async (t) => {
  const site = await testSite(t);
  const source = { system: 'wordpress', id: '7' };
  await create(site, { name: 'Ada', slug: 'ada', email: 'J\u00f6rg@News.example', source });
  const { id } = await create(site, { name: 'Bo', source: { system: 'wordpress', id: '8' } });
  const post = { as: 'editor', request: `POST ${AUTHORS}`, status: 409 };
  const patch = {
    as: 'editor',
    request: `PATCH ${AUTHORS}/${id}`,
    headers: { 'if-match': '*' },
    status: 409,
  };
  const taken = (what: string) => ({ code: `${what}_taken`, faults: [`/${what}`] });
  await play(t, site, [
    { ...post, ...taken('slug'), name: 'a slug', body: { name: 'x', slug: 'ada' } },
    {
      ...post,
      ...taken('email'),
      name: 'an e-mail in another case',
      body: { name: 'x', email: 'JÖRG@NEWS.EXAMPLE' },
      lacks: ['NEWS.EXAMPLE'],
    },
    {
      ...post,
      ...taken('email'),
      name: 'an e-mail in another normal form',
      body: { name: 'x', email: 'jo\u0308rg@news.example' },
    },
    { ...post, ...taken('source'), name: 'a source', body: { name: 'x', source } },
    { ...patch, ...taken('slug'), name: 'a slug by change', body: { slug: 'ada' } },
    { ...patch, ...taken('email'), name: 'an e-mail by change', body: { email: 'jörg@news.example' } },
    { ...patch, ...taken('source'), name: 'a source by change', body: { source } },
    {
      ...patch,
      name: 'its own',
      body: { slug: 'bo', source: { system: 'wordpress', id: '8' } },
      status: 200,
      events: ['author.updated'],
    },
    {
      ...post,
      name: 'half of a source',
      body: { name: 'x', source: { system: 'ghost', id: '7' } },
      status: 201,
      events: ['author.created'],
    },
    {
      ...post,
      name: 'no e-mail, as others',
      body: { name: 'y', email: null, source: null },
      status: 201,
      events: ['author.created'],
    },
  ]);
});

test('what the database refuses for another reason is no name that is taken', async (t) => {
  const site = await testSite(t);
  const broken = JSON.parse('{ "name": null, "slug": "x" }');
  const error = await createAuthor(site.ctx, broken).catch((thrown: unknown) => thrown);
  t.ok(error instanceof Error && !(error instanceof Problem));
});

test('a change names what changes: null clears, and what is absent stays', async (t) => {
  const site = await testSite(t);
  const made = await create(site, {
    name: 'Ada',
    bio: 'x',
    avatarUrl: 'https://a.example/a',
    website: 'https://a.example',
    links: [{ rel: 'x', url: 'https://x.example' }],
    email: 'ada@news.example',
    source: { system: 'a', id: 'b' },
  });
  const change = {
    as: 'editor',
    request: `PATCH ${AUTHORS}/${made.id}`,
    headers: { 'if-match': '*' },
    status: 200,
    events: ['author.updated'],
  };
  site.clock.now += 1_000;
  const { id, slug, createdAt } = made;
  await play(t, site, [
    {
      ...change,
      name: 'nothing',
      body: {},
      has: { ...made, version: 2, updatedAt: '2026-03-01T06:30:01.000Z' },
    },
    {
      ...change,
      name: 'a name, and the slug stays',
      body: { name: 'Ada Okafor' },
      has: { id, slug, createdAt, name: 'Ada Okafor', bio: 'x', email: 'ada@news.example', version: 3 },
    },
    {
      ...change,
      name: 'all that can be cleared',
      body: { bio: null, avatarUrl: null, website: null, email: null, source: null },
      has: {
        name: 'Ada Okafor',
        bio: null,
        avatarUrl: null,
        website: null,
        email: null,
        source: null,
        links: made.links,
        active: true,
      },
    },
    {
      ...change,
      name: 'a list is replaced',
      body: { links: [], active: false },
      has: { links: [], active: false },
    },
    {
      ...change,
      name: 'as a merge patch',
      raw: '{"bio":""}',
      headers: { 'if-match': '"5"', 'content-type': 'application/merge-patch+json' },
      has: { bio: '', version: 6 },
    },
    {
      ...change,
      name: 'what cannot be cleared',
      body: { name: null, slug: null, active: null, links: null },
      status: 400,
      faults: ['/name', '/slug', '/active', '/links'],
      events: [],
    },
  ]);
  t.equal(
    (await create(site, { name: 'Bo', email: 'ada@news.example' })).email,
    'ada@news.example',
    'what was cleared is free',
  );
});

test('an author is deleted by whoever has read it, unless articles name it', async (t) => {
  const site = await testSite(t);
  const { id } = await create(site, { name: 'Ada', email: 'ada@news.example' });
  const erase = { as: 'editor', request: `DELETE ${AUTHORS}/${id}`, headers: { 'if-match': '"1"' } };
  const inUse = { ...erase, status: 409, code: 'author_in_use' };
  const draft = await publish(site, 'draft', { publicFrom: null });
  await byline(site, draft, id);
  await play(t, site, [{ ...inUse, name: 'by one', has: { detail: /^1 article still name/ } }]);
  await byline(site, await publish(site, 'public'), id);
  const { articleAuthors } = site.database.read.tables;
  await play(t, site, [{ ...inUse, name: 'by two', has: { detail: /^2 articles still name/ } }]);
  await site.database.write(async (db) => void (await db.delete(articleAuthors)));
  await play(t, site, [
    { ...erase, name: 'without If-Match', headers: {}, status: 428 },
    { ...erase, name: 'stale', headers: { 'if-match': '"2"' }, status: 412, sends: { etag: '"1"' } },
    { ...erase, name: 'free', status: 204, lacks: ['ada'], events: ['author.deleted'] },
    { ...erase, name: 'again', status: 404 },
    {
      name: 'its e-mail is free',
      as: 'editor',
      request: `POST ${AUTHORS}`,
      body: { name: 'Ada', email: 'ada@news.example' },
      status: 201,
      events: ['author.created'],
    },
  ]);
});

test('events tell which public answers show the author', async (t) => {
  const site = await testSite(t);
  const { id } = await create(site, { name: 'Ada' });
  await site.ask('PATCH', `${AUTHORS}/${id}`, {
    as: 'editor',
    headers: { 'if-match': '*' },
    body: { bio: 'x' },
  });
  await site.ask('DELETE', `${AUTHORS}/${id}`, { as: 'editor', headers: { 'if-match': '*' } });
  const { events } = site.database.read.tables;
  const rows = (await site.database.read.select().from(events)).filter(
    ({ subject }) => subject === `author:${id}`,
  );
  t.match(
    rows.sort((a, b) => a.position - b.position),
    [1, 2, 2].map((version) => ({
      version,
      actor: `key:${site.keyIds.editor}`,
      tags: [`author:${id}`, 'authors'],
    })),
  );
});

test('the list of the desk goes by name, and is filtered by slug and by who is active', async (t) => {
  const site = await testSite(t);
  for (const [name, active] of [
    ['Cy', true],
    ['Ada', true],
    ['Bo', false],
    ['Ada', true],
  ] as const)
    await create(site, { name, active });
  const names = async (query: string) =>
    (await site.ask('GET', `${AUTHORS}?${query}`, { as: 'editor' })).body.items.map(
      ({ slug }: { slug: string }) => slug,
    );
  t.same(await names(''), ['ada', 'ada-2', 'bo', 'cy']);
  t.same(await names('active=true'), ['ada', 'ada-2', 'cy']);
  t.same(await names('active=false'), ['bo']);
  t.same(await names('slug=cy,bo,nobody'), ['bo', 'cy']);
  t.same(await names('slug=cy,bo&active=true'), ['cy']);
});
