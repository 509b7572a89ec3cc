// Who may write what, bylines, and handing them over.
import { test } from 'tap';
import { createArticle as write } from '../../src/articles/service.ts';
import { createContext } from '../../src/context.ts';
import { play } from '../scenario.ts';
import { testSite } from '../site.ts';
import { createArticle, createAuthor, PUBLISHABLE } from './make.ts';

const AT = '/v1/manage/articles';

test('an author named twice is refused, whatever the spelling; bylines keep their order and roles', async (t) => {
  const site = await testSite(t);
  const ada = await createAuthor(site);
  const jon = await createAuthor(site, 'Jon Berg');
  const article = await createArticle(site, {
    authors: [{ author: jon.id, role: 'photographer' }, { author: 'ada-okafor' }],
  });
  t.match(article.authors, [
    { id: jon.id, role: 'photographer' },
    { id: ada.id, role: 'writer' },
  ]);
  const at = `${AT}/${article.id}`;
  await play(t, site, [
    {
      name: 'twice',
      as: 'editor',
      request: `PATCH ${at}`,
      headers: { 'if-match': '"1"' },
      body: { authors: ['ada-okafor', ada.id.toUpperCase()] },
      status: 400,
      faults: ['/authors/1'],
    },
    {
      name: 'what a GET gave is taken back',
      as: 'editor',
      request: `PATCH ${at}`,
      headers: { 'if-match': '"1"' },
      body: { authors: article.authors, tags: article.tags, cover: article.cover },
      status: 200,
      has: { version: 1, authors: [{ id: jon.id, role: 'photographer' }, { id: ada.id }] },
    },
  ]);
});

test('writers keep to their own: contributors to drafts, reporters to what they made or are named by', async (t) => {
  const site = await testSite(t);
  const author = await createAuthor(site);
  const draft = await createArticle(site, {}, 'contributor');
  const live = await createArticle(site, { status: 'published' });
  const any = { 'if-match': '*' };
  const tied = (
    await site.ask('POST', '/v1/manage/keys', {
      as: 'admin',
      body: { name: 'Ada', role: 'reporter', authorId: author.id },
    })
  ).body.secret;
  await site.newEvents();
  await play(t, site, [
    {
      name: 'a contributor changes its draft',
      as: 'contributor',
      request: `PATCH ${AT}/${draft.id}`,
      headers: any,
      body: { title: 'Mine' },
      status: 200,
      events: ['article.updated'],
    },
    {
      name: 'does not publish it',
      as: 'contributor',
      request: `POST ${AT}/${draft.id}/publish`,
      headers: any,
      status: 403,
      code: 'forbidden',
    },
    {
      name: 'nor make one public at once',
      as: 'contributor',
      request: `POST ${AT}`,
      body: { ...PUBLISHABLE, authors: ['ada-okafor'], status: 'published' },
      status: 403,
      code: 'forbidden',
    },
    {
      name: 'nor can another writer publish it',
      as: 'reporter',
      request: `POST ${AT}/${draft.id}/publish`,
      headers: any,
      status: 404,
      code: 'not_found',
    },
    {
      name: 'nobody changes what is not there',
      as: 'editor',
      request: `PATCH ${AT}/01890a5d-ac96-774b-bcce-b302099a8057`,
      headers: any,
      body: {},
      status: 404,
      code: 'not_found',
    },
    {
      name: 'another writer does not see it',
      as: 'reporter',
      request: `PATCH ${AT}/${draft.id}`,
      headers: any,
      body: { title: 'Yours' },
      status: 404,
      code: 'not_found',
    },
    {
      name: 'does not change what is public and another’s',
      as: 'contributor',
      request: `PATCH ${AT}/${live.id}`,
      headers: any,
      body: { title: 'x' },
      status: 403,
      code: 'forbidden',
    },
    {
      name: 'nor trash it',
      as: 'contributor',
      request: `DELETE ${AT}/${live.id}`,
      headers: any,
      status: 403,
      code: 'forbidden',
    },
    {
      name: 'whom the byline names may',
      as: tied,
      request: `PATCH ${AT}/${live.id}`,
      headers: any,
      body: { subtitle: 'By me' },
      status: 200,
      events: ['article.updated'],
    },
    {
      name: 'and unpublish',
      as: tied,
      request: `POST ${AT}/${live.id}/unpublish`,
      headers: any,
      status: 200,
      events: ['article.unpublished'],
    },
    {
      name: 'but not archive',
      as: tied,
      request: `POST ${AT}/${live.id}/archive`,
      headers: any,
      status: 403,
      code: 'forbidden',
    },
    {
      name: 'lists what is its own, the desk’s words included',
      as: tied,
      request: `GET ${AT}?view=full`,
      status: 200,
      has: { items: [{ id: live.id, notes: null, metadata: { private: {} }, body: { format: 'markdown' } }] },
    },
    {
      name: 'reporters make articles public',
      as: 'reporter',
      request: `POST ${AT}`,
      body: { ...PUBLISHABLE, authors: ['ada-okafor'], status: 'published' },
      status: 201,
      events: ['article.created', 'article.published'],
    },
    {
      name: 'but do not date them back',
      as: 'reporter',
      request: `POST ${AT}`,
      body: {
        ...PUBLISHABLE,
        authors: ['ada-okafor'],
        status: 'published',
        publishedAt: '2020-01-01T00:00:00Z',
      },
      status: 403,
      code: 'forbidden',
    },
    {
      name: 'trashes its draft',
      as: 'contributor',
      request: `DELETE ${AT}/${draft.id}`,
      headers: any,
      status: 200,
      events: ['article.trashed'],
    },
    {
      name: 'and then it is for editors',
      as: 'contributor',
      request: `DELETE ${AT}/${draft.id}?permanent=true`,
      headers: any,
      status: 403,
      code: 'forbidden',
    },
  ]);
});

