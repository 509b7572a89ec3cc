// Authors for everybody: those whom a public article names, and of them nothing private.
import { test } from 'tap';
import { play } from '../scenario.ts';
import { type TestSite, testSite } from '../site.ts';
import { byline, publish } from './seed.ts';

const MANAGED = '/v1/manage/authors';
const HOUR_MS = 3_600_000;

const create = async (site: TestSite, body: object) =>
  (await site.ask('POST', MANAGED, { as: 'editor', body })).body;

/** An author whom a public article names. */
const createPublic = async (site: TestSite, body: { slug: string; [field: string]: unknown }) => {
  const author = await create(site, { name: body.slug, ...body });
  await byline(site, await publish(site, `by-${body.slug}`), author.id);
  return author;
};

const slugsIn = (body: { items: { slug: string }[] }) => body.items.map(({ slug }) => slug);

test('an author is public while a public article names it', async (t) => {
  // Its rows are written past the events that would purge what is kept.
  const site = await testSite(t, { CACHE_MAX_BYTES: '0' });
  const author = await create(site, { name: 'Ada', slug: 'ada' });
  const seen = async () => {
    const answers = [`/v1/authors/ada`, `/v1/authors/${author.id}`, '/v1/authors'].map((url) =>
      site.ask('GET', url),
    );
    const [bySlug, byId, list] = await Promise.all(answers);
    t.equal(bySlug?.status, byId?.status);
    t.equal(bySlug?.status === 200, list?.body.items.length === 1);
    return bySlug?.status === 200;
  };
  t.notOk(await seen(), 'no article');
  const { now } = site.clock;
  const article = await publish(site, 'bridge', {
    publicFrom: now + HOUR_MS,
    publicUntil: now + 2 * HOUR_MS,
  });
  await byline(site, article, author.id);
  await byline(site, await publish(site, 'draft', { publicFrom: null, status: 'draft' }), author.id);
  t.notOk(await seen(), 'one that is not yet public');
  site.clock.now += HOUR_MS;
  t.ok(await seen(), 'from the instant on');
  site.clock.now += HOUR_MS - 1;
  t.ok(await seen());
  site.clock.now += 1;
  t.notOk(await seen(), 'to the instant, and no longer');
});

test('an inactive author leaves the list and stays where articles name it', async (t) => {
  const site = await testSite(t);
  await createPublic(site, { slug: 'ada' });
  await createPublic(site, { slug: 'bo', active: false });
  await play(t, site, [
    {
      name: 'the list',
      request: 'GET /v1/authors?total=true',
      status: 200,
      has: { items: [{ slug: 'ada' }], total: 1 },
      lacks: ['"bo"'],
    },
    { name: 'the author', request: 'GET /v1/authors/bo', status: 200, has: { slug: 'bo' } },
  ]);
});

test('nothing private is in any public byte', async (t) => {
  const site = await testSite(t);
  const author = await createPublic(site, {
    slug: 'ada',
    bio: 'x',
    website: 'https://ada.example',
    email: 'ada@private.example',
    source: { system: 'secret-system', id: 'secret-id' },
  });
  const fields = ['email', 'active', 'version', 'source', 'createdAt', 'updatedAt'].map(
    (name) => `"${name}"`,
  );
  const lacks = ['private.example', 'secret', ...fields];
  const [read] = await play(t, site, [
    { name: 'read', request: 'GET /v1/authors/ada', status: 200, lacks },
    { name: 'by id', request: `GET /v1/authors/${author.id.toUpperCase()}`, status: 200, lacks },
    { name: 'list', request: 'GET /v1/authors', status: 200, lacks },
  ]);
  t.strictSame(Object.keys(read?.body).sort(), [
    'articleCount',
    'avatarUrl',
    'bio',
    'id',
    'links',
    'name',
    'slug',
    'website',
  ]);
});

test('a change that nobody can see does not change the ETag, one that shows does', async (t) => {
  const site = await testSite(t);
  const { id } = await createPublic(site, { slug: 'ada' });
  const etag = async () => (await site.ask('GET', '/v1/authors/ada')).headers.etag;
  const change = (body: object) =>
    site.ask('PATCH', `${MANAGED}/${id}`, { as: 'editor', headers: { 'if-match': '*' }, body });
  const before = await etag();
  await change({ email: 'ada@private.example', source: { system: 'a', id: 'b' } });
  t.equal(await etag(), before);
  await change({ bio: 'x' });
  t.not(await etag(), before);
});

