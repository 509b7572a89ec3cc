import { test } from 'tap';
import { play } from '../scenario.ts';
import { type TestSite, testSite } from '../site.ts';
import { faultsOf } from './figures.ts';
import { empty, NO_FLOOD, post, postAs, seedArticle } from './seed.ts';

test('comments: threads', async (t) => {
  // Its rows are written past the events that would purge what is kept.
  const site = await testSite(t, { ...NO_FLOOD, CACHE_MAX_BYTES: '0' });
  t.beforeEach(() => empty(site));

  const QUEUE = '/v1/manage/comments';
  const as = 'moderator';

  const TOMBSTONE = {
    authorName: '',
    authorUrl: null,
    isStaff: false,
    body: '',
    bodyHtml: '',
    editedAt: null,
    deleted: true,
  };

  const threadOf = async (site: TestSite, article: string) => {
    const { body } = await site.ask('GET', `/v1/articles/${article}/comments?limit=100`);
    return body.items.map((item: { body: string; replyCount: number; deleted: boolean }) =>
      item.deleted ? `(${item.replyCount})` : `${item.body} (${item.replyCount})`,
    );
  };

  t.test('a comment with replies leaves a tombstone, which goes with the last of them', async (t) => {
    const articleId = await seedArticle(site, 'bridge');
    const [top, middle, leaf] = ['top', 'middle', 'leaf'] as const;
    const ids: string[] = [];
    for (const text of [top, middle, leaf]) {
      const parentId = ids.at(-1) ?? null;
      ids.push(
        await postAs(site, 'approved', 'bridge', text, { parentId, authorUrl: 'https://maria.example' }),
      );
    }
    const [topId = '', middleId = '', leafId = ''] = ids;
    t.same(await threadOf(site, 'bridge'), ['top (1)', 'middle (1)', 'leaf (0)']);

    await play(t, site, [
      {
        name: 'a deleted comment with replies stays without its text',
        as,
        request: `DELETE ${QUEUE}/${topId}`,
        status: 200,
        has: {
          ...TOMBSTONE,
          id: topId,
          status: 'deleted',
          replyCount: 1,
          authorEmail: null,
          addressPrefix: null,
        },
        sends: { etag: '"3"' },
        events: ['comment.deleted'],
      },
      {
        name: 'deleting it again changes nothing',
        as,
        request: `DELETE ${QUEUE}/${topId}`,
        status: 200,
        sends: { etag: '"3"' },
      },
      {
        name: 'readers see where it stood',
        request: `GET /v1/comments/${topId}`,
        status: 200,
        has: { ...TOMBSTONE, id: topId, articleId, depth: 1, replyCount: 1 },
      },
    ]);
    t.same(await threadOf(site, 'bridge'), ['(1)', 'middle (1)', 'leaf (0)']);

    await site.ask('PATCH', `${QUEUE}/${middleId}`, { as, body: { body: 'edited', status: 'spam' } });
    t.same(await threadOf(site, 'bridge'), ['(1)', '(1)', 'leaf (0)'], 'spam below which somebody answered');
    t.match(
      (await site.ask('GET', `/v1/comments/${middleId}`)).body,
      TOMBSTONE,
      'tells nothing of what it was',
    );
    t.match(
      (await site.ask('GET', `${QUEUE}/${middleId}`, { as })).body,
      { status: 'spam', body: 'edited', deleted: false },
      'but to moderators',
    );
    t.same((await site.ask('GET', `/v1/articles/bridge/comments?parent=${topId}`)).body.items.length, 1);

    await site.ask('PATCH', `${QUEUE}/${leafId}`, { as, body: { status: 'pending' } });
    t.same(await threadOf(site, 'bridge'), [], 'the last reply takes all tombstones with it');
    await site.ask('PATCH', `${QUEUE}/${leafId}`, { as, body: { status: 'approved' } });
    t.same(await threadOf(site, 'bridge'), ['(1)', '(1)', 'leaf (0)'], 'and brings them back');
    await site.ask('PATCH', `${QUEUE}/${middleId}`, { as, body: { status: 'approved' } });
    t.same(await threadOf(site, 'bridge'), ['(1)', 'edited (1)', 'leaf (0)']);
  });

  t.test('an erased comment takes its replies with it, and its tombstones', async (t) => {
    const articleId = await seedArticle(site, 'bridge');
    const top = await postAs(site, 'approved', 'bridge', 'top');
    const middle = await postAs(site, 'approved', 'bridge', 'middle', { parentId: top });
    await postAs(site, 'approved', 'bridge', 'leaf', { parentId: middle });
    await postAs(site, 'approved', 'bridge', 'another leaf', { parentId: middle });
    await post(site, 'bridge', 'a held leaf', { parentId: middle, authorName: 'Mario' });
    await postAs(site, 'approved', 'bridge', 'other');
    await site.ask('DELETE', `${QUEUE}/${top}`, { as });
    await play(t, site, [
      {
        name: 'erasure',
        as,
        request: `DELETE ${QUEUE}/${middle}?permanent=true`,
        status: 204,
        events: ['comment.erased'],
      },
    ]);
    t.same(await threadOf(site, 'bridge'), ['other (0)']);
    t.same((await site.ask('GET', `/v1/comments/counts?articles=${articleId}`)).body.items, [
      { articleId, count: 1 },
    ]);
    t.equal((await site.ask('GET', `${QUEUE}?status=pending`, { as })).body.items.length, 0);
    const { comments, commentPrivate } = site.database.read.tables;
    t.equal(await site.database.read.$count(comments), 2);
    t.equal(await site.database.read.$count(commentPrivate), 1, 'and what their writers told us');
  });

  /** Mulberry32: the same run for the same seed. */
  const random = (seed: number) => () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };

  // On PGlite a statement takes ten times as long.
  const moves = site.database.engine === 'sqlite' ? 150 : 40;

  for (const seed of [1, 2]) {
    t.test(`counts and tombstones stay right through ${moves} moves at random (${seed})`, async (t) => {
      await seedArticle(site, 'bridge');
      const next = random(seed);
      const anyOf = <T>(list: readonly T[]): T | undefined => list[Math.floor(next() * list.length)];
      await postAs(site, 'approved', 'bridge', 'the first, so that Maria is known');
      const { read } = site.database;
      for (let move = 0; move < moves; move++) {
        const rows = await read.select().from(read.tables.comments);
        const target = `${QUEUE}/${anyOf(rows)?.id}`;
        const roll = next();
        if (roll < 0.45) {
          const parentId = next() < 0.2 ? null : (anyOf(rows)?.id ?? null);
          await post(site, 'bridge', `${move}`, { parentId, authorName: next() < 0.3 ? 'Mario' : 'Maria' });
        } else if (roll < 0.85) {
          await site.ask('PATCH', target, {
            as,
            body: { status: anyOf(['approved', 'approved', 'pending', 'spam', 'rejected']) },
          });
        } else {
          await site.ask('DELETE', roll < 0.97 ? target : `${target}?permanent=true`, { as });
        }
        if (move % 5 > 0) continue;
        const faults = await faultsOf(site);
        if (faults.length > 0) t.fail(`after move ${move}`, { faults });
      }
      const shown = (await read.select().from(read.tables.comments)).filter((row) => row.shown);
      const inOrder = shown.sort((a, b) => (a.threadKey < b.threadKey ? -1 : 1)).map(({ id }) => id);
      const { body } = await site.ask('GET', '/v1/articles/bridge/comments?limit=100&total=true');
      t.same(
        body.items.map(({ id }: { id: string }) => id),
        inOrder.slice(0, 100),
        'the thread is what is shown, in order',
      );
      t.equal(body.total, inOrder.length);
      t.ok(inOrder.length > 2, 'and there was something to show');
    });
  }

  t.test('comments that come and go at once are counted right', async (t) => {
    await seedArticle(site, 'bridge');
    const top = await postAs(site, 'approved', 'bridge', 'top');
    const replies = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        post(site, 'bridge', `reply ${n}`, { parentId: top, authorName: n % 2 ? 'Mario' : 'Maria' }),
      ),
    );
    await Promise.all(
      replies.flatMap(({ body: { id } }, n) => [
        site.ask('PATCH', `${QUEUE}/${id}`, { as, body: { status: n % 3 ? 'approved' : 'spam' } }),
        n % 4
          ? site.ask('PATCH', `${QUEUE}/${top}`, { as, body: { status: n % 2 ? 'spam' : 'approved' } })
          : site.ask('DELETE', `${QUEUE}/${id}`, { as }),
      ]),
    );
    t.same(await faultsOf(site), []);
  });
});
