// A change kept aside over a published article: seen by the desk, by nobody else, until it goes live as one.
import { test } from 'tap';
import { play } from '../scenario.ts';
import { testSite } from '../site.ts';
import { createArticle, createAuthor } from './make.ts';

const AT = '/v1/manage/articles';
const ANY = { 'if-match': '*' };

test('a staged change is kept aside, grows, and goes live as one revision', async (t) => {
  const site = await testSite(t);
  await createAuthor(site, 'Jon Berg');
  await site.ask('POST', '/v1/manage/sections', { as: 'editor', body: { name: 'City' } });
  const { id, slug } = await createArticle(site, { status: 'published', tags: ['Harbour'] }, 'reporter');
  const at = `${AT}/${id}`;
  const before = (await site.ask('GET', `/v1/articles/${slug}`)).text;
  const stage = (version: number, body: object) => ({
    as: 'reporter' as const,
    headers: { 'if-match': `"${version}"` },
    request: `PATCH ${at}/staged`,
    body,
  });
  await play(t, site, [
    { name: 'nothing is staged', as: 'reporter', request: `GET ${at}/staged`, status: 404 },
    {
      name: 'staged',
      ...stage(1, { title: 'Bridge closed again', body: { source: 'It **closed**.' }, seo: { title: 'S' } }),
      status: 200,
      has: {
        title: 'Bridge closed again',
        bodyHtml: '<p>It <strong>closed</strong>.</p>',
        body: { format: 'markdown', source: 'It **closed**.' },
        version: 2,
        hasStagedChanges: true,
        slug,
        allowedMoves: ['publish', 'unpublish'],
      },
      sends: { etag: '"2"' },
      events: ['article.staged'],
    },
    {
      name: 'and more, on top of it',
      ...stage(2, {
        slug: 'bridge-closed',
        body: { format: 'markdown', source: 'It **closed**.' },
        section: 'city',
        tags: ['Ferry', 'Harbour'],
        authors: ['jon-berg', { author: 'ada-okafor', role: 'photographer' }],
        cover: { url: 'https://img.example/a.jpg' },
        metadata: { public: { a: 1 } },
      }),
      status: 200,
      has: {
        title: 'Bridge closed again',
        slug: 'bridge-closed',
        section: { slug: 'city' },
        tags: [{ slug: 'ferry' }, { slug: 'harbour' }],
        authors: [{ slug: 'jon-berg' }, { slug: 'ada-okafor', role: 'photographer' }],
        seo: { title: 'S', noindex: false },
        cover: { url: 'https://img.example/a.jpg', alt: '' },
      },
      events: ['tag.created', 'article.staged'],
    },
    {
      name: 'by the other door',
      ...stage(3, {
        subtitle: 'For a week',
        body: { format: 'markdown' },
        section: null,
        cover: { alt: 'The bridge' },
      }),
      request: `PATCH ${at}?stage=true`,
      status: 200,
      has: { subtitle: 'For a week', section: null, cover: { alt: 'The bridge', url: /a.jpg/ } },
      events: ['article.staged'],
    },
    {
      name: 'read again',
      as: 'reporter',
      request: `GET ${at}/staged`,
      status: 200,
      has: { title: 'Bridge closed again', subtitle: 'For a week', version: 4 },
      sends: { etag: '"4"' },
    },
    {
      name: 'the article itself is as it was',
      as: 'reporter',
      request: `GET ${at}`,
      status: 200,
      has: { title: 'Harbour bridge reopens', hasStagedChanges: true, version: 4, subtitle: null },
    },
  ]);
  t.equal((await site.ask('GET', `/v1/articles/${slug}`)).text, before, 'the public sees nothing of it');
  t.equal((await site.ask('GET', '/v1/articles/bridge-closed')).status, 404);
  site.clock.now += 60_000;
  const [live] = await play(t, site, [
    {
      name: 'live',
      as: 'reporter',
      headers: { 'if-match': '"4"' },
      request: `POST ${at}/publish`,
      status: 200,
      has: {
        status: 'published',
        title: 'Bridge closed again',
        slug: 'bridge-closed',
        hasStagedChanges: false,
        publishedAt: '2026-03-01T06:30:00.000Z',
        modifiedAt: '2026-03-01T06:31:00.000Z',
        wordCount: 2,
        version: 5,
      },
      events: ['article.updated'],
    },
    {
      name: 'and to the public',
      request: 'GET /v1/articles/bridge-closed',
      status: 200,
      has: { title: 'Bridge closed again', bodyHtml: /closed/, authors: [{ slug: 'jon-berg' }, {}] },
    },
    { name: 'the old address leads there', request: `GET /v1/articles/${slug}`, status: 308 },
    { name: 'nothing is staged any more', as: 'reporter', request: `GET ${at}/staged`, status: 404 },
    {
      name: 'and nothing to publish',
      as: 'reporter',
      headers: ANY,
      request: `POST ${at}/publish`,
      status: 409,
      code: 'transition_refused',
    },
  ]);
  t.match(live?.body.tags, [{ slug: 'ferry' }, { slug: 'harbour' }]);
  t.equal((await site.ask('GET', '/v1/tags/ferry')).body.articleCount, 1);
});

