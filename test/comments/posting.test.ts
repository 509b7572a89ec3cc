import { test } from 'tap';
import { play } from '../scenario.ts';
import { testSite } from '../site.ts';
import { empty, NO_FLOOD, post, postAs, said, seedArticle } from './seed.ts';

test('comments: posting', async (t) => {
  const site = await testSite(t, NO_FLOOD);
  t.beforeEach(() => empty(site));

  const PUBLIC_FIELDS = [
    'id',
    'articleId',
    'parentId',
    'depth',
    'authorName',
    'authorUrl',
    'isStaff',
    'body',
    'bodyHtml',
    'createdAt',
    'editedAt',
    'replyCount',
    'deleted',
  ];

  t.test('a first comment waits, a known sender is public at once, and both get the same body', async (t) => {
    const id = await seedArticle(site, 'bridge');
    const [held] = await play(t, site, [
      {
        name: 'a first comment is held',
        request: 'POST /v1/articles/bridge/comments',
        body: said('At last!\n\nSee https://port.example', {
          authorUrl: 'https://maria.example',
          parentId: null,
        }),
        status: 202,
        has: {
          articleId: id,
          parentId: null,
          depth: 1,
          authorName: 'Maria',
          authorUrl: 'https://maria.example',
          isStaff: false,
          body: 'At last!\n\nSee https://port.example',
          bodyHtml:
            /^<p>At last!<\/p><p>See <a href="https:\/\/port\.example\/" rel="nofollow ugc noopener">/,
          createdAt: '2026-03-01T06:30:00.000Z',
          editedAt: null,
          replyCount: 0,
          deleted: false,
          status: 'pending',
        },
        sends: { 'cache-control': 'no-store' },
        events: ['comment.posted'],
      },
    ]);
    t.equal(held?.headers.location, undefined, 'what waits has no address');
    await site.ask('PATCH', `/v1/manage/comments/${held?.body.id}`, {
      as: 'editor',
      body: { status: 'approved' },
    });

    const [approved] = await play(t, site, [
      {
        name: 'the next one is public at once',
        request: `POST /v1/articles/${id.toUpperCase()}/comments`,
        body: said('And another thing', { authorEmail: 'MARIA@reader.example' }),
        status: 201,
        has: { authorUrl: null, status: 'approved' },
        sends: { location: /^\/v1\/comments\/[\da-f-]{36}$/ },
        events: ['comment.posted', 'comment.approved'],
      },
    ]);
    t.same(Object.keys(held?.body), [...PUBLIC_FIELDS, 'status'], 'the documented fields and no others');
    t.same(Object.keys(approved?.body), Object.keys(held?.body), 'the same fields whatever the verdict');
    const { body: found } = await site.ask('GET', approved?.headers.location ?? '');
    t.same({ ...found, status: 'approved' }, approved?.body, 'Location leads to it');
  });

  t.test('spam and rejected comments are told from held ones by nobody who posts', async (t) => {
    await seedArticle(site, 'bridge');
    for (const status of ['spam', 'rejected', 'pending'] as const) {
      await postAs(site, status, 'bridge', status);
      t.match(await post(site, 'bridge', `after ${status}`), { status: 202, body: { status: 'pending' } });
    }
  });

  t.test('a comment of another name, or on a moderated article, waits', async (t) => {
    await seedArticle(site, 'bridge');
    await seedArticle(site, 'harbour', { commentPolicy: 'moderated' });
    await postAs(site, 'approved', 'bridge', 'Hello');
    const reasonsOf = async (article: string, more: object) => {
      const { status, body } = await post(site, article, 'Hello again', more);
      const found = await site.ask('GET', `/v1/manage/comments/${body.id}`, { as: 'moderator' });
      return [status, ...found.body.moderation.reasons.map(({ reason }: { reason: string }) => reason)];
    };
    t.same(await reasonsOf('bridge', {}), [201]);
    t.same(await reasonsOf('bridge', { authorName: 'Mario' }), [202, 'first_time']);
    t.same(await reasonsOf('bridge', { authorEmail: 'mario@reader.example' }), [202, 'first_time']);
    t.same(await reasonsOf('harbour', {}), [202, 'policy_moderated']);
    t.same(await reasonsOf('harbour', { authorName: 'Mario' }), [202, 'first_time', 'policy_moderated']);
  });

  t.test('a repeated Idempotency-Key posts once', async (t) => {
    await seedArticle(site, 'bridge');
    await postAs(site, 'approved', 'bridge', 'Hello');
    const request = 'POST /v1/articles/bridge/comments';
    const headers = { 'idempotency-key': 'k-1' };
    const [first, again] = await play(t, site, [
      {
        name: 'first',
        request,
        headers,
        body: said('Once'),
        status: 201,
        events: ['comment.posted', 'comment.approved'],
      },
      {
        name: 'again',
        request,
        headers,
        body: said('Once'),
        status: 201,
        sends: { 'idempotency-replayed': 'true' },
      },
      {
        name: 'another body',
        request,
        headers,
        body: said('Twice'),
        status: 422,
        code: 'idempotency_key_reused',
      },
    ]);
    t.same(again?.body, first?.body);
    t.equal(again?.headers.location, first?.headers.location);
  });

  t.test('a bad key is refused though no key is needed, and a good one changes nothing', async (t) => {
    await seedArticle(site, 'bridge');
    t.match(await post(site, 'bridge', 'Hello', {}, { as: 'mh_bad' }), {
      status: 401,
      body: { code: 'unauthorized' },
    });
    t.match(await post(site, 'bridge', 'Hello', {}, { as: 'site' }), {
      status: 202,
      body: { isStaff: false },
    });
    t.match(await post(site, 'bridge', 'Hello too', {}, { as: 'admin' }), {
      status: 202,
      body: { isStaff: false },
    });
  });
});
