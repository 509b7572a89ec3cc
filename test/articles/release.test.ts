// Several articles at one instant: all, or none and the reason for each.
import { test } from 'tap';
import { releaseArticles } from '../../src/articles/release.ts';
import type { Context } from '../../src/context.ts';
import { newId } from '../../src/core/id.ts';
import { testEngine } from '../database.ts';
import { play } from '../scenario.ts';
import { START, testSite } from '../site.ts';
import { createArticle } from './make.ts';

const AT = '/v1/manage/articles';
const LATER = '2026-03-01T08:00:00.000Z';

test('a release publishes or schedules all it names, drafts and staged changes alike, in one transaction', async (t) => {
  const site = await testSite(t);
  const one = await createArticle(site, { title: 'Part one' }, 'contributor');
  const two = await createArticle(site, { title: 'Part two' });
  const live = await createArticle(site, { title: 'Intro', status: 'published' });
  await site.ask('PATCH', `${AT}/${live.id}/staged`, {
    as: 'editor',
    headers: { 'if-match': '"1"' },
    body: { title: 'Index' },
  });
  const articles = [
    { id: one.id, version: 1 },
    { id: live.id, version: 2 },
    { id: two.id, version: 1 },
  ];
  await play(t, site, [
    { name: 'editors only', as: 'reporter', request: `POST ${AT}/release`, body: { articles }, status: 403 },
    {
      name: 'released',
      as: 'editor',
      request: `POST ${AT}/release`,
      body: { articles },
      status: 200,
      has: {
        items: [
          { id: one.id, status: 'published', publishedAt: '2026-03-01T06:30:00.000Z', version: 2 },
          { id: live.id, title: 'Index', version: 3 },
          { id: two.id, status: 'published', version: 2 },
        ],
      },
      events: ['article.published', 'article.updated', 'article.published'],
    },
  ]);
  const draft = await createArticle(site, { title: 'Part three' });
  await site.newEvents();
  await play(t, site, [
    {
      name: 'for later',
      as: 'editor',
      request: `POST ${AT}/release`,
      body: { at: LATER, articles: [{ id: draft.id, version: 1 }] },
      status: 200,
      has: { items: [{ status: 'scheduled', scheduledFor: LATER }] },
      events: ['article.scheduled'],
    },
  ]);
});

test('one that cannot go keeps all from going, and each says why', async (t) => {
  const site = await testSite(t);
  const good = await createArticle(site, { title: 'Good' });
  const bare = await createArticle(site, { title: 'Bare', authors: [] });
  const live = await createArticle(site, { title: 'Live', status: 'published' });
  const trashed = await createArticle(site, { title: 'Trashed' });
  await site.ask('DELETE', `${AT}/${trashed.id}`, { as: 'editor', headers: { 'if-match': '*' } });
  const gone = good.id.replace(/.{12}$/, '000000000000');
  const [refused] = await play(t, site, [
    {
      name: 'refused',
      as: 'editor',
      request: `POST ${AT}/release`,
      body: {
        articles: [
          { id: good.id, version: 1 },
          { id: bare.id, version: 1 },
          { id: live.id, version: 1 },
          { id: trashed.id, version: 1 },
          { id: gone, version: 1 },
        ],
      },
      status: 409,
      code: 'release_refused',
      faults: ['/articles/1', '/articles/2', '/articles/3', '/articles/4'],
    },
    {
      name: 'nothing was changed',
      as: 'editor',
      request: `GET ${AT}/${good.id}`,
      status: 200,
      has: { status: 'draft', version: 1 },
    },
    {
      name: 'the same twice',
      as: 'editor',
      request: `POST ${AT}/release`,
      body: {
        articles: [
          { id: good.id, version: 1 },
          { id: good.id, version: 1 },
        ],
      },
      status: 400,
      faults: ['/articles'],
    },
    {
      name: 'in the past',
      as: 'editor',
      request: `POST ${AT}/release`,
      body: { at: new Date(START).toISOString(), articles: [{ id: good.id, version: 1 }] },
      status: 422,
      code: 'instant_past',
    },
  ]);
  t.same(
    refused?.body.errors.map(({ code }: { code: string }) => code),
    ['publish_incomplete', 'transition_refused', 'version_conflict', 'not_found'],
  );
  t.equal(refused?.body.errors.at(-1).message, 'There is no such article.');
});

/** In the process PostgreSQL is a tenth as fast, and a request has ten seconds. */
const AT_ONCE = testEngine() === 'pglite' ? 20 : 100;

test('a hundred go at once, and no more', async (t) => {
  const site = await testSite(t);
  const articles = [];
  for (let n = 0; n < AT_ONCE; n++) {
    const { id } = await createArticle(site, { title: `Part ${n}` });
    articles.push({ id, version: 1 });
  }
  const { status, body } = await site.ask('POST', `${AT}/release`, { as: 'editor', body: { articles } });
  t.equal(status, 200);
  t.equal(new Set(body.items.map(({ publishedAt }: { publishedAt: string }) => publishedAt)).size, 1);
  t.equal((await site.ask('GET', '/v1/authors/ada-okafor')).body.articleCount, AT_ONCE);
  const tooMany = Array.from({ length: 101 }, () => ({ id: newId(START), version: 1 }));
  const more = await site.ask('POST', `${AT}/release`, { as: 'editor', body: { articles: tooMany } });
  t.equal(more.status, 400);
});

test('a failure that is nobody’s article ends the release as what it is', async (t) => {
  const site = await testSite(t);
  const db = new Proxy(site.database.read, {
    get: (target, key, self) => {
      if (key === 'select') throw new TypeError('the database is away');
      return Reflect.get(target, key, self);
    },
  });
  const away: Context = { ...site.ctx, write: (job) => job({ db, now: START, emit: () => undefined }) };
  const deps = { urlOf: (slug: string) => slug, embedHosts: new Set<string>() };
  const articles = [{ id: '01890a5d-ac96-774b-bcce-b302099a8057', version: 1 }];
  await t.rejects(releaseArticles(away, deps, { articles }), /the database is away/);
});