test('a field that was changed live since it was staged is a conflict that is named, until it is staged anew', async (t) => {
  const site = await testSite(t);
  const { id } = await createArticle(site, { status: 'published' });
  const at = `${AT}/${id}`;
  const as = { as: 'editor' as const, headers: ANY };
  await play(t, site, [
    {
      name: 'two fields staged',
      ...as,
      request: `PATCH ${at}/staged`,
      body: { title: 'Staged', subtitle: 'Staged too' },
      status: 200,
      events: ['article.staged'],
    },
    {
      name: 'one changed live, and something else',
      ...as,
      request: `PATCH ${at}`,
      body: { title: 'Live', summary: 'Else' },
      status: 200,
      has: { title: 'Live', hasStagedChanges: true },
      events: ['article.updated'],
    },
    {
      name: 'refused',
      ...as,
      request: `POST ${at}/publish`,
      status: 409,
      code: 'staged_conflict',
      faults: ['/title'],
    },
    {
      name: 'staged anew, having seen the other',
      ...as,
      request: `PATCH ${at}/staged`,
      body: { title: 'Staged again' },
      status: 200,
      has: { title: 'Staged again', subtitle: 'Staged too', summary: 'Else' },
      events: ['article.staged'],
    },
    {
      name: 'goes live',
      ...as,
      request: `POST ${at}/publish`,
      status: 200,
      has: { title: 'Staged again', summary: 'Else' },
      events: ['article.updated'],
    },
  ]);
});

test('a staged slug is checked when it is staged, and again when it goes live', async (t) => {
  const site = await testSite(t);
  const { id } = await createArticle(site, { status: 'published' });
  await createArticle(site, { slug: 'taken' });
  const at = `${AT}/${id}`;
  const as = { as: 'editor' as const, headers: ANY };
  await play(t, site, [
    {
      name: 'taken now',
      ...as,
      request: `PATCH ${at}/staged`,
      body: { slug: 'taken' },
      status: 409,
      code: 'slug_taken',
    },
    {
      name: 'free now',
      ...as,
      request: `PATCH ${at}/staged`,
      body: { slug: 'free' },
      status: 200,
      events: ['article.staged'],
    },
  ]);
  await createArticle(site, { slug: 'free' });
  await play(t, site, [
    { name: 'taken then', ...as, request: `POST ${at}/publish`, status: 409, code: 'slug_taken' },
    {
      name: 'thrown away',
      ...as,
      request: `DELETE ${at}/staged`,
      status: 200,
      has: { hasStagedChanges: false, slug: 'harbour-bridge-reopens' },
      events: ['article.unstaged'],
    },
    { name: 'once', ...as, request: `DELETE ${at}/staged`, status: 404 },
  ]);
});

