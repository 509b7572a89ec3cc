import { eq } from 'drizzle-orm';
import { test } from 'tap';
import { postComment } from '../../src/comments/posting.ts';
import { newId } from '../../src/core/id.ts';
import { play } from '../scenario.ts';
import { testSite } from '../site.ts';
import { empty, post, said, seedArticle } from './seed.ts';

test('comments: limits', async (t) => {
  const site = await testSite(t, { COMMENT_FLOOD_SECONDS: '0' });
  t.beforeEach(() => empty(site));

  const DEPS = { secret: 'a secret', floodSeconds: 0, isRateLimited: true };

  let written = 0;

  /** Posts `count` comments, no two alike; the statuses. */
  const posted = async (article: string, count: number, asked: (n: number) => object) => {
    const statuses = [];
    for (let n = 0; n < count; n++)
      statuses.push((await post(site, article, `No. ${++written}`, {}, asked(n))).status);
    return statuses;
  };

  t.test('one address sends ten comments a minute, on whatever article', async (t) => {
    await seedArticle(site, 'bridge');
    await seedArticle(site, 'harbour');
    const request = 'POST /v1/articles/harbour/comments';
    await play(t, site, [
      {
        name: 'the first',
        request: 'POST /v1/articles/bridge/comments',
        body: said('First'),
        status: 202,
        sends: {
          ratelimit: '"address";r=9;t=60, "article";r=59;t=60',
          'ratelimit-policy': '"address";q=10;w=60, "article";q=60;w=60',
        },
        events: ['comment.posted'],
      },
    ]);
    site.clock.now += 20_000;
    t.same(new Set(await posted('bridge', 9, () => ({}))), new Set([202]));
    await play(t, site, [
      {
        name: 'the eleventh',
        request,
        body: said('Too many'),
        status: 429,
        code: 'rate_limited',
        sends: { 'retry-after': '40', ratelimit: '"address";r=0;t=40, "article";r=60;t=60' },
      },
      {
        name: 'another address is another sender',
        request,
        address: '203.0.113.8',
        body: said('From next door'),
        status: 202,
        events: ['comment.posted'],
      },
    ]);
    site.clock.now += 40_000;
    t.equal((await post(site, 'harbour', 'Welcome again')).status, 202);
    t.equal((await post(site, 'harbour', 'But once')).status, 429);
  });

  t.test('one article takes sixty comments a minute, from whomsoever', async (t) => {
    await seedArticle(site, 'bridge');
    await seedArticle(site, 'harbour');
    const articleId = (await site.ask('GET', '/v1/articles')).body.items.find(
      ({ slug }: { slug: string }) => slug === 'bridge',
    ).id;
    const { comment: first } = await postComment(site.ctx, articleId, said('First'), DEPS);
    // The others at once, as they would lie there: sixty requests take a minute of their own on some machines.
    await site.database.write(async (db) => {
      const { comments } = db.tables;
      const [row] = await db.select().from(comments).where(eq(comments.id, first.id));
      const ids = Array.from({ length: 59 }, () => newId(site.clock.now));
      await db.insert(comments).values(ids.map((id) => ({ ...row!, id, threadKey: id, fingerprint: id })));
    });
    t.match(await post(site, 'bridge', 'One more'), { status: 429, headers: { 'retry-after': '60' } });
    t.equal((await post(site, 'harbour', 'One more')).status, 202);
  });

  t.test('IPv6 counts by its /64', async (t) => {
    await seedArticle(site, 'bridge');
    const statuses = await posted('bridge', 11, (n) => ({ address: `2001:db8:1:1::${n + 1}` }));
    t.same(statuses.slice(9), [202, 429]);
    t.equal((await post(site, 'bridge', 'next door', {}, { address: '2001:db8:1:2::1' })).status, 202);
  });

  t.test('a site that posts for its readers has a limit for each of them', async (t) => {
    await seedArticle(site, 'bridge');
    const from = (n: number) => ({ as: 'site', headers: { 'x-forwarded-for': `198.51.100.${n}` } });
    t.same(new Set(await posted('bridge', 11, from)), new Set([202]), 'eleven readers');
    t.same((await posted('bridge', 10, () => from(3))).slice(8), [202, 429], 'one of them eleven times');
    const keyless = { headers: { 'x-forwarded-for': '198.51.100.77' } };
    t.same(
      (await posted('bridge', 11, () => keyless)).slice(9),
      [202, 429],
      'without a key the header is nothing',
    );
  });

  t.test('a replayed answer counts against no limit and tells of none', async (t) => {
    await seedArticle(site, 'bridge');
    const asked = { headers: { 'idempotency-key': 'k-1' } };
    const first = await post(site, 'bridge', 'Once', {}, asked);
    for (let n = 0; n < 11; n++) {
      const again = await post(site, 'bridge', 'Once', {}, asked);
      t.match(again, { status: 202, body: { id: first.body.id }, headers: { ratelimit: undefined } });
    }
    t.match(await post(site, 'bridge', 'Twice'), { headers: { ratelimit: /^"address";r=8/ } });
  });

  t.test('the limits can be turned off', async (t) => {
    const open = await testSite(t, { COMMENT_FLOOD_SECONDS: '0', RATE_LIMIT: 'off' });
    await seedArticle(open, 'bridge');
    for (let n = 0; n < 11; n++) {
      const answer = await post(open, 'bridge', `No. ${n}`);
      t.match(answer, { status: 202, headers: { ratelimit: undefined, 'ratelimit-policy': undefined } });
    }
  });
});
