// Publishing, withdrawing, throwing away: what the public sees of each, and what stays.
import { test } from 'tap';
import { play } from '../scenario.ts';
import { type Answer, START, type TestSite, testSite } from '../site.ts';
import { createArticle } from './make.ts';

const AT = '/v1/manage/articles';

const move = (site: TestSite, article: { id: string; version: number }, name: string): Promise<Answer> =>
  site.ask('POST', `${AT}/${article.id}/${name}`, {
    as: 'editor',
    headers: { 'if-match': `"${article.version}"` },
  });

test('a published article is read by slug and id, in lists, and by author, tag and section', async (t) => {
  const site = await testSite(t);
  await site.ask('POST', '/v1/manage/sections', { as: 'editor', body: { name: 'City' } });
  const article = await createArticle(site, { section: 'city', tags: ['Harbour'], notes: 'private words' });
  site.clock.now += 1_000;
  const [published] = await play(t, site, [
    {
      name: 'published',
      as: 'editor',
      request: `POST ${AT}/${article.id}/publish`,
      headers: { 'if-match': '"1"' },
      status: 200,
      sends: { etag: '"2"' },
      has: {
        status: 'published',
        version: 2,
        publishedAt: '2026-03-01T06:30:01.000Z',
        allowedMoves: ['unpublish', 'archive', 'trash'],
      },
      events: ['article.published'],
    },
  ]);
  const { slug } = published!.body;
  const lacks = ['private words', 'version', 'notes', 'createdBy', 'status', 'allowedMoves'];
  const item = { id: article.id, slug, tags: [{ slug: 'harbour' }], authors: [{ name: 'Ada Okafor' }] };
  const whole = {
    ...item,
    bodyHtml: /bridge/,
    commentCount: 0,
    acceptsComments: true,
    wordCount: 5,
    readingMinutes: 1,
  };
  const list = { items: [item], nextCursor: null };
  await play(t, site, [
    {
      name: 'by slug',
      request: `GET /v1/articles/${slug}`,
      status: 200,
      has: whole,
      lacks,
      sends: { 'cache-control': /s-maxage=60/ },
    },
    { name: 'by id', request: `GET /v1/articles/${article.id.toUpperCase()}`, status: 200, has: whole },
    {
      name: 'in the list',
      request: 'GET /v1/articles',
      status: 200,
      has: list,
      lacks: [...lacks, 'bodyHtml'],
    },
    {
      name: 'in full',
      request: 'GET /v1/articles?view=full',
      status: 200,
      has: { items: [{ bodyHtml: /bridge/ }] },
      lacks,
    },
    { name: 'by tag', request: 'GET /v1/articles?tag=harbour,none', status: 200, has: list },
    { name: 'by author', request: 'GET /v1/articles?author=ada-okafor', status: 200, has: list },
    { name: 'by section', request: 'GET /v1/articles?section=city', status: 200, has: list },
    { name: 'by what does not exist', request: 'GET /v1/articles?tag=none', status: 200, has: { items: [] } },
    {
      name: 'the author',
      request: 'GET /v1/authors/ada-okafor',
      status: 200,
      has: { articleCount: 1 },
      lacks: ['ada@news.example'],
    },
    { name: 'the tag', request: 'GET /v1/tags/harbour', status: 200, has: { articleCount: 1 } },
    { name: 'the section', request: 'GET /v1/sections/city', status: 200, has: { articleCount: 1 } },
    {
      name: 'for a moderator',
      as: 'moderator',
      request: `GET ${AT}/${article.id}`,
      status: 200,
      has: { id: article.id },
      lacks: ['private words', '"notes"', '"body"', '"private"'],
    },
    {
      name: 'in the list for an editor',
      as: 'editor',
      request: `GET ${AT}?view=full`,
      status: 200,
      has: { items: [{ bodyHtml: /bridge/, body: { format: 'markdown' } }] },
    },
    {
      name: 'in the list for a moderator',
      as: 'moderator',
      request: `GET ${AT}?view=full`,
      status: 200,
      has: { items: [{ bodyHtml: /bridge/ }] },
      lacks: ['private words', '"notes"', '"body"'],
    },
    ...(['contributor', 'reporter'] as const).flatMap((as) => [
      {
        name: `for a ${as} whose it is not`,
        as,
        request: `GET ${AT}/${article.id}`,
        status: 200,
        has: { id: article.id, bodyHtml: /bridge/ },
        lacks: ['private words', '"notes"', '"returnNote"', '"body"', '"private"'],
      },
      {
        name: `in the list for a ${as}`,
        as,
        request: `GET ${AT}?view=full`,
        status: 200,
        has: { items: [{ id: article.id, bodyHtml: /bridge/ }] },
        lacks: ['private words', '"notes"', '"returnNote"', '"body"', '"private"'],
      },
    ]),
  ]);
});