for (const { name, leave, event, back } of [
  { name: 'unpublished', leave: 'POST /unpublish', event: 'article.unpublished', back: 'publish' },
  { name: 'withdrawn', leave: 'POST /archive', event: 'article.archived', back: 'publish' },
  { name: 'trashed', leave: 'DELETE ', event: 'article.trashed', back: 'restore' },
  // Whoever looks first finds it withdrawn.
  { name: 'withdrawn by time', leave: 'GET ', event: 'article.archived', back: 'publish' },
]) {
  test(`what is staged goes with an article that is ${name}, and stays in its history`, async (t) => {
    const site = await testSite(t);
    const unpublishAt = leave === 'GET ' ? '2026-03-01T06:31:00Z' : null;
    const { id } = await createArticle(site, { status: 'published', unpublishAt });
    const at = `${AT}/${id}`;
    const as = { as: 'editor' as const, headers: ANY };
    const staged = await site.ask('PATCH', `${at}/staged`, {
      ...as,
      body: { title: 'Staged', body: { source: 'Staged text.' } },
    });
    t.equal(staged.status, 200);
    const preview = async () => {
      const made = await site.ask('POST', `${at}/previews`, { as: 'editor', body: {} });
      return new URL(made.body.url).pathname;
    };
    const before = await preview();
    site.clock.now += 60_000;
    await play(t, site, [
      {
        name,
        ...as,
        request: leave.replace(' ', ` ${at}`),
        status: 200,
        has: { hasStagedChanges: false, title: 'Harbour bridge reopens' },
        events: [event],
      },
      {
        name: 'nothing is staged',
        as: 'editor',
        request: `GET ${at}`,
        status: 200,
        has: { hasStagedChanges: false },
      },
      { name: 'nor shown', as: 'editor', request: `GET ${at}/staged`, status: 404 },
      {
        name: 'it comes back as it was',
        ...as,
        request: `POST ${at}/${back}`,
        status: 200,
        has: { hasStagedChanges: false, title: 'Harbour bridge reopens', bodyHtml: /reopened/ },
        events: [back === 'publish' ? 'article.published' : 'article.restored'],
      },
      { name: 'a link made before', request: `GET ${before}`, status: 200, has: { title: 'Staged' } },
    ]);
    t.match(
      await site.ask('GET', await preview()),
      { status: 200, body: { title: 'Harbour bridge reopens', bodyHtml: /reopened/ } },
      'a link made now',
    );
    await play(t, site, [
      {
        name: 'taken from the history',
        ...as,
        request: `POST ${at}/revisions/2/restore`,
        status: 200,
        has: { title: 'Staged', bodyHtml: '<p>Staged text.</p>' },
        events: ['article.updated'],
      },
    ]);
  });
}

test('what is staged and deleted meanwhile is named when it is to go live', async (t) => {
  const site = await testSite(t);
  const jon = await createAuthor(site, 'Jon Berg');
  const { body: section } = await site.ask('POST', '/v1/manage/sections', {
    as: 'editor',
    body: { name: 'City' },
  });
  const { id } = await createArticle(site, { status: 'published' });
  const at = `${AT}/${id}`;
  const as = { as: 'editor' as const, headers: ANY };
  const staged = await site.ask('PATCH', `${at}/staged`, {
    ...as,
    body: { section: 'city', authors: ['ada-okafor', 'jon-berg'], tags: ['Gone'] },
  });
  t.equal(staged.status, 200);
  const { body: tags } = await site.ask('GET', '/v1/manage/tags?slug=gone', { as: 'editor' });
  await site.ask('DELETE', `/v1/manage/tags/${tags.items[0].id}`, { as: 'editor' });
  await site.ask('DELETE', `/v1/manage/authors/${jon.id}`, { as: 'editor', headers: ANY });
  await site.ask('DELETE', `/v1/manage/sections/${section.id}`, { as: 'editor' });
  await play(t, site, [
    {
      name: 'shown without them',
      as: 'editor',
      request: `GET ${at}/staged`,
      status: 200,
      has: { section: null, tags: [], authors: [{ slug: 'ada-okafor' }] },
    },
    {
      name: 'refused with each',
      ...as,
      request: `POST ${at}/publish`,
      status: 422,
      code: 'reference_unknown',
      faults: ['/section', '/authors/1', '/tags/0'],
    },
  ]);
});

