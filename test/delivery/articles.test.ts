// Public lists of articles, held against what a plain filter over all articles would give.
import fc from 'fast-check';
import { test } from 'tap';
import { createArticle, createAuthor } from '../articles/make.ts';
import { play } from '../scenario.ts';
import { START, type TestSite, testSite } from '../site.ts';

const MINUTE = 60_000;
const SECTIONS = ['city', 'sport'];
const TAGS = ['harbour', 'vote', 'storm'];
const AUTHORS = ['ada-okafor', 'jon-berg'];
const LANGUAGES = ['en', 'de'];

interface Known {
  id: string;
  slug: string;
  at: number;
  section: string | undefined;
  tags: string[];
  authors: string[];
  language: string;
}

const some = <T>(all: readonly T[], bits: number): T[] => all.filter((_, index) => (bits >> index) & 1);

/** Articles of every combination, several at one instant, and some that nobody may see. */
const seed = async (site: TestSite, count: number): Promise<Known[]> => {
  for (const name of ['City', 'Sport'])
    await site.ask('POST', '/v1/manage/sections', { as: 'editor', body: { name } });
  for (const name of ['Ada Okafor', 'Jon Berg']) await createAuthor(site, name);
  const known: Known[] = [];
  for (let n = 0; n < count; n++) {
    const at = START - Math.floor(n / 3) * MINUTE;
    const wish = {
      section: [...SECTIONS, undefined][n % 3],
      tags: some(TAGS, n % 8),
      authors: some(AUTHORS, (n % 3) + 1),
      language: LANGUAGES[n % 2] ?? 'en',
    };
    const live = { status: 'published', publishedAt: new Date(at).toISOString() };
    const isHidden = n % 7 === 6;
    const { id, slug } = await createArticle(site, {
      title: `Article ${n}`,
      ...wish,
      ...(isHidden ? {} : live),
    });
    if (!isHidden) known.push({ id, slug, at, ...wish });
  }
  return known;
};

const newestFirst = (a: Known, b: Known) => b.at - a.at || (a.id < b.id ? 1 : -1);

const walk = async (site: TestSite, query: string): Promise<string[]> => {
  const slugs: string[] = [];
  let url: string | undefined = `/v1/articles?${query}`;
  while (url !== undefined) {
    const { body, headers } = await site.ask('GET', url);
    for (const { slug } of body.items) slugs.push(slug);
    const next = /<https:\/\/cms\.example([^>]+)>; rel="next"/.exec(headers.link ?? '')?.[1];
    if ((next === undefined) !== (body.nextCursor === null)) throw new Error('Link and nextCursor disagree');
    url = next;
  }
  return slugs;
};

test('every combination of filters lists exactly what matches, each once, in order, however it is paged', async (t) => {
  const site = await testSite(t);
  const known = await seed(site, 42);
  const anyOf = (all: readonly string[]) =>
    fc.option(fc.subarray([...all, 'unknown'], { minLength: 1 }), { nil: undefined });
  const query = fc.record({
    section: anyOf(SECTIONS),
    tag: anyOf(TAGS),
    author: anyOf(AUTHORS),
    language: fc.option(fc.subarray(LANGUAGES, { minLength: 1 }), { nil: undefined }),
    after: fc.option(fc.integer({ min: 0, max: 15 }), { nil: undefined }),
    before: fc.option(fc.integer({ min: 0, max: 15 }), { nil: undefined }),
    excluded: fc.option(fc.integer({ min: 0, max: known.length - 1 }), { nil: undefined }),
    limit: fc.integer({ min: 1, max: 9 }),
    sort: fc.constantFrom('-publishedAt', 'publishedAt'),
  });
  const holds = fc.asyncProperty(
    query,
    async ({ section, tag, author, language, after, before, excluded, limit, sort }) => {
      const isAfter = after === undefined ? undefined : START - after * MINUTE;
      const isBefore = before === undefined ? undefined : START - before * MINUTE;
      const gone = excluded === undefined ? undefined : known[excluded];
      const expected = known.filter(
        (article) =>
          (section?.includes(article.section ?? '') ?? true) &&
          (tag?.some((one) => article.tags.includes(one)) ?? true) &&
          (author?.some((one) => article.authors.includes(one)) ?? true) &&
          (language?.includes(article.language) ?? true) &&
          (isAfter === undefined || article.at > isAfter) &&
          (isBefore === undefined || article.at < isBefore) &&
          article !== gone,
      );
      expected.sort(newestFirst);
      if (sort === 'publishedAt') expected.reverse();
      const asked = Object.entries({
        section,
        tag,
        author,
        language,
        publishedAfter: isAfter && new Date(isAfter).toISOString(),
        publishedBefore: isBefore && new Date(isBefore).toISOString(),
        exclude: gone?.id,
        limit: String(limit),
        sort,
      }).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
      t.same(
        await walk(site, asked.join('&')),
        expected.map(({ slug }) => slug),
        asked.join('&'),
      );
      const counted = await site.ask('GET', `/v1/articles?${asked.join('&')}&total=true`);
      t.equal(counted.body.total, expected.length, `total of ${asked.join('&')}`);
    },
  );
  await fc.assert(holds, { numRuns: 40, seed: 20_260_301 });
});

