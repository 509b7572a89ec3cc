import { test } from 'tap';
import { issueKey } from '../../src/access/service.ts';
import { createAuthor } from '../../src/authors/service.ts';
import { replyAsStaff } from '../../src/comments/service.ts';
import { play } from '../scenario.ts';
import { testSite } from '../site.ts';
import { empty, NO_FLOOD, NOBODY, post, postAs, seedArticle } from './seed.ts';

test('comments: staff', async (t) => {
  const site = await testSite(t, NO_FLOOD);
  t.beforeEach(() => empty(site));

  const as = 'moderator';

  t.test('the newsroom answers at once, under its name', async (t) => {
    const id = await seedArticle(site, 'bridge', { commentPolicy: 'closed' });
    const author = await createAuthor(site.ctx, { name: 'Ada Okafor' });
    const { secret } = await issueKey(site.ctx, { name: 'Ada', role: 'moderator', authorId: author.id });
    const request = `POST /v1/manage/articles/${id}/comments`;
    const events = ['comment.posted', 'comment.approved'];
    const [signed] = await play(t, site, [
      {
        name: 'signed with the author of the key, where readers may no longer speak',
        as: secret,
        request,
        body: { body: 'We have corrected this.' },
        status: 201,
        has: {
          authorName: 'Ada Okafor',
          isStaff: true,
          status: 'approved',
          authorEmail: null,
          addressPrefix: null,
          userAgent: null,
          version: 1,
          moderation: { reasons: [] },
        },
        sends: { location: /^\/v1\/comments\//, etag: '"1"' },
        events,
      },
      {
        name: 'a thing may be said twice',
        as: secret,
        request,
        body: { body: 'We have corrected this.' },
        status: 201,
        events,
      },
      {
        name: 'signed with the name of the site',
        as,
        request,
        body: { body: 'Thank you.' },
        status: 201,
        has: { authorName: 'Masthead' },
        events,
      },
    ]);
    await site.ask('PATCH', '/v1/manage/settings/site', { as: 'admin', body: { name: 'The Harbour Times' } });
    const [reply] = await play(t, site, [
      {
        name: 'a reply',
        as,
        request,
        body: { body: 'So we have.', parentId: signed?.body.id },
        status: 201,
        has: { authorName: 'The Harbour Times', depth: 2, parentId: signed?.body.id },
        events,
      },
      {
        name: 'everybody reads it',
        request: `GET ${signed?.headers.location}`,
        status: 200,
        has: { isStaff: true, authorName: 'Ada Okafor', replyCount: 1 },
      },
    ]);
    t.equal(reply?.body.articleId, id);
  });

  t.test('the newsroom answers where there is something to answer', async (t) => {
    const id = await seedArticle(site, 'bridge');
    const draft = await seedArticle(site, 'draft', { publicFrom: null });
    const withdrawn = await seedArticle(site, 'withdrawn', { publicUntil: site.clock.now });
    const held = (await post(site, 'bridge', 'waits')).body.id;
    const elsewhere = await postAs(site, 'approved', 'bridge', 'here');
    const other = await seedArticle(site, 'harbour');
    const body = { body: 'Hello' };
    const on = (article: string) => `POST /v1/manage/articles/${article}/comments`;
    await play(t, site, [
      { name: 'not on a draft', as, request: on(draft), body, status: 404, code: 'not_found' },
      { name: 'not on what was withdrawn', as, request: on(withdrawn), body, status: 404, code: 'not_found' },
      { name: 'not on nothing', as, request: on(NOBODY), body, status: 404, code: 'not_found' },
      {
        name: 'not to what waits',
        as,
        request: on(id),
        body: { ...body, parentId: held },
        status: 422,
        code: 'parent_invalid',
      },
      {
        name: 'not to what stands elsewhere',
        as,
        request: on(other),
        body: { ...body, parentId: elsewhere },
        status: 422,
        code: 'parent_invalid',
      },
      { name: 'not without a word', as, request: on(id), body: {}, status: 400, faults: ['/body'] },
      {
        name: 'not in another name',
        as,
        request: on(id),
        body: { ...body, authorName: 'Ada' },
        status: 400,
        faults: ['/authorName'],
      },
    ]);
  });

  t.test('a repeated Idempotency-Key answers once', async (t) => {
    const id = await seedArticle(site, 'bridge');
    const asked = {
      as,
      headers: { 'idempotency-key': 'k-1' },
      request: `POST /v1/manage/articles/${id}/comments`,
      body: { body: 'Once' },
      status: 201,
    };
    const [first, again] = await play(t, site, [
      { name: 'first', ...asked, events: ['comment.posted', 'comment.approved'] },
      { name: 'again', ...asked, sends: { 'idempotency-replayed': 'true', etag: '"1"' } },
    ]);
    t.same(again?.body, first?.body);
  });

  t.test('the operator answers in the name of the site', async (t) => {
    const id = await seedArticle(site, 'bridge');
    t.match(await replyAsStaff(site.ctx, id, { body: 'Hello' }), { authorName: 'Masthead', isStaff: true });
  });
});
