// The indexes against the articles: brought in when they are older, and checked for what they lack or have too much of.
import { eq, sql } from 'drizzle-orm';
import { test } from 'tap';
import { indexArticle, indexUnindexed, searchFaults } from '../../src/articles/search.store.ts';
import { catchUpSearch } from '../../src/articles/search.ts';
import { newId } from '../../src/core/id.ts';
import { openDatabase } from '../../src/db/database.ts';
import type { Db } from '../../src/db/dialect.ts';
import { migrationsOf } from '../../src/db/migrate.ts';
import { createArticle } from '../articles/make.ts';
import { testDatabaseUrl } from '../database.ts';
import { START, testSite } from '../site.ts';
import { found, move, publish } from './seed.ts';

/** An article that never was. */
const GONE = '01890a5d-ac96-774b-bcce-b302099a8057';

test('whatever the newsroom does, the index is whole', async (t) => {
  const site = await testSite(t);
  const article = await publish(site, 'One', 'A ferry.');
  await createArticle(site, { title: 'Two' });
  await move(site, article.id, 'unpublish');
  await move(site, article.id, 'publish');
  await move(site, article.id, 'archive');
  await move(site, article.id, 'restore');
  t.same(await searchFaults(site.database.read), []);
  for (const query of ['', '?permanent=true']) {
    const at = `/v1/manage/articles/${article.id}${query}`;
    await site.ask('DELETE', at, { as: 'editor', headers: { 'if-match': '*' } });
    t.same(await searchFaults(site.database.read), []);
  }
  t.equal(await site.database.read.$count(site.database.read.tables.articleSearch), 1);
});

/** Leaves the articles as a database has them that is older than the index, just migrated. */
const forgetIndex = async (db: Db): Promise<void> => {
  const { articles, articleSearch, unindexedArticles } = db.tables;
  await db.delete(articleSearch);
  for (const index of ['public_search', 'desk_search'] as const)
    for (const row of await db.dialect.fullText.allRows(db, index))
      await db.dialect.fullText.remove(db, index, row);
  for (const { articleId } of await db.select({ articleId: articles.id }).from(articles))
    await db.insert(unindexedArticles).values({ articleId });
};

test('articles that are older than the index are brought into it, once', async (t) => {
  const site = await testSite(t);
  const { database, ctx } = site;
  for (let n = 0; n < 51; n++) await publish(site, `Ferry ${n}`, 'Sails.');
  const draft = await createArticle(site, { title: 'Draft ferry' });
  const trashed = await createArticle(site, { title: 'Trashed ferry' });
  await database.write(forgetIndex);
  t.same(await found(site, 'ferry'), []);
  t.equal((await searchFaults(database.read)).length, 53);
  // What the newsroom does meanwhile it does as ever.
  for (const query of ['', '?permanent=true']) {
    const at = `/v1/manage/articles/${trashed.id}${query}`;
    await site.ask('DELETE', at, { as: 'editor', headers: { 'if-match': '*' } });
  }
  await move(site, draft.id, 'publish');
  t.same(await found(site, 'draft ferry'), ['Draft ferry']);
  t.equal(await catchUpSearch(ctx), 52);
  t.equal(await catchUpSearch(ctx), 0);
  t.same(await searchFaults(database.read), []);
  t.equal((await found(site, 'ferry', '&limit=100')).length, 52);
});

test('migrating finds the articles that were not indexed, and no others', async (t) => {
  const url = await testDatabaseUrl(t);
  const migrations = migrationsOf(url.startsWith('file:') ? 'sqlite' : 'postgres');
  const clock = () => START;
  const before = await openDatabase({ url, clock, migrations: migrations.slice(0, 7) });
  const [indexed, missing] = [newId(START), newId(START)];
  await before.write(async (db) => {
    for (const id of [indexed, missing])
      await db.rows(
        sql`insert into articles (id, status, slug, slug_is_explicit, title, excerpt, language, seo, comment_count,
              word_count, metadata_public, metadata_private, version, created_at, updated_at)
            values (${id}, 'draft', ${id}, false, '', '', 'en', '{}', 0, 0, '{}', '{}', 1, ${START}, ${START})`,
      );
    await db.insert(db.tables.articleSearch).values({ articleId: indexed, seq: 1, digest: '' });
  });
  await before.close();
  const { read, close } = await openDatabase({ url, clock });
  t.same(await read.select().from(read.tables.unindexedArticles), [{ articleId: missing }]);
  await close();
});