test('who is unknown, hidden or misspelled is one and the same 404', async (t) => {
  const site = await testSite(t);
  const hidden = await create(site, { name: 'Ada', slug: 'ada' });
  const texts = new Set<string>();
  for (const reference of ['ada', hidden.id, 'nobody', 'ADA', 'a%20b', '%F0%9F%91%8D']) {
    const answer = await site.ask('GET', `/v1/authors/${reference}`, { headers: { 'x-request-id': 'same' } });
    t.equal(answer.status, 404, reference);
    texts.add(answer.text.replace(/"instance":"[^"]*"/, ''));
  }
  t.equal(texts.size, 1);
});

test('the list goes by name, page by page, and nothing is lost or doubled while authors come and go', async (t) => {
  const site = await testSite(t);
  const ids = new Map<string, string>();
  const names = Array.from({ length: 12 }, (_, index) => `a${String(index * 2).padStart(2, '0')}`);
  for (const slug of names) ids.set(slug, (await createPublic(site, { slug })).id);

  const walked: string[] = [];
  let url: string | undefined = '/v1/authors?limit=3';
  while (url !== undefined) {
    const { body, headers } = await site.ask('GET', url);
    walked.push(...slugsIn(body));
    url = /^<https:\/\/cms\.example(\/v1\/authors\?limit=3&cursor=[\w-]+)>; rel="next"$/.exec(
      headers.link ?? '',
    )?.[1];
    t.equal(url === undefined, body.nextCursor === null);
    // One behind the reader, one before: the first is not seen any more, the second is. And one seen goes away.
    if (walked.length === 6) {
      await createPublic(site, { slug: 'a01' });
      await createPublic(site, { slug: 'a15' });
      await site.database.write(async (db) => void (await db.delete(db.tables.articleAuthors)));
      for (const slug of [...names.filter((name) => name !== 'a02'), 'a15']) {
        const { body: found } = await site.ask('GET', `${MANAGED}?slug=${slug}`, { as: 'editor' });
        await byline(site, await publish(site, `again-${slug}`), found.items[0].id);
      }
    }
  }
  t.strictSame(walked, [...names, 'a15'].sort());
});

test('authors of one name are told apart by their ids, whatever the size of a page', async (t) => {
  const site = await testSite(t);
  for (let n = 0; n < 7; n++) await createPublic(site, { slug: `ada-${n}`, name: 'Ada' });
  for (const limit of [1, 2, 3, 7]) {
    const walked: string[] = [];
    let cursor = '';
    do {
      const { body } = await site.ask('GET', `/v1/authors?limit=${limit}${cursor}`);
      walked.push(...slugsIn(body));
      cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
    } while (cursor !== '');
    t.equal(walked.length, 7, `limit=${limit}`);
    t.equal(new Set(walked).size, 7, `limit=${limit}`);
  }
});

test('a cursor is of one list with one set of filters', async (t) => {
  const site = await testSite(t);
  for (const slug of ['a', 'b', 'c']) await createPublic(site, { slug });
  const { body } = await site.ask('GET', '/v1/authors?limit=1');
  const cursor: string = body.nextCursor;
  const { body: managed } = await site.ask('GET', `${MANAGED}?limit=1`, { as: 'editor' });
  const refused = { status: 400, code: 'cursor_invalid', faults: ['cursor'] };
  await play(t, site, [
    {
      name: 'followed',
      request: `GET /v1/authors?limit=1&cursor=${cursor}`,
      status: 200,
      has: { items: [{ slug: 'b' }] },
    },
    {
      name: 'with another limit and a total',
      request: `GET /v1/authors?limit=2&total=true&cursor=${cursor}`,
      status: 200,
      has: { items: [{ slug: 'b' }, { slug: 'c' }], total: 3 },
    },
    { ...refused, name: 'edited', request: `GET /v1/authors?cursor=${cursor.slice(0, -2)}xx` },
    { ...refused, name: 'made up', request: 'GET /v1/authors?cursor=x' },
    { ...refused, name: 'of another list', request: `GET /v1/authors?cursor=${managed.nextCursor}` },
    {
      ...refused,
      name: 'with another filter',
      as: 'editor',
      request: `GET ${MANAGED}?active=true&cursor=${managed.nextCursor}`,
    },
    {
      name: 'and with the same',
      as: 'editor',
      request: `GET ${MANAGED}?cursor=${managed.nextCursor}`,
      status: 200,
      has: { items: [{ slug: 'b' }, { slug: 'c' }] },
    },
  ]);
  await site.restart();
  t.equal((await site.ask('GET', `/v1/authors?cursor=${cursor}`)).status, 200, 'also after a restart');
});
