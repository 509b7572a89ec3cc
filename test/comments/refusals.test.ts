import { test } from 'tap';
import { play } from '../scenario.ts';
import { testSite } from '../site.ts';
import { empty, NO_FLOOD, NOBODY, post, postAs, said, seedArticle } from './seed.ts';

test('comments: refusals', async (t) => {
  const site = await testSite(t, NO_FLOOD);
  t.beforeEach(() => empty(site));

  t.test('a comment that is not as it should be is refused, with every fault named', async (t) => {
    await seedArticle(site, 'bridge');
    const request = 'POST /v1/articles/bridge/comments';
    await play(t, site, [
      { name: 'nothing', request, body: {}, status: 400, faults: ['/authorName', '/authorEmail', '/body'] },
      {
        name: 'everything wrong',
        request,
        body: {
          authorName: ' \t ',
          authorEmail: 'maria',
          authorUrl: 'javascript:alert(1)',
          body: '\u0001',
          parentId: 'p',
          status: 'approved',
        },
        status: 400,
        faults: ['/authorName', '/authorEmail', '/authorUrl', '/body', '/parentId', '/status'],
      },
      {
        name: 'too long',
        request,
        body: said('x'.repeat(10_001), { authorName: 'x'.repeat(101) }),
        status: 400,
        faults: ['/authorName', '/body'],
      },
      {
        name: 'of the wrong types',
        request,
        body: said('', { authorName: 7, body: null }),
        status: 400,
        faults: ['/authorName', '/body'],
      },
      {
        name: 'a parameter',
        request: `${request}?notify=1`,
        body: said('Hello'),
        status: 400,
        faults: ['notify'],
      },
      { name: 'no body', request, status: 400, faults: ['/authorName', '/authorEmail', '/body'] },
      {
        name: 'the longest that may be, counted in characters and written as escapes',
        request,
        raw: JSON.stringify(said('', { authorName: '🌉'.repeat(100) })).replace(
          '"body":""',
          `"body":"${'\\ud83c\\udf09'.repeat(10_000)}"`,
        ),
        headers: { 'content-type': 'application/json' },
        status: 202,
        has: { body: '🌉'.repeat(10_000) },
        events: ['comment.posted'],
      },
      {
        name: 'control characters are dropped, and a name is one line',
        request,
        body: said('One\r\ntwo\u0007', { authorName: '  Maria\n\tdel  Mar ' }),
        status: 202,
        has: { authorName: 'Maria del Mar', body: 'One\ntwo' },
        events: ['comment.posted'],
      },
    ]);
  });

  t.test('an article that takes no comments refuses them', async (t) => {
    const now = site.clock.now;
    await seedArticle(site, 'draft', { publicFrom: null, publishedAt: null });
    await seedArticle(site, 'scheduled', { publicFrom: now + 1 });
    await seedArticle(site, 'withdrawn', { publicUntil: now });
    await seedArticle(site, 'closed', { commentPolicy: 'closed' });
    await seedArticle(site, 'closing', { commentsCloseAt: now + 1 });
    const on = (article: string) => ({
      name: article,
      request: `POST /v1/articles/${article}/comments`,
      body: said('Hello'),
    });
    await play(t, site, [
      { ...on('nothing'), status: 404, code: 'not_found' },
      { ...on(NOBODY), status: 404, code: 'not_found' },
      { ...on('draft'), status: 404, code: 'not_found' },
      { ...on('scheduled'), status: 404, code: 'not_found' },
      { ...on('withdrawn'), status: 410, code: 'withdrawn' },
      { ...on('closed'), status: 403, code: 'comments_closed' },
      { ...on('closing'), status: 202, events: ['comment.posted'] },
    ]);
    site.clock.now += 1;
    await play(t, site, [
      { ...on('closing'), status: 403, code: 'comments_closed' },
      { ...on('scheduled'), status: 202, events: ['comment.posted'] },
    ]);
  });

  t.test('a reply to what is not visible, not here or too deep is refused', async (t) => {
    await seedArticle(site, 'bridge');
    await seedArticle(site, 'harbour');
    const pending = (await post(site, 'bridge', 'waits')).body.id;
    const spam = await postAs(site, 'spam', 'bridge', 'buy');
    const elsewhere = await postAs(site, 'approved', 'harbour', 'there');
    const deleted = await postAs(site, 'approved', 'bridge', 'gone soon');
    await postAs(site, 'approved', 'bridge', 'a reply keeps its place', { parentId: deleted });
    await site.ask('DELETE', `/v1/manage/comments/${deleted}`, { as: 'moderator' });
    const chain: string[] = [];
    for (let depth = 1; depth <= 5; depth++) {
      const { status, body } = await post(site, 'bridge', `level ${depth}`, {
        parentId: chain.at(-1) ?? null,
      });
      t.match(
        { status, body },
        { status: 201, body: { depth, parentId: chain.at(-1) ?? null } },
        `depth ${depth}`,
      );
      chain.push(body.id);
    }
    const to = (name: string, parentId = '') => ({
      name: `a reply to ${name} is refused`,
      request: 'POST /v1/articles/bridge/comments',
      body: said('me too', { parentId }),
      status: 422,
      code: 'parent_invalid',
      faults: ['/parentId'],
    });
    await play(t, site, [
      to('a held comment', pending),
      to('spam', spam),
      to('a comment on another article', elsewhere),
      to('a deleted comment', deleted),
      to('a comment at depth 5', chain[4]),
      to('nothing', NOBODY),
    ]);
  });

  t.test('the same sender may not say the same twice in one place', async (t) => {
    await seedArticle(site, 'bridge');
    await seedArticle(site, 'harbour');
    const parentId = await postAs(site, 'approved', 'bridge', 'Hello there');
    const on = (name: string, body: object, article = 'bridge') => ({
      name,
      request: `POST /v1/articles/${article}/comments`,
      body,
    });
    await play(t, site, [
      { ...on('word for word', said('Hello there')), status: 409, code: 'comment_duplicate' },
      {
        ...on('in other case and blanks', said(' HELLO  there', { authorName: 'maria' })),
        status: 409,
        code: 'comment_duplicate',
      },
      {
        ...on('as a reply', said('Hello there', { parentId })),
        status: 201,
        events: ['comment.posted', 'comment.approved'],
      },
      {
        ...on('by another', said('Hello there', { authorName: 'Mario' })),
        status: 202,
        events: ['comment.posted'],
      },
      {
        ...on('elsewhere', said('Hello there'), 'harbour'),
        status: 201,
        events: ['comment.posted', 'comment.approved'],
      },
    ]);
    await site.ask('DELETE', `/v1/manage/comments/${parentId}`, { as: 'moderator' });
    t.equal((await post(site, 'bridge', 'Hello there')).status, 201, 'what was deleted may be said again');
  });
});
