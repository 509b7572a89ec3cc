// Many who write comments at once: readers, moderators with single and with many decisions, erasures.
import { test } from 'tap';
import { testSite } from '../site.ts';
import { faultsOf } from './figures.ts';
import { empty, NO_FLOOD, post, postAs, seedArticle } from './seed.ts';

test('comments: writers', async (t) => {
  const site = await testSite(t, NO_FLOOD);
  t.beforeEach(() => empty(site));

  const QUEUE = '/v1/manage/comments';
  const as = 'moderator';
  const DECISIONS = ['approved', 'spam', 'rejected', 'pending', 'approved'] as const;

  t.test(
    'every figure stays right while many write the same threads, and nobody waits for ever',
    async (t) => {
      const articles = ['bridge', 'harbour', 'quay'];
      const parents: string[] = [];
      for (const slug of articles) {
        await seedArticle(site, slug);
        const top = await postAs(site, 'approved', slug, `top of ${slug}`);
        parents.push(await postAs(site, 'approved', slug, `below the top of ${slug}`, { parentId: top }));
      }
      const posted = await Promise.all(
        Array.from({ length: 30 }, (_, n) =>
          post(site, articles[n % 3]!, `reply ${n}`, {
            parentId: parents[n % 3]!,
            authorName: n % 2 ? 'Mario' : 'Maria',
            authorEmail: n % 5 ? 'maria@reader.example' : 'other@reader.example',
          }),
        ),
      );
      // A server with more to do than it can may ask to come back (503); what it took is counted all the same.
      const statuses = new Set(posted.map(({ status }) => status));
      statuses.delete(503);
      t.same([...statuses].sort(), [201, 202]);
      t.same(await faultsOf(site), [], 'after the posting');

      const ids = posted.flatMap(({ status, body }) => (status === 503 ? [] : [body.id]));
      const decisions = (shift: number) =>
        ids.map((id, n) => ({ id, status: DECISIONS[(n + shift) % DECISIONS.length] }));
      const decide = (body: object) => site.ask('POST', `${QUEUE}/decisions`, { as, body });
      const answers = await Promise.all([
        decide(decisions(0)),
        decide(decisions(1).reverse()),
        decide(decisions(2)),
        ...ids.map((id, n) =>
          n % 3
            ? site.ask('PATCH', `${QUEUE}/${id}`, { as, body: { status: DECISIONS[n % DECISIONS.length] } })
            : site.ask('DELETE', `${QUEUE}/${id}${n % 2 ? '?permanent=true' : ''}`, { as }),
        ),
        ...ids.map((id) => site.ask('POST', `/v1/comments/${id}/reports`, { body: { reason: 'spam' } })),
        ...parents.map((id, n) =>
          site.ask('PATCH', `${QUEUE}/${id}`, { as, body: { status: DECISIONS[n] } }),
        ),
        site.ask('POST', '/v1/manage/privacy/erase', {
          as: 'admin',
          body: { email: 'other@reader.example', mode: 'delete' },
        }),
      ]);
      // A comment may have been deleted or erased by another before its turn.
      t.same(
        [...new Set(answers.map(({ status }) => status))].filter(
          (status) => ![200, 202, 204, 404, 409, 503].includes(status),
        ),
        [],
      );
      t.same(await faultsOf(site), [], 'after all of it');
    },
  );
});