test('a walk sees each article once while others come and go', async (t) => {
  const site = await testSite(t);
  const known = await seed(site, 21);
  const first = await site.ask('GET', '/v1/articles?limit=5');
  const rest: string[] = [];
  let cursor: string | null = first.body.nextCursor;
  const doomed = known.sort(newestFirst)[2];
  for (let n = 0; cursor !== null; n++) {
    await createArticle(site, { title: `Breaking ${n}`, status: 'published' });
    if (n === 0)
      await site.ask('DELETE', `/v1/manage/articles/${doomed?.id}`, {
        as: 'editor',
        headers: { 'if-match': '*' },
      });
    const { body } = await site.ask('GET', `/v1/articles?limit=5&cursor=${cursor}`);
    rest.push(...body.items.map(({ slug }: { slug: string }) => slug));
    cursor = body.nextCursor;
  }
  const seen = [...first.body.items.map(({ slug }: { slug: string }) => slug), ...rest];
  t.same(
    seen,
    known.map(({ slug }) => slug),
  );
});

test('by last change, by id in the order asked, and what cannot be combined', async (t) => {
  const site = await testSite(t);
  const known = (await seed(site, 6)).sort(newestFirst);
  const [a, b, c] = known;
  site.clock.now += MINUTE;
  await site.ask('PATCH', `/v1/manage/articles/${c?.id}`, {
    as: 'editor',
    headers: { 'if-match': '*' },
    body: { subtitle: 'New' },
  });
  const ids = (body: { items: { id: string }[] }) => body.items.map(({ id }) => id);
  const german = await site.ask('GET', '/v1/articles?language=de');
  t.same(
    ids(german.body),
    known.filter(({ language }) => language === 'de').map(({ id }) => id),
  );
  const changed = await site.ask(
    'GET',
    '/v1/articles?sort=-modifiedAt&language=en,de&publishedAfter=2020-01-01T00:00:00Z&publishedBefore=2030-01-01T00:00:00Z&limit=2',
  );
  t.equal(ids(changed.body)[0], c?.id);
  const second = await site.ask(
    'GET',
    `/v1/articles?sort=-modifiedAt&language=en,de&publishedAfter=2020-01-01T00:00:00Z&publishedBefore=2030-01-01T00:00:00Z&limit=2&cursor=${changed.body.nextCursor}`,
  );
  t.notOk(ids(second.body).includes(c?.id ?? ''));
  const chosen = await site.ask(
    'GET',
    `/v1/articles?ids=${c?.id},${a?.id},${c?.id},01890a5d-ac96-774b-bcce-b302099a8057&view=full`,
  );
  t.same(ids(chosen.body), [c?.id, a?.id], 'unknown ones are left out, repeated ones given once');
  const hundred = Array.from({ length: 101 }, () => a?.id).join(',');
  await play(t, site, [
    {
      name: 'ids and a filter',
      request: `GET /v1/articles?ids=${b?.id}&tag=vote`,
      status: 400,
      faults: ['tag'],
    },
    { name: 'too many ids', request: `GET /v1/articles?ids=${hundred}`, status: 400, faults: ['ids'] },
    {
      name: 'by change within a tag',
      request: 'GET /v1/articles?sort=-modifiedAt&tag=vote',
      status: 400,
      code: 'sort_unsupported',
      faults: ['sort'],
    },
    {
      name: 'by a private column',
      request: 'GET /v1/articles?sort=-updatedAt&status=draft&createdBy=x',
      status: 400,
      faults: ['sort', 'status', 'createdBy'],
    },
    {
      name: 'eleven tags',
      request: `GET /v1/articles?tag=${'a,'.repeat(10)}a`,
      status: 400,
      faults: ['tag'],
    },
    {
      name: 'an instant without offset',
      request: 'GET /v1/articles?publishedAfter=2026-01-01T00:00:00',
      status: 400,
      faults: ['publishedAfter'],
    },
    {
      name: 'a cursor of other filters',
      request: `GET /v1/articles?limit=2&cursor=${changed.body.nextCursor}`,
      status: 400,
      code: 'cursor_invalid',
      faults: ['cursor'],
    },
  ]);
});

