// Changes of an article: merged, held against a version, seen at once where it is public.
import { test } from 'tap';
import { changeArticle, createArticle as write } from '../../src/articles/service.ts';
import { play } from '../scenario.ts';
import { testSite } from '../site.ts';
import { createArticle, PUBLISHABLE } from './make.ts';

const AT = '/v1/manage/articles';

test('a text for an article that is not there changes nothing', async (t) => {
  const site = await testSite(t);
  const { id } = await createArticle(site);
  const nobody = id.replace(/.{4}$/, '0000');
  for (const at of [`${AT}/${nobody}/staged`, `${AT}/${nobody}`]) {
    const body = { body: { format: 'html', source: 'x' } };
    const answer = await site.ask('PATCH', at, { as: 'editor', headers: { 'if-match': '*' }, body });
    t.equal(answer.status, 404);
  }
});

test('of two changes at once, one of the format and one of the text, the second is made of what the first left', async (t) => {
  const site = await testSite(t);
  const { id } = await createArticle(site, { status: 'published' });
  for (const at of [`${AT}/${id}/staged`, `${AT}/${id}`]) {
    const change = (body: object) =>
      site.ask('PATCH', at, { as: 'editor', headers: { 'if-match': '*' }, body: { body } });
    const [one, other] = await Promise.all([
      change({ format: 'html' }),
      change({ source: '<p>**words**</p>' }),
    ]);
    const second = one.body.version > other.body.version ? one : other;
    const { body, bodyHtml } = (await site.ask('GET', at, { as: 'editor' })).body;
    t.same(second.body.body, body);
    t.same(body, { format: 'html', source: '<p>**words**</p>' });
    t.equal(bodyHtml, '<p>**words**</p>');
  }
});

test('a change keeps what it does not name, clears with null, and merges objects', async (t) => {
  const site = await testSite(t);
  const article = await createArticle(site, {
    subtitle: 'Old',
    cover: { url: 'https://img.example/a.jpg', alt: 'A' },
    metadata: { public: { a: 1, b: { c: 2 } }, private: { x: 1 } },
    seo: { title: 'S', noindex: true },
  });
  const patch = (body: unknown, version: number) => ({
    as: 'editor' as const,
    request: `PATCH ${AT}/${article.id}`,
    headers: { 'if-match': `"${version}"` },
    body,
  });
  await play(t, site, [
    {
      name: 'merged',
      ...patch(
        {
          subtitle: null,
          cover: { alt: 'B', width: 800 },
          metadata: { public: { a: null, b: { d: 3 } } },
          seo: { title: null },
        },
        1,
      ),
      status: 200,
      has: {
        subtitle: null,
        cover: { url: 'https://img.example/a.jpg', alt: 'B', width: 800 },
        metadata: { public: { b: { c: 2, d: 3 } }, private: { x: 1 } },
        seo: { title: null, noindex: true },
        title: PUBLISHABLE.title,
        version: 2,
      },
      events: ['article.updated'],
    },
    {
      name: 'the format alone',
      ...patch({ body: { format: 'html' } }, 2),
      status: 200,
      has: { body: { format: 'html', source: PUBLISHABLE.body.source } },
      events: ['article.updated'],
    },
    {
      name: 'the whole text',
      ...patch({ body: { format: 'html', source: '<h1>New</h1><p onclick="x()">words</p>' } }, 3),
      status: 200,
      has: { bodyHtml: '<h2>New</h2><p>words</p>', wordCount: 2, summary: /New/ },
      events: ['article.updated'],
    },
    {
      name: 'the cover goes',
      ...patch({ cover: null, source: { system: 'a', id: '1' }, section: null }, 4),
      status: 200,
      has: { cover: null, source: { system: 'a', id: '1' } },
      events: ['article.updated'],
    },
    {
      name: 'a cover needs its address',
      ...patch({ cover: { alt: 'B' } }, 5),
      status: 400,
      faults: ['/cover/url'],
    },
    {
      name: 'a source goes',
      ...patch({ source: null }, 5),
      status: 200,
      has: { source: null },
      events: ['article.updated'],
    },
    { name: 'nothing at all changes nothing', ...patch({}, 6), status: 200, has: { version: 6 } },
    {
      name: 'metadata stays below 16 KB, however it grows',
      ...patch({ metadata: { public: { more: 'x'.repeat(16_300) } } }, 6),
      status: 200,
      events: ['article.updated'],
    },
    {
      name: 'and so refuses the rest',
      ...patch({ metadata: { public: { evenMore: 'y'.repeat(200) } } }, 7),
      status: 400,
      faults: ['/metadata/public'],
    },
    {
      name: 'private metadata merges too',
      ...patch({ metadata: { private: { y: 2 } } }, 7),
      status: 200,
      has: { metadata: { private: { x: 1, y: 2 } } },
      events: ['article.updated'],
    },
    {
      name: 'a stale version is refused',
      ...patch({ title: 'Lost?' }, 7),
      status: 412,
      code: 'version_conflict',
      sends: { etag: '"8"' },
    },
    {
      name: 'without a version',
      as: 'editor',
      request: `PATCH ${AT}/${article.id}`,
      body: { title: 'x' },
      status: 428,
      code: 'if_match_required',
    },
  ]);
});

test('of fifty changes from one version exactly one is made', async (t) => {
  const site = await testSite(t);
  const article = await createArticle(site);
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, n) =>
      site.ask('PATCH', `${AT}/${article.id}`, {
        as: 'editor',
        headers: { 'if-match': '"1"' },
        body: { title: `Title ${n}` },
      }),
    ),
  );
  t.equal(answers.filter(({ status }) => status === 200).length, 1);
  const refused = answers.filter(({ status }) => status === 412);
  t.equal(refused.length, 49);
  t.ok(refused.every(({ headers }) => headers.etag === '"2"'));
});