test('unpublished is 404, archived is 410, and what follows an article answers as it does', async (t) => {
  const site = await testSite(t);
  let article = await createArticle(site, { status: 'published', tags: ['Harbour'] });
  const reach = async () => {
    const paths = [`/v1/articles/${article.slug}`, `/v1/articles/${article.slug}/comments`];
    const statuses = [];
    for (const path of paths) statuses.push((await site.ask('GET', path)).status);
    return [...statuses, (await site.ask('GET', '/v1/articles?tag=harbour')).body.items.length];
  };
  const step = async (name: string, status: string) => {
    site.clock.now += 1_000;
    article = (await move(site, article, name)).body;
    t.equal(article.status, status, name);
  };
  t.same(await reach(), [200, 200, 1]);
  await step('unpublish', 'draft');
  t.same(await reach(), [404, 404, 0]);
  t.equal((await site.ask('GET', '/v1/tags/harbour')).status, 404);
  await step('publish', 'published');
  t.same(await reach(), [200, 200, 1]);
  t.equal(article.publishedAt, '2026-03-01T06:30:00.000Z', 'the first publication stays');
  await step('archive', 'archived');
  t.same(await reach(), [410, 410, 0]);
  await step('publish', 'published');
  t.same(await reach(), [200, 200, 1]);
  await step('archive', 'archived');
  await step('restore', 'draft');
  t.same(await reach(), [404, 404, 0]);
});

test('trash, restore, and removal for good with the comments', async (t) => {
  const site = await testSite(t);
  const article = await createArticle(site, { status: 'published' });
  await site.ask('POST', `${AT}/${article.id}/comments`, { as: 'moderator', body: { body: 'Welcome.' } });
  const at = `${AT}/${article.id}`;
  const any = { 'if-match': '*' };
  await play(t, site, [
    {
      name: 'not removed from where it is',
      as: 'editor',
      request: `DELETE ${at}?permanent=true`,
      headers: any,
      status: 409,
      code: 'transition_refused',
      has: { allowedMoves: ['unpublish', 'archive', 'trash'] },
    },
    {
      name: 'trashed',
      as: 'editor',
      request: `DELETE ${at}`,
      headers: { 'if-match': '"1"' },
      status: 200,
      has: { status: 'trashed', version: 2 },
      sends: { etag: '"2"' },
      events: ['article.trashed'],
    },
    { name: 'gone', request: `GET /v1/articles/${article.slug}`, status: 404 },
    {
      name: 'left out of the desk’s list',
      as: 'editor',
      request: `GET ${AT}`,
      status: 200,
      has: { items: [] },
    },
    {
      name: 'unless it is asked for',
      as: 'editor',
      request: `GET ${AT}?status=trashed`,
      status: 200,
      has: { items: [{ id: article.id }] },
    },
    {
      name: 'not trashed twice',
      as: 'editor',
      request: `DELETE ${at}`,
      headers: any,
      status: 409,
      code: 'transition_refused',
      has: { allowedMoves: ['restore', 'delete'] },
    },
    {
      name: 'not changed there',
      as: 'editor',
      request: `PATCH ${at}`,
      headers: any,
      body: { title: 'New' },
      status: 409,
      code: 'transition_refused',
    },
    {
      name: 'restored',
      as: 'editor',
      request: `POST ${at}/restore`,
      headers: any,
      status: 200,
      has: { status: 'draft' },
      events: ['article.restored'],
    },
    {
      name: 'trashed again',
      as: 'editor',
      request: `DELETE ${at}`,
      headers: any,
      status: 200,
      events: ['article.trashed'],
    },
    {
      name: 'removed',
      as: 'editor',
      request: `DELETE ${at}?permanent=true`,
      headers: { 'if-match': '"4"' },
      status: 204,
      events: ['article.deleted'],
    },
    { name: 'unknown now', as: 'editor', request: `GET ${at}`, status: 404, code: 'not_found' },
  ]);
  t.equal(await site.database.read.$count(site.database.read.tables.comments), 0);
  t.equal(await site.database.read.$count(site.database.read.tables.articleBodies), 0);
});

test('comments close at their instant, and no cache keeps the answer longer', async (t) => {
  const site = await testSite(t);
  const closes = new Date(START + 30_500).toISOString();
  const { slug } = await createArticle(site, { status: 'published', commentsCloseAt: closes });
  for (const path of [`/v1/articles/${slug}`, '/v1/articles']) {
    const { headers } = await site.ask('GET', path);
    t.equal(headers['cache-control'], 'public, max-age=0, s-maxage=30, stale-while-revalidate=0', path);
  }
  site.clock.now += 30_500;
  t.equal((await site.ask('GET', `/v1/articles/${slug}`)).body.acceptsComments, false);
});
