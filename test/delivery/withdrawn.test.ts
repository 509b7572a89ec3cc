// An article that is withdrawn and written on between two reads of one answer: the answer leaves it out.
import { test } from 'tap';
import { createCursors } from '../../src/core/page.ts';
import { deliveredSearch } from '../../src/delivery/search.ts';
import { createSummaries } from '../../src/delivery/summaries.ts';
import { createArticle } from '../articles/make.ts';
import { type TestSite, testSite } from '../site.ts';

const SECRET = 'A secret harbour.';

/** Takes an article back to its draft, and writes there what nobody is to read. */
const withdraw = async (site: TestSite, id: string) => {
  const url = `/v1/manage/articles/${id}`;
  const how = { as: 'editor', headers: { 'if-match': '*' } };
  await site.ask('POST', `${url}/unpublish`, how);
  await site.ask('PATCH', url, { ...how, body: { body: { format: 'markdown', source: SECRET } } });
};

const two = async (site: TestSite) => {
  const body = { format: 'markdown', source: 'The harbour is open.' };
  const ids = [];
  for (const title of ['One', 'Two'])
    ids.push((await createArticle(site, { title, body, status: 'published' })).id);
  return ids;
};

const urlOf = (slug: string) => slug;

test('a list with texts has none of an article whose summary was known before it was withdrawn', async (t) => {
  const site = await testSite(t);
  const ids = await two(site);
  const { read, clock } = site.ctx;
  const kept = { of: async () => known };
  const now = clock();
  const summaries = createSummaries({ urlOf, kept: kept as never });
  const make = createSummaries({ urlOf, kept: undefined });
  const { items } = await make(read, ids, { now, withText: false });
  const known = new Map(
    items.map((written) => [written.value.id, { written, tags: [], dueAt: null, size: 1 }]),
  );
  const texts = async () =>
    (await summaries(read, ids, { now, withText: true })).items.map(({ json }) =>
      JSON.parse(json).bodyHtml.trim(),
    );
  t.same(await texts(), ['<p>The harbour is open.</p>', '<p>The harbour is open.</p>']);
  await withdraw(site, ids[0]);
  t.same(await texts(), ['<p>The harbour is open.</p>']);
});

test('a search shows nothing of an article that is withdrawn while its results are read', async (t) => {
  const site = await testSite(t);
  const ids = await two(site);
  const find = createSummaries({ urlOf, kept: undefined });
  const [search] = deliveredSearch({
    cursors: createCursors('x'),
    summaries: async (...asked) => {
      const shown = await find(...asked);
      await withdraw(site, ids[0]);
      return shown;
    },
  });
  const input = { params: {}, query: search!.query!.parse({ q: 'harbour' }), body: {}, ifMatch: undefined };
  const answer = search!.reply(await search!.run(site.ctx, input), input);
  const text = JSON.stringify(answer.body);
  t.match(text, /"title":"Two"/);
  t.notMatch(text, /"title":"One"/);
  t.notMatch(text, /secret/);
});
