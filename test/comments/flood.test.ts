import { test } from 'tap';
import { postComment } from '../../src/comments/posting.ts';
import { play } from '../scenario.ts';
import { testSite } from '../site.ts';
import { empty, post, said, seedArticle } from './seed.ts';

test('comments: flood', async (t) => {
  const site = await testSite(t);
  t.beforeEach(() => empty(site));

  t.test('one sender waits between two comments, known by e-mail or by address', async (t) => {
    await seedArticle(site, 'bridge');
    await seedArticle(site, 'harbour');
    const request = 'POST /v1/articles/harbour/comments';
    const mario = { authorEmail: 'mario@reader.example' };
    await post(site, 'bridge', 'One');
    site.clock.now += 5_001;
    await play(t, site, [
      {
        name: 'the same e-mail from elsewhere, in other case',
        request,
        body: said('Two', { authorEmail: 'Maria@Reader.example' }),
        address: '198.51.100.9',
        status: 429,
        code: 'comment_flood',
        sends: { 'retry-after': '10' },
      },
      {
        name: 'another e-mail from the same address',
        request,
        body: said('Two', mario),
        status: 429,
        sends: { 'retry-after': '10' },
      },
      {
        name: 'somebody else',
        request,
        body: said('Two', mario),
        address: '203.0.113.8',
        status: 202,
        events: ['comment.posted'],
      },
    ]);
    site.clock.now += 10_000;
    t.equal((await post(site, 'harbour', 'Two')).status, 202, 'welcome again');
  });

  t.test('a flood of simultaneous comments lets one in', async (t) => {
    const articles = ['bridge', 'harbour', 'ferry', 'port'];
    for (const article of articles) await seedArticle(site, article);
    // The connections are open before, so that it is the comments that meet.
    await Promise.all(articles.map((article) => site.ask('GET', `/v1/articles/${article}/comments`)));
    const answers = await Promise.all(articles.map((article) => post(site, article, 'Buy now')));
    t.same(answers.map(({ status }) => status).sort(), [202, 429, 429, 429]);
  });

  t.test('a comment posted without HTTP has a sender without an address', async (t) => {
    const id = await seedArticle(site, 'bridge');
    const policy = { secret: 'a secret', floodSeconds: 15, isRateLimited: true };
    const { comment } = await postComment(site.ctx, id, said('From the command line'), policy);
    t.match((await site.ask('GET', `/v1/manage/comments/${comment.id}`, { as: 'admin' })).body, {
      authorEmail: 'maria@reader.example',
      addressPrefix: null,
      userAgent: null,
    });
    await t.rejects(postComment(site.ctx, id, said('At once'), policy), { code: 'comment_flood' });
  });
});