test('indexing that is cut off goes on where it was', async (t) => {
  const site = await testSite(t);
  const { database, ctx } = site;
  for (let n = 0; n < 5; n++) await publish(site, `Ferry ${n}`, 'Sails.');
  await database.write(forgetIndex);
  await database.write((db) => indexUnindexed(db, 2));
  const cut = new Error('cut off');
  await t.rejects(
    database.write(async (db) => {
      await indexUnindexed(db, 2);
      throw cut;
    }),
    cut,
  );
  t.equal((await found(site, 'ferry')).length, 2);
  t.equal(await catchUpSearch(ctx), 3);
  t.same(await searchFaults(database.read), []);
});

test('processes that start together index each article once', async (t) => {
  const site = await testSite(t);
  for (let n = 0; n < 3; n++) await publish(site, `Ferry ${n}`, 'Sails.');
  await site.database.write(forgetIndex);
  const done = await Promise.all([catchUpSearch(site.ctx), catchUpSearch(site.ctx)]);
  t.equal(done[0] + done[1], 3);
  t.same(await searchFaults(site.database.read), []);
});

test('what is missing, stale, misplaced or too much is said', async (t) => {
  const site = await testSite(t);
  const { database } = site;
  const { articles, articleSearch } = database.read.tables;
  const { id } = await publish(site, 'Ferry', 'Sails.');
  const [place] = await database.read.select().from(articleSearch);
  const position = place!.position!;
  const other = GONE;
  const { fullText } = database.read.dialect;
  /** The faults after a change that is then undone. */
  const after = async (
    change: (db: Parameters<Parameters<typeof database.write>[0]>[0]) => Promise<unknown>,
  ) => {
    const undo = new Error('undone');
    let faults: string[] = [];
    await database
      .write(async (db) => {
        await change(db);
        faults = await searchFaults(db);
        throw undo;
      })
      .catch((error: unknown) => {
        if (error !== undo) throw error;
      });
    return faults;
  };
  t.same(
    await after((db) => db.update(articles).set({ title: 'Other' }).where(eq(articles.id, id)).execute()),
    [`article ${id} is indexed with an older text`],
  );
  t.same(await after((db) => db.update(articles).set({ publicFrom: null }).execute()), [
    `article ${id} is indexed in another place than it should be`,
  ]);
  t.same(await after((db) => db.update(articleSearch).set({ articleId: other }).execute()), [
    `article ${id} is not in the search index`,
    `article ${other} is indexed and does not exist`,
  ]);
  t.same(await after((db) => fullText.remove(db, 'public_search', position)), [
    `public_search lacks its row ${position}`,
  ]);
  t.same(await after((db) => fullText.put(db, 'desk_search', 99, [['a'], [], [], []])), [
    'desk_search has a row 99 that is no article’s'.replace('’', "'"),
  ]);
  t.same(await searchFaults(database.read), []);
});

test('a text longer than an index takes is found by its beginning', async (t) => {
  const site = await testSite(t);
  const text = Array.from({ length: 17_000 }, (_, n) => `w${n}`).join(' ');
  await publish(site, 'Long', text);
  t.same(await found(site, 'w15000'), ['Long']);
  t.same(await found(site, 'w16500'), []);
  // Every word as long and as rare as can be: more than a tsvector could hold.
  const han = (n: number) => String.fromCodePoint(0x4e00 + (n % 20_000), 0x4e00 + ((n * 7) % 20_000), 0x20);
  await publish(site, 'Dense', Array.from({ length: 24_000 }, (_, n) => han(n)).join(''));
  const arabic = Array.from({ length: 9_000 }, (_, n) => `${'ﷺ'.repeat(1 + (n % 6))}${n}`).join(' ');
  await publish(site, 'Unfolded', arabic);
  t.same(await found(site, 'dense'), ['Dense']);
  t.same(await found(site, 'unfolded'), ['Unfolded']);
  t.same(await searchFaults(site.database.read), []);
});

test('an article that was never there is not indexed, and one unchanged is not written again', async (t) => {
  const site = await testSite(t);
  const { id } = await publish(site, 'Ferry', 'Sails.');
  const before = await site.database.read.select().from(site.database.read.tables.articleSearch);
  await site.database.write(async (db) => {
    await indexArticle(db, GONE);
    await indexArticle(db, id);
  });
  t.same(await site.database.read.select().from(site.database.read.tables.articleSearch), before);
});
