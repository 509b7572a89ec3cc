// What an answer costs: a number of queries that does not depend on how many items it holds. Counted where they reach
// the driver, so that nothing above it can hide one.
import BetterSqlite3 from 'better-sqlite3';
import pg from 'pg';
import { test } from 'tap';
import { createArticle } from './articles/make.ts';
import { type TestSite, testSite } from './site.ts';

/** Counts every query that `run` makes on the driver of the engine under test. */
const queriesOf = async (run: () => Promise<unknown>): Promise<number> => {
  let count = 0;
  const memory = new BetterSqlite3(':memory:');
  const statement = Object.getPrototypeOf(memory.prepare('select 1'));
  memory.close();
  const places = [
    [statement, 'all'],
    [statement, 'get'],
    [statement, 'run'],
    [pg.Client.prototype, 'query'],
  ] as const;
  const originals = places.map(([owner, name]) => owner[name]);
  for (const [index, [owner, name]] of places.entries()) {
    owner[name] = function (this: unknown, ...values: unknown[]) {
      count += 1;
      return Reflect.apply(originals[index], this, values);
    };
  }
  await run().finally(() => {
    for (const [index, [owner, name]] of places.entries()) owner[name] = originals[index];
  });
  return count;
};

/** Adds one of everything that is listed. */
const grow = async (site: TestSite, n: number, list: string) => {
  const post = (url: string, body: object, as = 'editor') => site.ask('POST', url, { as, body });
  await post('/v1/manage/authors', { name: `Author ${n}` });
  await post('/v1/manage/sections', { name: `Section ${n}` });
  const article = await createArticle(site, {
    title: `Article ${n}`,
    tags: ['everywhere', `only ${n}`],
    authors: [`author-${n}`],
    section: 'section-0',
    status: 'published',
  });
  await post(`/v1/manage/articles/${article.id}/comments`, { body: 'One.' });
  await post(`/v1/manage/articles/${await first(site)}/comments`, { body: `Comment ${n}.` });
  await site.ask('POST', `/v1/articles/article-0/comments`, {
    address: `192.0.2.${n}`,
    body: { authorName: 'Sam', authorEmail: `sam-${n}@mail.example`, body: `Comment ${n}.` },
  });
  await post('/v1/manage/keys', { name: `Key ${n}`, role: 'site' }, 'admin');
  await post('/v1/manage/lists', { name: `List ${n}` });
  const items = Array.from({ length: n + 1 }, (_, index) => `article-${index}`);
  await site.ask('PATCH', `/v1/manage/lists/${list}`, { as: 'editor', body: { items } });
};

const first = async (site: TestSite): Promise<string> =>
  (await site.ask('GET', '/v1/manage/articles?slug=article-0', { as: 'editor' })).body.items[0].id;

test('an answer costs as many queries with twenty items as with three', async (t) => {
  // An answer that is kept costs none.
  const site = await testSite(t, { CACHE_MAX_BYTES: '0' });
  const list = (await site.ask('POST', '/v1/manage/lists', { as: 'editor', body: { name: 'Front page' } }))
    .body.id;
  const addresses = [
    ['/v1/articles?limit=100'],
    ['/v1/articles?limit=100&view=full&total=true'],
    ['/v1/articles?limit=100&tag=everywhere&author=author-0,author-1'],
    ['/v1/articles/article-0/related?limit=20'],
    ['/v1/articles/article-0/jsonld'],
    ['/v1/articles/article-0/comments?limit=100'],
    ['/v1/authors?limit=100'],
    ['/v1/sections?limit=100'],
    ['/v1/tags?limit=100'],
    ['/v1/lists/front-page?view=full'],
    ['/v1/site'],
    ['/v1/manage/articles?limit=100&view=full', 'editor'],
    ['/v1/manage/articles?limit=100', 'contributor'],
    ['/v1/manage/authors?limit=100', 'editor'],
    ['/v1/manage/sections?limit=100', 'editor'],
    ['/v1/manage/tags?limit=100', 'editor'],
    ['/v1/manage/lists?limit=100', 'editor'],
    [`/v1/manage/lists/${list}`, 'editor'],
    ['/v1/manage/comments?limit=100', 'editor'],
    ['/v1/manage/keys?limit=100', 'admin'],
    ['/v1/manage/audit?limit=100', 'admin'],
  ] as const;
  const measure = async () => {
    const counts: Record<string, number> = {};
    for (const [url, as] of addresses) {
      const ask = async () => {
        const { status, text } = await site.ask('GET', url, { as });
        if (status !== 200) throw new Error(`${url}: ${text}`);
      };
      // The first request of a key writes down when it was used.
      await ask();
      counts[url] = await queriesOf(ask);
    }
    return counts;
  };
  for (let n = 0; n < 3; n++) await grow(site, n, list);
  const few = await measure();
  for (let n = 3; n < 20; n++) await grow(site, n, list);
  t.same(await measure(), few);
  for (const [url, count] of Object.entries(few)) t.ok(count > 0, `${url}: ${count}`);
});

test('a list of articles that another list has shown reads none of them again', async (t) => {
  const site = await testSite(t);
  const list = (await site.ask('POST', '/v1/manage/lists', { as: 'editor', body: { name: 'Front page' } }))
    .body.id;
  for (let n = 0; n < 3; n++) await grow(site, n, list);
  const itemsOf = async (url: string) => {
    let items: unknown;
    const queries = await queriesOf(async () => {
      ({ items } = (await site.ask('GET', url)).body);
    });
    return { items, queries };
  };
  const first = await itemsOf('/v1/articles?limit=50');
  const second = await itemsOf('/v1/articles?limit=60');
  t.same(second.items, first.items);
  // Rows, tags, bylines, and what holds for their comments; besides, each asks whether another process wrote.
  t.ok(second.queries <= first.queries - 4, `${first.queries} queries, then ${second.queries}`);
});
