import { test } from 'tap';
import { play } from '../scenario.ts';
import { type TestSite, testSite } from '../site.ts';
import { empty, NO_FLOOD, NOBODY, post, postAs, seedArticle } from './seed.ts';

test('comments: reading', async (t) => {
  // Its rows are written past the events that would purge what is kept.
  const site = await testSite(t, { ...NO_FLOOD, CACHE_MAX_BYTES: '0' });
  t.beforeEach(() => empty(site));

  const bodies = (items: { body: string }[]) => items.map(({ body }) => body);

  /** Three threads, each posted a second after the one before; returns the id of each comment by its text. */
  const discussion = async (site: TestSite): Promise<Record<string, string>> => {
    const ids: Record<string, string> = {};
    const say = async (text: string, parent?: string) => {
      site.clock.now += 1_000;
      ids[text] = await postAs(
        site,
        'approved',
        'bridge',
        text,
        parent === undefined ? {} : { parentId: ids[parent] },
      );
    };
    await say('one');
    await say('two');
    await say('two, first reply', 'two');
    await say('three');
    await say('one, a reply', 'one');
    await say('two, deeper', 'two, first reply');
    await say('two, second reply', 'two');
    return ids;
  };

  const THREAD = [
    'one',
    'one, a reply',
    'two',
    'two, first reply',
    'two, deeper',
    'two, second reply',
    'three',
  ];
  const OLDEST = [
    'one',
    'two',
    'two, first reply',
    'three',
    'one, a reply',
    'two, deeper',
    'two, second reply',
  ];

  t.test('a discussion is read as a thread, newest or oldest first, or one level at a time', async (t) => {
    const id = await seedArticle(site, 'bridge');
    await seedArticle(site, 'harbour');
    const ids = await discussion(site);
    const held = (await post(site, 'bridge', 'waits', { authorName: 'Mario' })).body.id;
    const read = async (query = '') =>
      bodies((await site.ask('GET', `/v1/articles/bridge/comments${query}`)).body.items);

    t.same(await read(), THREAD);
    t.same(await read('?sort=thread'), THREAD);
    t.same(await read('?sort=oldest'), OLDEST);
    t.same(await read('?sort=newest'), [...OLDEST].reverse());
    t.same(await read(`?parent=${ids.two}`), ['two, first reply', 'two, second reply']);
    t.same(await read(`?parent=${ids.two}&sort=newest`), ['two, second reply', 'two, first reply']);
    t.same(await read(`?parent=${NOBODY}`), []);

    await play(t, site, [
      {
        name: 'a list has depths, counts of replies and a total',
        request: `GET /v1/articles/${id}/comments?total=true&limit=3`,
        status: 200,
        has: {
          items: [
            { depth: 1, replyCount: 1 },
            { depth: 2, parentId: ids.one },
            { depth: 1, replyCount: 2 },
          ],
          total: 7,
        },
        lacks: ['waits', held, 'status', 'reader.example'],
        sends: { link: /rel="next"/, 'cache-control': /^public/, etag: /^"/ },
      },
      {
        name: 'replies are counted alone',
        request: `GET /v1/articles/bridge/comments?parent=${ids.two}&total=true`,
        status: 200,
        has: { total: 2 },
      },
      {
        name: 'replies are no thread',
        request: `GET /v1/articles/bridge/comments?parent=${ids.two}&sort=thread`,
        status: 400,
        code: 'sort_unsupported',
        faults: ['sort'],
      },
      {
        name: 'a parent of another article has no replies here',
        request: `GET /v1/articles/harbour/comments?parent=${ids.two}`,
        status: 200,
        has: { items: [] },
      },
      {
        name: 'no other sort',
        request: 'GET /v1/articles/bridge/comments?sort=best',
        status: 400,
        faults: ['sort'],
      },
      {
        name: 'a held comment is not there',
        request: `GET /v1/comments/${held}`,
        status: 404,
        code: 'not_found',
      },
      {
        name: 'a comment',
        request: `GET /v1/comments/${ids.one}`,
        status: 200,
        has: { body: 'one', articleId: id },
      },
      { name: 'an unknown one', request: `GET /v1/comments/${NOBODY}`, status: 404 },
      { name: 'no id', request: 'GET /v1/comments/first', status: 400, faults: ['id'] },
      { name: 'a writer must post to the article', request: 'POST /v1/comments/counts', status: 405 },
    ]);
  });

  t.test('comments answer as their article does', async (t) => {
    const untilMs = site.clock.now + 30_000;
    const id = await seedArticle(site, 'bridge', { publicUntil: untilMs });
    const comment = await postAs(site, 'approved', 'bridge', 'Hello');
    await seedArticle(site, 'draft', { publicFrom: null });
    const requests = [
      '/v1/articles/bridge/comments',
      `/v1/articles/${id}/comments`,
      `/v1/comments/${comment}`,
    ];
    for (const url of requests) {
      const { status, headers } = await site.ask('GET', url);
      t.equal(status, 200, url);
      t.match(
        headers['cache-control'],
        /s-maxage=30, stale-while-revalidate=0/,
        'no cache keeps it past the end of the article',
      );
    }
    site.clock.now = untilMs;
    for (const url of requests)
      t.match(await site.ask('GET', url), { status: 410, body: { code: 'withdrawn' } }, url);
    t.equal((await site.ask('GET', '/v1/articles/draft/comments')).status, 404, 'a draft');
    t.equal((await site.ask('GET', '/v1/articles/nothing/comments')).status, 404, 'nothing');
  });

  t.test('counts come in the order asked for, of public articles alone', async (t) => {
    const bridge = await seedArticle(site, 'bridge');
    const harbour = await seedArticle(site, 'harbour');
    const draft = await seedArticle(site, 'draft', { publicFrom: null });
    const scheduled = await seedArticle(site, 'scheduled', { publicFrom: site.clock.now + 20_000 });
    await postAs(site, 'approved', 'bridge', 'One');
    await post(site, 'bridge', 'Two');
    await post(site, 'bridge', 'waits', { authorName: 'Mario' });
    const items = (...counts: [string, number][]) => ({
      items: counts.map(([articleId, count]) => ({ articleId, count })),
    });
    const request = (...ids: string[]) => `GET /v1/comments/counts?articles=${ids.join(',')}`;
    const [counted] = await play(t, site, [
      {
        name: 'in order',
        request: request(harbour, draft, NOBODY, bridge, harbour),
        status: 200,
        sends: { 'cache-control': /s-maxage=60/ },
      },
      {
        name: 'at most a hundred',
        request: request(...Array<string>(101).fill(bridge)),
        status: 400,
        faults: ['articles'],
      },
      { name: 'ids', request: request('bridge'), status: 400, faults: ['articles'] },
      { name: 'of something', request: 'GET /v1/comments/counts', status: 400, faults: ['articles'] },
      {
        name: 'not yet public',
        request: request(scheduled),
        status: 200,
        has: { items: [] },
        sends: { 'cache-control': /s-maxage=20/ },
      },
    ]);
    t.same(counted?.body, items([harbour, 0], [bridge, 2]));
    site.clock.now += 20_000;
    t.same((await site.ask('GET', `/v1/comments/counts?articles=${scheduled}`)).body, items([scheduled, 0]));
  });

  t.test('a walk meets every comment once, whatever is posted meanwhile', async (t) => {
    await seedArticle(site, 'bridge');
    const ids = await discussion(site);
    for (const [sort, order] of [
      ['thread', THREAD],
      ['oldest', OLDEST],
      ['newest', [...OLDEST].reverse()],
    ] as const) {
      const seen: string[] = [];
      let url = `/v1/articles/bridge/comments?sort=${sort}&limit=4`;
      while (url !== '') {
        const { body, headers } = await site.ask('GET', url);
        seen.push(...bodies(body.items));
        site.clock.now += 1_000;
        // One reply among what was read, and one among what was not.
        for (const parent of ['one', 'three']) {
          await post(site, 'bridge', `${parent}, meanwhile at ${site.clock.now}`, { parentId: ids[parent] });
        }
        url = /<https:\/\/cms\.example([^>]+)>/.exec(headers.link ?? '')?.[1] ?? '';
        t.equal(url === '', body.nextCursor === null, 'Link and nextCursor agree');
      }
      t.same(
        seen.filter((body) => !body.includes('meanwhile')),
        order,
        `${sort}: none skipped, none twice`,
      );
      t.equal(new Set(seen).size, seen.length, `${sort}: nothing new twice either`);
    }
  });

  t.test('a cursor belongs to its article, sort and parent', async (t) => {
    const id = await seedArticle(site, 'bridge');
    await seedArticle(site, 'harbour');
    const ids = await discussion(site);
    const cursor = (await site.ask('GET', '/v1/articles/bridge/comments?limit=1')).body.nextCursor;
    const from = (path: string) => site.ask('GET', `/v1/articles/${path}cursor=${cursor}`);
    t.equal((await from(`${id}/comments?`)).status, 200, 'the article under its other name');
    for (const path of [
      'harbour/comments?',
      'bridge/comments?sort=oldest&',
      `bridge/comments?parent=${ids.one}&`,
    ]) {
      t.match(await from(path), { status: 400, body: { code: 'cursor_invalid' } }, path);
    }
  });

  t.test('a discussion survives a restart', async (t) => {
    await seedArticle(site, 'bridge');
    await discussion(site);
    const before = await site.ask('GET', '/v1/articles/bridge/comments?total=true');
    await site.restart();
    const after = await site.ask('GET', '/v1/articles/bridge/comments?total=true');
    t.same(after.body, before.body);
    t.equal(after.headers.etag, before.headers.etag);
    t.equal((await post(site, 'bridge', 'one')).status, 409, 'and so does the memory of what was said');
  });
});
