// What a new article takes, what it refuses, and who hears of it: nobody.
import { test } from 'tap';
import { play } from '../scenario.ts';
import { testSite } from '../site.ts';
import { createArticle, createAuthor, PUBLISHABLE } from './make.ts';

const AT = '/v1/manage/articles';

test('a draft is made with everything it was given, and the public knows nothing of it', async (t) => {
  const site = await testSite(t);
  const author = await createAuthor(site);
  await site.ask('POST', '/v1/manage/sections', { as: 'editor', body: { name: 'City' } });
  const [made] = await play(t, site, [
    {
      name: 'a full article',
      as: 'reporter',
      request: `POST ${AT}`,
      body: {
        title: 'Harbour bridge reopens',
        subtitle: 'After two years',
        summary: 'Cars may cross again.',
        body: { format: 'markdown', source: 'The bridge **reopened** on <script>alert(1)</script>Monday.' },
        section: 'city',
        tags: ['Harbour', 'Public transport', 'harbour'],
        authors: [author.slug],
        language: 'en-gb',
        cover: { url: 'https://img.example/bridge.jpg', alt: 'The bridge', credit: 'A. Okafor' },
        canonicalUrl: 'https://news.example/bridge',
        seo: { title: 'Bridge' },
        commentPolicy: 'moderated',
        commentsCloseAt: '2026-04-01T00:00:00+02:00',
        source: { system: 'wordpress', id: '4711' },
        notes: 'call the mayor',
        metadata: { public: { b: 1, a: [2] }, private: { desk: 'night' } },
      },
      status: 201,
      sends: {
        location: /^\/v1\/manage\/articles\/[0-9a-f-]{36}$/,
        etag: '"1"',
        'cache-control': 'private, no-store',
      },
      has: {
        slug: 'harbour-bridge-reopens',
        status: 'draft',
        language: 'en-GB',
        section: { slug: 'city', name: 'City' },
        tags: [
          { slug: 'harbour', name: 'Harbour' },
          { slug: 'public-transport', name: 'Public transport' },
        ],
        authors: [{ id: author.id, slug: author.slug, role: 'writer' }],
        cover: { alt: 'The bridge', caption: null, credit: 'A. Okafor', width: null },
        seo: { title: 'Bridge', description: null, noindex: false },
        commentPolicy: 'moderated',
        commentsCloseAt: '2026-03-31T22:00:00.000Z',
        source: { system: 'wordpress', id: '4711' },
        notes: 'call the mayor',
        publishedAt: null,
        createdBy: { name: 'The reporter' },
        url: 'https://cms.example/v1/articles/harbour-bridge-reopens',
        acceptsComments: false,
        version: 1,
        allowedMoves: ['submit', 'publish', 'trash'],
      },
      lacks: ['on <script>alert(1)</script>Monday.</p>'],
      events: ['tag.created', 'tag.created', 'article.created'],
    },
  ]);
  t.equal(JSON.stringify(made!.body.metadata.public), '{"b":1,"a":[2]}', 'metadata keeps its order');
  const { id, slug } = made!.body;
  await play(t, site, [
    { name: 'by slug', request: `GET /v1/articles/${slug}`, status: 404, code: 'not_found' },
    { name: 'by id', request: `GET /v1/articles/${id}`, status: 404, code: 'not_found' },
    { name: 'in the list', request: 'GET /v1/articles', status: 200, has: { items: [] }, lacks: [slug] },
    { name: 'its author', request: 'GET /v1/authors', status: 200, has: { items: [] } },
    {
      name: 'as an editor',
      as: 'editor',
      request: `GET ${AT}/${id}`,
      status: 200,
      has: { id, notes: 'call the mayor' },
    },
    { name: 'as its reporter', as: 'reporter', request: `GET ${AT}/${id}`, status: 200 },
    {
      name: 'as another writer',
      as: 'contributor',
      request: `GET ${AT}/${id}`,
      status: 404,
      code: 'not_found',
    },
    { name: 'as a moderator', as: 'moderator', request: `GET ${AT}/${id}`, status: 404, code: 'not_found' },
    { name: 'as a site', as: 'site', request: `GET ${AT}/${id}`, status: 403, code: 'forbidden' },
    { name: 'as nobody', request: `GET ${AT}/${id}`, status: 401, code: 'unauthorized' },
  ]);
});

test('a hidden, a trashed and an unknown article answer alike, to the byte', async (t) => {
  const site = await testSite(t);
  const draft = await createArticle(site, { slug: 'secret-draft' });
  const trashed = await createArticle(site, { slug: 'secret-trash' });
  await site.ask('DELETE', `${AT}/${trashed.id}`, { as: 'editor', headers: { 'if-match': '*' } });
  const same = async (path: string) => {
    const { status, headers, text } = await site.ask('GET', path, { headers: { 'x-request-id': 'same' } });
    const { date: _, 'content-length': __, ...kept } = headers;
    return JSON.stringify({ status, kept, text: text.replaceAll(path, '') });
  };
  const unknown = await same('/v1/articles/no-such-thing');
  for (const reference of [draft.slug, draft.id, trashed.slug, trashed.id]) {
    t.equal(await same(`/v1/articles/${reference}`), unknown, reference);
  }
});