test('a former slug answers 308 with the present one, and sub-resources take it as it is', async (t) => {
  const site = await testSite(t);
  const article = await createArticle(site, { title: 'First title', status: 'published' });
  const at = `/v1/manage/articles/${article.id}`;
  const patch = (body: object) => ({
    as: 'editor' as const,
    request: `PATCH ${at}`,
    headers: { 'if-match': '*' },
    body,
  });
  await play(t, site, [
    {
      name: 'the title no longer leads',
      ...patch({ title: 'Second title' }),
      status: 200,
      has: { slug: 'first-title' },
      events: ['article.updated'],
    },
    { name: 'moved', ...patch({ slug: 'second-title' }), status: 200, events: ['article.updated'] },
    {
      name: 'the old address',
      request: 'GET /v1/articles/first-title',
      status: 308,
      has: { movedTo: 'second-title' },
      sends: { location: '/v1/articles/second-title' },
    },
    { name: 'the new one', request: 'GET /v1/articles/second-title', status: 200 },
    { name: 'its comments', request: 'GET /v1/articles/first-title/comments', status: 200 },
    { name: 'moved back', ...patch({ slug: 'first-title' }), status: 200, events: ['article.updated'] },
    {
      name: 'the other way round now',
      request: 'GET /v1/articles/second-title',
      status: 308,
      has: { movedTo: 'first-title' },
    },
  ]);
  const other = await createArticle(site, { title: 'Second title' });
  t.equal(other.slug, 'second-title-2', 'a former slug is not given to another by itself');
  const taker = await createArticle(site, { title: 'Third', slug: 'second-title', status: 'published' });
  t.equal((await site.ask('GET', '/v1/articles/second-title')).body.id, taker.id, 'but may be taken over');
  await play(t, site, [
    {
      name: 'a present one may not',
      ...patch({ slug: 'second-title' }),
      status: 409,
      code: 'slug_taken',
      faults: ['/slug'],
    },
  ]);
});

test('a former slug leads readers until an editor gives it to another article', async (t) => {
  const site = await testSite(t);
  const article = await createArticle(site, { title: 'First title', status: 'published' });
  const at = '/v1/manage/articles';
  const headers = { 'if-match': '*' };
  const moved = await site.ask('PATCH', `${at}/${article.id}`, {
    as: 'editor',
    headers,
    body: { slug: 'second-title' },
  });
  t.equal(moved.status, 200);
  const draft = await createArticle(site, { title: 'Mine' }, 'contributor');
  const live = await createArticle(site, { title: 'Live', status: 'published' }, 'reporter');
  const refused = {
    body: { slug: 'first-title' },
    status: 409,
    code: 'slug_taken',
    faults: ['/slug'],
    has: { detail: /an editor may take it over/ },
  };
  await site.newEvents();
  await play(t, site, [
    {
      name: 'not by a new draft',
      ...refused,
      as: 'contributor',
      request: `POST ${at}`,
      body: { title: 'Any', slug: 'first-title' },
    },
    {
      name: 'nor by a change of one',
      ...refused,
      as: 'contributor',
      headers,
      request: `PATCH ${at}/${draft.id}`,
    },
    {
      name: 'nor by a change kept aside',
      ...refused,
      as: 'reporter',
      headers,
      request: `PATCH ${at}/${live.id}/staged`,
    },
    { name: 'it leads on', request: 'GET /v1/articles/first-title', status: 308 },
    {
      name: 'an editor takes it over',
      as: 'editor',
      headers,
      request: `PATCH ${at}/${live.id}`,
      body: { slug: 'first-title' },
      status: 200,
      events: ['article.updated'],
    },
    {
      name: 'and it leads there',
      request: 'GET /v1/articles/first-title',
      status: 200,
      has: { id: live.id },
    },
  ]);
});