test('a change of what is public is live at once and moves modifiedAt; a private one does not', async (t) => {
  const site = await testSite(t);
  const article = await createArticle(site, { status: 'published' });
  const at = `${AT}/${article.id}`;
  const public1 = await site.ask('GET', `/v1/articles/${article.slug}`);
  site.clock.now += 60_000;
  await site.ask('PATCH', at, {
    as: 'editor',
    headers: { 'if-match': '"1"' },
    body: { notes: 'n', metadata: { private: { a: 1 } } },
  });
  const public2 = await site.ask('GET', `/v1/articles/${article.slug}`);
  t.equal(public2.headers.etag, public1.headers.etag, 'a private change is not seen, not even in the ETag');
  await site.ask('PATCH', at, {
    as: 'editor',
    headers: { 'if-match': '"2"' },
    body: { title: 'Now longer' },
  });
  const { body } = await site.ask('GET', `/v1/articles/${article.slug}`);
  t.match(body, {
    title: 'Now longer',
    slug: article.slug,
    publishedAt: article.publishedAt,
    modifiedAt: '2026-03-01T06:31:00.000Z',
  });
  await play(t, site, [
    {
      name: 'what is public stays complete',
      as: 'editor',
      request: `PATCH ${at}`,
      headers: { 'if-match': '"3"' },
      body: { authors: [], body: { format: 'markdown', source: '' } },
      status: 422,
      code: 'publish_incomplete',
      faults: ['/authors', '/body'],
    },
    {
      name: 'a first publication is not patched',
      as: 'editor',
      request: `PATCH ${at}`,
      headers: { 'if-match': '"3"' },
      body: { publishedAt: '2020-01-01T00:00:00Z', status: 'draft', version: 9, id: 'x' },
      status: 400,
      faults: ['/publishedAt', '/status', '/version', '/id'],
    },
  ]);
});

test('what is so already is no change: no version, no revision, no event', async (t) => {
  const site = await testSite(t);
  await site.ask('POST', '/v1/manage/sections', { as: 'editor', body: { name: 'City' } });
  const content = {
    title: 'Bridge',
    slug: 'bridge',
    subtitle: 'Again',
    section: 'city',
    tags: ['Harbour', 'Ferry'],
    authors: ['ada-okafor'],
    cover: { url: 'https://img.example/a.jpg' },
    seo: { title: 'S' },
    body: PUBLISHABLE.body,
    source: { system: 'wp', id: '1' },
    metadata: { public: { a: 1, b: 2 }, private: { c: 3 } },
    notes: 'n',
    unpublishAt: '2026-04-01T00:00:00Z',
  };
  const { id } = await createArticle(site, { ...content, status: 'published' });
  const following = await createArticle(site, { title: 'Follows' });
  site.clock.now += 60_000;
  const as = 'editor';
  await play(t, site, [
    {
      name: 'all of it',
      as,
      request: `PATCH ${AT}/${id}`,
      headers: { 'if-match': '"1"' },
      body: content,
      status: 200,
      has: { version: 1, updatedAt: '2026-03-01T06:30:00.000Z', modifiedAt: '2026-03-01T06:30:00.000Z' },
      sends: { etag: '"1"' },
    },
    {
      name: 'against another version',
      as,
      request: `PATCH ${AT}/${id}`,
      headers: { 'if-match': '"2"' },
      body: { title: 'Bridge' },
      status: 412,
    },
    {
      name: 'the revisions',
      as,
      request: `GET ${AT}/${id}/revisions?total=true`,
      status: 200,
      has: { total: 1 },
    },
    {
      name: 'something, beside much that is so',
      as,
      request: `PATCH ${AT}/${id}`,
      headers: { 'if-match': '"1"' },
      body: { ...content, tags: ['Ferry', 'Harbour'] },
      status: 200,
      has: { version: 2, tags: [{ slug: 'ferry' }, { slug: 'harbour' }] },
      events: ['article.updated'],
    },
    {
      name: 'a slug that was made, said: it follows no more',
      as,
      request: `PATCH ${AT}/${following.id}`,
      headers: { 'if-match': '"1"' },
      body: { slug: 'follows' },
      status: 200,
      has: { version: 2 },
      events: ['article.updated'],
    },
    {
      name: 'and stays',
      as,
      request: `PATCH ${AT}/${following.id}`,
      headers: { 'if-match': '"2"' },
      body: { title: 'Renamed' },
      status: 200,
      has: { slug: 'follows' },
      events: ['article.updated'],
    },
  ]);
});

test('the same text is a change where other HTML comes of it now', async (t) => {
  const site = await testSite(t);
  const deps = { urlOf: (slug: string) => slug, embedHosts: new Set<string>() };
  const body = { format: 'html' as const, source: '<p>A</p><iframe src="https://video.example/1"></iframe>' };
  const { id } = await write(site.ctx, deps, { title: 'Film', body });
  const allowing = { ...deps, embedHosts: new Set(['video.example']) };
  const shown = await changeArticle(site.ctx, allowing, id, { body }, undefined);
  t.match(shown, { version: 2, bodyHtml: /iframe/ });
  t.match(await changeArticle(site.ctx, allowing, id, { body }, undefined), { version: 2 });
});

test('a change may not take another article’s source', async (t) => {
  const site = await testSite(t);
  const source = { system: 'wp', id: '1' };
  await createArticle(site, { source });
  const other = await createArticle(site);
  await play(t, site, [
    {
      name: 'taken',
      as: 'editor',
      request: `PATCH ${AT}/${other.id}`,
      headers: { 'if-match': '*' },
      body: { source },
      status: 409,
      code: 'source_taken',
      faults: ['/source'],
    },
  ]);
});