test('publishing needs a title, a text and an author, and says all that is missing', async (t) => {
  const site = await testSite(t);
  const bare = await createArticle(site, { body: undefined, authors: [] });
  await play(t, site, [
    {
      name: 'an empty draft is not published',
      as: 'editor',
      request: `POST ${AT}/${bare.id}/publish`,
      headers: { 'if-match': '"1"' },
      status: 422,
      code: 'publish_incomplete',
      faults: ['/body', '/authors'],
    },
    {
      name: 'nor made public at once',
      as: 'editor',
      request: `POST ${AT}`,
      body: {
        title: 'Now',
        body: { format: 'html', source: '<p> </p><script>x</script><img onerror="x()">' },
        status: 'published',
      },
      status: 422,
      code: 'publish_incomplete',
      faults: ['/body', '/authors'],
    },
  ]);
});

test('everything wrong with an article is said at once', async (t) => {
  const site = await testSite(t);
  await createArticle(site, { slug: 'taken', source: { system: 'wp', id: '1' } });
  const post = (name: string, body: unknown, faults: string[], status = 400, code = 'validation_failed') => ({
    name,
    as: 'editor' as const,
    request: `POST ${AT}`,
    body,
    status,
    code,
    faults,
  });
  await play(t, site, [
    post('nothing', {}, ['/title']),
    post(
      'many',
      {
        title: ' ',
        slug: 'Not A Slug',
        authors: 'ada',
        tags: [1],
        language: 'x',
        cover: {},
        seo: { noindex: 'yes' },
        commentPolicy: 'maybe',
        commentsCloseAt: '2026-01-01',
        metadata: { other: 1 },
        nonsense: true,
      },
      [
        '/title',
        '/slug',
        '/authors',
        '/tags/0',
        '/language',
        '/cover/url',
        '/seo/noindex',
        '/commentPolicy',
        '/commentsCloseAt',
        '/metadata/other',
        '/nonsense',
      ],
    ),
    post(
      'over-long',
      {
        title: 'é'.repeat(301),
        body: { format: 'markdown', source: 'x'.repeat(262_145) },
        summary: 's'.repeat(1_001),
      },
      ['/title', '/body/source', '/summary'],
    ),
    post(
      'an unknown author and section',
      { title: 'T', authors: ['nobody', '01890a5d-ac96-774b-bcce-b302099a8057'], section: 'nowhere' },
      ['/authors/0', '/authors/1', '/section'],
      422,
      'reference_unknown',
    ),
    post('a slug that is taken', { title: 'T', slug: 'taken' }, ['/slug'], 409, 'slug_taken'),
    post(
      'a source that is known',
      { title: 'T', source: { system: 'wp', id: '1' } },
      ['/source'],
      409,
      'source_taken',
    ),
    post(
      'a first publication to come',
      { ...PUBLISHABLE, authors: ['ada-okafor'], status: 'published', publishedAt: '2030-01-01T00:00:00Z' },
      ['/publishedAt'],
    ),
    post('a first publication of a draft', { ...PUBLISHABLE, publishedAt: '2020-01-01T00:00:00Z' }, [
      '/publishedAt',
    ]),
  ]);
  const title = '𝒳'.repeat(300);
  t.equal(
    (await site.ask('POST', AT, { as: 'editor', body: { title } })).status,
    201,
    'lengths count code points',
  );
  t.equal(await site.database.read.$count(site.database.read.tables.articles), 2, 'nothing else was made');
});

test('the same POST with one Idempotency-Key makes one article', async (t) => {
  const site = await testSite(t);
  const ask = () =>
    site.ask('POST', AT, { as: 'editor', headers: { 'idempotency-key': 'once' }, body: { title: 'Once' } });
  const [first, second] = await Promise.all([ask(), ask()]);
  t.equal(first.text, second.text);
  // Either may have come first: one of them notes that the key was used.
  t.same(
    new Set([first.headers['idempotency-replayed'], second.headers['idempotency-replayed']]),
    new Set([undefined, 'true']),
  );
  t.equal(await site.database.read.$count(site.database.read.tables.articles), 1);
});

test('everything is still there after a restart', async (t) => {
  const site = await testSite(t);
  const { slug } = await createArticle(site, { status: 'published' });
  const before = await site.ask('GET', `/v1/articles/${slug}`);
  await site.restart();
  t.equal((await site.ask('GET', `/v1/articles/${slug}`)).text, before.text);
});
