import { test } from 'tap';
import { ROLES } from '../../src/db/schema/columns.ts';
import { testSite } from '../site.ts';
import { empty, NO_FLOOD, postAs, said, seedArticle } from './seed.ts';

test('comments: roles', async (t) => {
  const site = await testSite(t, NO_FLOOD);
  t.beforeEach(() => empty(site));

  const MODERATORS = ['moderator', 'editor', 'admin'];

  t.test('every role meets its door at every route of comments', async (t) => {
    const article = await seedArticle(site, 'bridge');
    const id = await postAs(site, 'approved', 'bridge', 'Hello');
    const doomed = new Map<string, string>();
    for (const role of MODERATORS) doomed.set(role, await postAs(site, 'approved', 'bridge', `for ${role}`));
    let turn = 0;

    const forAnyone = [
      ['POST', '/v1/articles/bridge/comments', () => said(`Hello ${turn++}`), 201],
      ['GET', '/v1/articles/bridge/comments', undefined, 200],
      ['GET', `/v1/comments/${id}`, undefined, 200],
      ['GET', `/v1/comments/counts?articles=${article}`, undefined, 200],
    ] as const;
    for (const [method, url, body, status] of forAnyone) {
      for (const as of [undefined, ...ROLES]) {
        const answer = await site.ask(method, url, { as, body: body?.() });
        t.equal(answer.status, status, `${method} ${url}: ${as ?? 'nobody'}`);
      }
    }

    const forModerators = [
      ['GET', '/v1/manage/comments', undefined, 200],
      ['GET', `/v1/manage/comments/${id}`, undefined, 200],
      ['PATCH', `/v1/manage/comments/${id}`, { status: 'approved' }, 200],
      ['DELETE', '/v1/manage/comments/', undefined, 204],
      ['POST', `/v1/manage/articles/${article}/comments`, { body: 'Thank you.' }, 201],
    ] as const;
    for (const [method, url, body, status] of forModerators) {
      for (const as of [undefined, ...ROLES]) {
        const wanted = as === undefined ? 401 : MODERATORS.includes(as) ? status : 403;
        // Each that may delete has a comment to delete; the others are refused whatever they name.
        const target = method === 'DELETE' ? url + (doomed.get(as ?? '') ?? id) : url;
        t.equal(
          (await site.ask(method, target, { as, body })).status,
          wanted,
          `${method} ${url}: ${as ?? 'nobody'}`,
        );
      }
    }
  });

  t.test('what is not for this address is refused with where to go', async (t) => {
    t.match(await site.ask('PATCH', '/v1/articles/bridge/comments', { body: {} }), {
      status: 405,
      headers: { allow: 'GET, POST, HEAD, OPTIONS' },
      body: { code: 'method_not_allowed' },
    });
    t.equal((await site.ask('DELETE', '/v1/comments/counts')).status, 405);
  });
});