test('a draft’s slug follows its title and leaves nothing behind; an explicit one stays', async (t) => {
  const site = await testSite(t);
  const draft = await createArticle(site, { title: 'Working title' });
  const at = `/v1/manage/articles/${draft.id}`;
  const patch = (body: object) => site.ask('PATCH', at, { as: 'editor', headers: { 'if-match': '*' }, body });
  t.equal((await patch({ title: 'Final title' })).body.slug, 'final-title');
  t.equal(
    (await createArticle(site, { title: 'Working title' })).slug,
    'working-title',
    'the first slug is free again',
  );
  t.equal((await patch({ slug: 'chosen' })).body.slug, 'chosen');
  t.equal((await patch({ title: 'Yet another' })).body.slug, 'chosen');
  t.equal((await createArticle(site, { title: 'Working title' })).slug, 'working-title-2');
  t.match((await createArticle(site, { title: '記事' })).slug, /^[a-z0-9-]+$/);
});

test('the desk lists by every filter, as far as the key may see', async (t) => {
  const site = await testSite(t);
  const known = await seed(site, 7);
  const draft = await createArticle(
    site,
    { title: 'Mine', source: { system: 'wp', id: '1:2' } },
    'contributor',
  );
  const count = async (query: string, as: 'editor' | 'contributor' | 'moderator' = 'editor') =>
    (await site.ask('GET', `/v1/manage/articles?limit=100&total=true${query}`, { as })).body;
  t.equal((await count('')).total, 8);
  t.equal((await count('', 'contributor')).total, known.length + 1);
  t.equal((await count('', 'moderator')).total, known.length);
  t.equal((await count('&status=draft')).total, 2);
  t.same((await count('&status=archived&view=full')).items, []);
  t.equal((await count(`&createdBy=${site.keyIds.contributor}`)).items[0].id, draft.id);
  t.equal((await count('&source=wp:1:2')).items[0].id, draft.id);
  t.equal((await count('&source=nonsense')).total, 0);
  t.equal((await count(`&slug=${draft.slug}&view=full`)).items[0].body.format, 'markdown');
  const first = known[0];
  t.equal((await count(`&exclude=${first?.id}&sort=-publishedAt`)).total, known.length - 1);
  t.equal((await count(`&updatedAfter=${new Date(START).toISOString()}`)).total, 0);
  t.equal(
    (await count('&section=city&author=jon-berg')).total,
    known.filter(({ section, authors }) => section === 'city' && authors.includes('jon-berg')).length,
  );
  t.equal(
    (await count('&tag=vote&language=de&sort=publishedAt')).total,
    known.filter(({ tags, language }) => tags.includes('vote') && language === 'de').length,
  );
  t.equal(
    (
      await count(
        `&publishedAfter=${new Date(START - 1).toISOString()}&publishedBefore=${new Date(START + 1).toISOString()}&sort=-modifiedAt`,
      )
    ).total,
    known.filter(({ at }) => at === START).length,
  );
  const page = await site.ask('GET', '/v1/manage/articles?limit=3', { as: 'editor' });
  const next = await site.ask('GET', `/v1/manage/articles?limit=100&cursor=${page.body.nextCursor}`, {
    as: 'editor',
  });
  t.equal(page.body.items.length + next.body.items.length, 8);
});