test('a writer does not give an article away out of their own sight', async (t) => {
  const site = await testSite(t);
  const author = await createAuthor(site);
  await createAuthor(site, 'Jon Berg');
  const headers = { 'if-match': '*' };
  for (const role of ['contributor', 'reporter'] as const) {
    const key = await site.ask('POST', '/v1/manage/keys', {
      as: 'admin',
      body: { name: `Ada, ${role}`, role, authorId: author.id },
    });
    const as = key.body.secret;
    const { id } = await createArticle(site);
    const request = `PATCH ${AT}/${id}`;
    await play(t, site, [
      {
        name: 'another in their place',
        as,
        request,
        headers,
        body: { title: 'Yours', authors: ['jon-berg'] },
        status: 403,
        code: 'forbidden',
        has: { detail: /you would lose this article.*an editor can hand it over/ },
      },
      {
        name: 'nothing has changed',
        as,
        request: `GET ${AT}/${id}`,
        status: 200,
        has: { version: 1, authors: [{ id: author.id }] },
      },
      {
        name: 'another beside them',
        as,
        request,
        headers,
        body: { authors: ['jon-berg', 'ada-okafor'] },
        status: 200,
        events: ['article.updated'],
      },
      {
        name: 'an editor hands it over',
        as: 'editor',
        request,
        headers,
        body: { authors: ['jon-berg'] },
        status: 200,
        events: ['article.updated'],
      },
    ]);
    const own = await createArticle(site, {}, role);
    await site.newEvents();
    await play(t, site, [
      {
        name: 'what their key made stays theirs, whoever signs it',
        as: role,
        request: `PATCH ${AT}/${own.id}`,
        headers,
        body: { authors: ['jon-berg'] },
        status: 200,
        events: ['article.updated'],
      },
    ]);
  }
});

test('handing over an author’s articles changes every one of them, and empties the author', async (t) => {
  const site = await testSite(t);
  const ada = await createAuthor(site);
  const jon = await createAuthor(site, 'Jon Berg');
  const live = await createArticle(site, { status: 'published' });
  const both = await createArticle(site, { authors: ['jon-berg', 'ada-okafor'] });
  const at = `/v1/manage/authors/${ada.id}`;
  const unknown = '01890a5d-ac96-774b-bcce-b302099a8057';
  await play(t, site, [
    {
      name: 'in use',
      as: 'editor',
      request: `DELETE ${at}`,
      headers: { 'if-match': '*' },
      status: 409,
      code: 'author_in_use',
      has: { detail: /2 articles/ },
    },
    {
      name: 'to nobody',
      as: 'editor',
      request: `POST ${at}/reassign`,
      body: { to: unknown },
      status: 422,
      faults: ['/to'],
    },
    {
      name: 'to the same',
      as: 'editor',
      request: `POST ${at}/reassign`,
      body: { to: ada.id },
      status: 422,
      faults: ['/to'],
    },
    {
      name: 'to the same by slug',
      as: 'editor',
      request: `POST ${at}/reassign`,
      body: { to: { slug: ada.slug } },
      status: 422,
      faults: ['/to'],
    },
    {
      name: 'to no slug',
      as: 'editor',
      request: `POST ${at}/reassign`,
      body: { to: 'nope' },
      status: 422,
      faults: ['/to'],
    },
    {
      name: 'from nobody',
      as: 'editor',
      request: `POST /v1/manage/authors/${unknown}/reassign`,
      body: { to: jon.id },
      status: 404,
    },
    {
      name: 'handed over',
      as: 'editor',
      request: `POST ${at}/reassign`,
      body: { to: jon.slug },
      status: 200,
      has: { articles: 2 },
      events: ['author.reassigned'],
    },
    {
      name: 'the article',
      request: `GET /v1/articles/${live.slug}`,
      status: 200,
      has: { authors: [{ id: jon.id }] },
    },
    {
      name: 'the one that named both',
      as: 'editor',
      request: `GET ${AT}/${both.id}`,
      status: 200,
      has: { version: 2, authors: [{ id: jon.id }] },
    },
    {
      name: 'the counts',
      request: 'GET /v1/authors',
      status: 200,
      has: { items: [{ id: jon.id, articleCount: 1 }] },
    },
    {
      name: 'both are still there',
      as: 'editor',
      request: 'GET /v1/manage/authors?total=true',
      status: 200,
      has: { total: 2 },
    },
    {
      name: 'an old version is stale now',
      as: 'editor',
      request: `PATCH ${AT}/${live.id}`,
      headers: { 'if-match': '"1"' },
      body: { authors: ['ada-okafor'] },
      status: 412,
    },
    {
      name: 'deleted',
      as: 'editor',
      request: `DELETE ${at}`,
      headers: { 'if-match': '*' },
      status: 204,
      events: ['author.deleted'],
    },
  ]);
});

test('what the operator writes is nobody’s own, and a key that does not exist writes nothing', async (t) => {
  const site = await testSite(t);
  const deps = { urlOf: (slug: string) => slug, embedHosts: new Set<string>() };
  const { id } = await write(site.ctx, deps, { title: 'From the command line' });
  const { body } = await site.ask('GET', `${AT}/${id}`, { as: 'editor' });
  t.match(body, { createdBy: null, updatedBy: null });
  const actor = { kind: 'key' as const, id, name: 'Ghost', role: 'editor' as const, authorId: null };
  const { database, ctx } = site;
  const ghost = createContext({ database, clock: ctx.clock, actor, log: ctx.log });
  await t.rejects(write(ghost, deps, { title: 'By nobody' }));
  t.equal(await database.read.$count(database.read.tables.articles), 1);
});
