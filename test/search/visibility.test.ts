// Search finds for everybody only what everybody may read, and for a key what that key may see.
import { test } from 'tap';
import { createArticle } from '../articles/make.ts';
import { testSite } from '../site.ts';
import { found, foundBy, move, publish } from './seed.ts';

const TEXT = { body: { format: 'markdown', source: 'A word: lighthouse.' } };

test('what is not public is not found, and not counted', async (t) => {
  const site = await testSite(t);
  const article = await createArticle(site, { title: 'Draft', ...TEXT });
  const nothing = async (what: string) => {
    const { body } = await site.ask('GET', '/v1/search?q=lighthouse&total=true');
    t.same(body, { items: [], nextCursor: null, total: 0 }, what);
    t.same(await found(site, 'lighthouse', '&sort=-publishedAt'), [], what);
  };
  await nothing('a draft');
  await move(site, article.id, 'publish');
  t.same(await found(site, 'lighthouse'), ['Draft'], 'published');
  await move(site, article.id, 'unpublish');
  await nothing('taken back');
  await move(site, article.id, 'publish');
  t.same(await found(site, 'lighthouse'), ['Draft'], 'published again');
  await move(site, article.id, 'archive');
  await nothing('withdrawn');
  await move(site, article.id, 'publish');
  t.same(await found(site, 'lighthouse'), ['Draft'], 'and back');
  await site.ask('DELETE', `/v1/manage/articles/${article.id}`, {
    as: 'editor',
    headers: { 'if-match': '*' },
  });
  await nothing('in the trash');
  await site.ask('DELETE', `/v1/manage/articles/${article.id}?permanent=true`, {
    as: 'editor',
    headers: { 'if-match': '*' },
  });
  await nothing('deleted');
});

test('an article due later is found when it is due, whoever is awake', async (t) => {
  const site = await testSite(t);
  const { id } = await publish(site, 'Due', 'A lighthouse.');
  const { articles, articleSearch } = site.database.read.tables;
  const { eq } = await import('drizzle-orm');
  const due = site.clock.now + 3_600_000;
  await site.database.write((db) =>
    db
      .update(articles)
      .set({ publicFrom: due, publicUntil: due + 1_000 })
      .where(eq(articles.id, id)),
  );
  t.equal(await site.database.read.$count(articleSearch), 1);
  t.same(await found(site, 'lighthouse'), []);
  site.clock.now = due;
  t.same(await found(site, 'lighthouse'), ['Due']);
  site.clock.now = due + 1_000;
  t.same(await found(site, 'lighthouse'), []);
});

test('a change is found at once, and what it replaced no more', async (t) => {
  const site = await testSite(t);
  const article = await publish(site, 'Harbour', 'A lighthouse.');
  const change = (body: object) =>
    site.ask('PATCH', `/v1/manage/articles/${article.id}`, {
      as: 'editor',
      headers: { 'if-match': '*' },
      body,
    });
  await change({ title: 'Ferry', subtitle: 'By night', summary: 'In short.' });
  for (const q of ['ferry', 'night', 'short', 'lighthouse']) t.same(await found(site, q), ['Ferry'], q);
  t.same(await found(site, 'harbour'), []);
  await change({ body: { source: 'A storm.' }, subtitle: null });
  for (const q of ['lighthouse', 'night']) t.same(await found(site, q), [], q);
  t.same(await foundBy(site, 'editor', 'lighthouse'), []);
  t.same(await foundBy(site, 'editor', 'storm'), ['Ferry']);
});

test('nobody finds by notes, private metadata, tags or names', async (t) => {
  const site = await testSite(t);
  await publish(site, 'Plain', 'Text.', {
    notes: 'lighthouse',
    tags: ['lighthouse'],
    metadata: { private: { word: 'lighthouse' }, public: { word: 'lighthouse' } },
  });
  t.same(await found(site, 'lighthouse'), []);
  t.same(await found(site, 'okafor'), []);
  for (const role of ['contributor', 'reporter', 'moderator', 'editor', 'admin'] as const)
    t.same(await foundBy(site, role, 'lighthouse'), [], role);
});

test('at the desk each role finds what it may see', async (t) => {
  const site = await testSite(t);
  await createArticle(site, { title: 'Mine', ...TEXT }, 'contributor');
  site.clock.now += 1_000;
  await createArticle(site, { title: 'Reported', ...TEXT }, 'reporter');
  site.clock.now += 1_000;
  await createArticle(site, { title: 'Edited', ...TEXT });
  site.clock.now += 1_000;
  await publish(site, 'Public', 'A lighthouse.');
  const expected = {
    contributor: ['Public', 'Mine'],
    reporter: ['Public', 'Reported'],
    moderator: ['Public'],
    editor: ['Public', 'Edited', 'Reported', 'Mine'],
    admin: ['Public', 'Edited', 'Reported', 'Mine'],
  } as const;
  for (const role of ['contributor', 'reporter', 'moderator', 'editor', 'admin'] as const) {
    t.same(await foundBy(site, role, 'lighthouse'), expected[role], role);
    const { body } = await site.ask('GET', '/v1/manage/articles?q=lighthouse&total=true&limit=1', {
      as: role,
    });
    t.equal(body.total, expected[role].length, `${role}: the count`);
  }
  t.same(await foundBy(site, 'editor', 'lighthouse', '&status=draft&sort=-updatedAt'), [
    'Edited',
    'Reported',
    'Mine',
  ]);
  t.same(await foundBy(site, 'editor', 'lighthouse -public'), ['Edited', 'Reported', 'Mine']);
  const page = await site.ask('GET', '/v1/manage/articles?q=lighthouse&limit=1', { as: 'editor' });
  const other = `/v1/manage/articles?q=storm&limit=1&cursor=${page.body.nextCursor}`;
  t.equal((await site.ask('GET', other, { as: 'editor' })).status, 400);
});