test('staging is for public content of published articles, by those who may publish them', async (t) => {
  const site = await testSite(t);
  const draft = await createArticle(site, {}, 'reporter');
  const live = await createArticle(site, { status: 'published' });
  await play(t, site, [
    {
      name: 'a draft is changed directly',
      as: 'reporter',
      headers: ANY,
      request: `PATCH ${AT}/${draft.id}/staged`,
      body: { title: 'T' },
      status: 409,
      code: 'transition_refused',
    },
    {
      name: 'not another’s',
      as: 'reporter',
      headers: ANY,
      request: `PATCH ${AT}/${live.id}/staged`,
      body: { title: 'T' },
      status: 403,
    },
    {
      name: 'nor read',
      as: 'reporter',
      request: `GET ${AT}/${live.id}/staged`,
      status: 403,
    },
    {
      name: 'an unknown article',
      as: 'reporter',
      request: `GET ${AT}/${live.id.replace(/.$/, (last: string) => (last === '0' ? '1' : '0'))}/staged`,
      status: 404,
    },
    {
      name: 'what only the desk sees is no field here',
      as: 'editor',
      headers: ANY,
      request: `PATCH ${AT}/${live.id}/staged`,
      body: { notes: 'n', metadata: { private: {} } },
      status: 400,
      faults: ['/notes', '/metadata/private'],
    },
    {
      name: 'nor by the other door',
      as: 'editor',
      headers: ANY,
      request: `PATCH ${AT}/${live.id}?stage=true`,
      body: { notes: 'n', unpublishAt: null, metadata: { private: {} } },
      status: 400,
      faults: ['/notes', '/unpublishAt', '/metadata/private'],
    },
    {
      name: 'public metadata may',
      as: 'editor',
      headers: ANY,
      request: `PATCH ${AT}/${live.id}?stage=true`,
      body: { metadata: { public: { x: 1 } } },
      status: 200,
      has: { metadata: { public: { x: 1 } } },
      events: ['article.staged'],
    },
    {
      name: 'an article without an author is not staged',
      as: 'editor',
      headers: ANY,
      request: `PATCH ${AT}/${live.id}/staged`,
      body: { authors: [] },
      status: 422,
      code: 'publish_incomplete',
    },
    {
      name: 'a section that is not there is named',
      as: 'editor',
      headers: ANY,
      request: `PATCH ${AT}/${live.id}/staged`,
      body: { section: 'none' },
      status: 422,
      faults: ['/section'],
    },
    {
      name: 'a version that moved',
      as: 'editor',
      headers: { 'if-match': '"1"' },
      request: `PATCH ${AT}/${live.id}/staged`,
      body: { title: 'T' },
      status: 412,
    },
    {
      name: 'an empty change stages nothing new',
      as: 'editor',
      headers: { 'if-match': '"2"' },
      request: `PATCH ${AT}/${live.id}/staged`,
      body: {},
      status: 200,
      has: { version: 2 },
    },
  ]);
});

test('corrections stand below a published article, oldest first, and move its modification', async (t) => {
  const site = await testSite(t);
  const draft = await createArticle(site, {}, 'reporter');
  const { id, slug } = await createArticle(site, { status: 'published' }, 'reporter');
  const at = `${AT}/${id}/corrections`;
  site.clock.now += 60_000;
  const as = { as: 'reporter' as const, headers: ANY };
  const [, first] = await play(t, site, [
    {
      name: 'not of a draft',
      ...as,
      request: `POST ${AT}/${draft.id}/corrections`,
      body: { text: 'Wrong.' },
      status: 409,
      code: 'transition_refused',
    },
    {
      name: 'said',
      ...as,
      request: `POST ${at}`,
      body: { text: 'It has two lanes, not four.' },
      status: 201,
      has: {
        corrections: [{ text: 'It has two lanes, not four.', at: '2026-03-01T06:31:00.000Z' }],
        modifiedAt: '2026-03-01T06:31:00.000Z',
        version: 2,
      },
      sends: { etag: '"2"', location: /\/corrections\/[\da-f-]{36}$/ },
      events: ['article.updated'],
    },
    {
      name: 'and another',
      ...as,
      request: `POST ${at}`,
      body: { text: 'And it is blue.' },
      status: 201,
      events: ['article.updated'],
    },
    {
      name: 'for everybody',
      request: `GET /v1/articles/${slug}`,
      status: 200,
      has: { corrections: [{ text: /two lanes/ }, { text: /blue/ }] },
    },
  ]);
  const [correction] = first?.body.corrections ?? [];
  await play(t, site, [
    {
      name: 'taken back',
      ...as,
      request: `DELETE ${at}/${correction.id}`,
      status: 200,
      has: { corrections: [{ text: /blue/ }] },
      events: ['article.updated'],
    },
    { name: 'once', ...as, request: `DELETE ${at}/${correction.id}`, status: 404 },
    {
      name: 'not another’s',
      as: 'contributor',
      headers: ANY,
      request: `POST ${at}`,
      body: { text: 'x' },
      status: 403,
    },
  ]);
  for (let n = 1; n < 50; n++) await site.ask('POST', at, { ...as, body: { text: `Number ${n}` } });
  const more = await site.ask('POST', at, { ...as, body: { text: 'One too many' } });
  t.match(more, { status: 400, body: { errors: [{ pointer: '/text', code: 'too_many' }] } });
});
