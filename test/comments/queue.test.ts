import { test } from 'tap';
import { play, type Scenario } from '../scenario.ts';
import { testSite } from '../site.ts';
import { empty, NO_FLOOD, post, postAs, seedArticle } from './seed.ts';

test('comments: queue', async (t) => {
  const site = await testSite(t, NO_FLOOD);
  t.beforeEach(() => empty(site));

  const QUEUE = '/v1/manage/comments';
  const as = 'moderator';

  t.test('the queue shows what waits, oldest first, with all that its sender told us', async (t) => {
    const id = await seedArticle(site, 'bridge');
    const headers = { 'user-agent': 'Lynx/2.9' };
    await post(
      site,
      'bridge',
      'First',
      { authorEmail: 'Maria@Reader.example' },
      { headers, address: '2001:db8:1:2::7' },
    );
    site.clock.now += 1_000;
    await post(site, 'bridge', 'Second', { authorName: 'Mario' });
    await postAs(site, 'approved', 'bridge', 'Approved');
    await play(t, site, [
      {
        name: 'the queue',
        as,
        request: `GET ${QUEUE}?total=true`,
        status: 200,
        has: {
          items: [
            {
              articleId: id,
              authorName: 'Maria',
              body: 'First',
              status: 'pending',
              authorEmail: 'Maria@Reader.example',
              addressPrefix: '2001:db8:1::/48',
              userAgent: 'Lynx/2.9',
              moderation: { reasons: [{ reason: 'first_time', detail: null }] },
              version: 1,
              article: { id, slug: 'bridge', title: 'About bridge' },
            },
            { authorName: 'Mario', addressPrefix: '203.0.113.0/24' },
          ],
          nextCursor: null,
          total: 2,
        },
        lacks: ['2001:db8:1:2', 'Approved', '203.0.113.7'],
        sends: { 'cache-control': 'private, no-store' },
      },
    ]);
  });

  t.test('the queue is filtered by status, article, e-mail, text and reason', async (t) => {
    await seedArticle(site, 'bridge');
    const harbour = await seedArticle(site, 'harbour', { commentPolicy: 'moderated' });
    await post(site, 'bridge', 'Fifty percent');
    await post(site, 'bridge', '50% of_it', {
      authorName: 'Élodie \\ Quai',
      authorEmail: 'elodie@bücher.example',
      authorUrl: 'https://bücher.example/é',
    });
    await postAs(site, 'spam', 'bridge', 'Buy now');
    await postAs(site, 'approved', 'bridge', 'Known from here on');
    await post(site, 'harbour', 'Moderated');
    await postAs(site, 'rejected', 'harbour', 'Rejected');
    const found = async (query: string): Promise<string[]> => {
      const { body } = await site.ask('GET', `${QUEUE}?${query}&total=true`, { as });
      t.equal(body.total, body.items.length, `${query}: the total is of what is found`);
      return body.items.map((item: { body: string }) => item.body);
    };
    t.same(await found('limit=100'), ['Fifty percent', '50% of_it', 'Moderated']);
    t.same(await found('status=spam'), ['Buy now']);
    t.same(
      await found('status=rejected,spam,rejected'),
      ['Buy now', 'Rejected'],
      'oldest first across statuses',
    );
    t.same(
      await found('status=pending,approved,spam,rejected,deleted&limit=100').then(({ length }) => length),
      6,
    );
    t.same(await found(`article=${harbour}`), ['Moderated']);
    t.same(await found('email=ELODIE@B%C3%9CCHER.example'), ['50% of_it']);
    t.same(await found('email=elodie'), [], 'an e-mail is not searched for, only found');
    t.same(await found('q=FIFTY'), ['Fifty percent'], 'in any case');
    t.same(await found('q=elodie'), [], 'not in the e-mail');
    t.same(await found(`q=${encodeURIComponent('Élodie')}`), ['50% of_it'], 'in the name');
    t.same(await found('q=0%25'), ['50% of_it'], 'a percent sign is one');
    t.same(await found('q=f_i'), ['50% of_it'], 'an underscore is one');
    t.same(await found('q=%5C'), ['50% of_it'], 'a backslash is one');
    t.same(await found('reason=first_time'), ['Fifty percent', '50% of_it']);
    t.same(await found('reason=policy_moderated'), ['Moderated']);
    t.same(await found(`status=pending,rejected&reason=policy_moderated&article=${harbour}&q=e`), [
      'Moderated',
      'Rejected',
    ]);
    const refused = (query: string, fault: string): Scenario => ({
      name: query,
      as,
      request: `GET ${QUEUE}?${query}`,
      status: 400,
      faults: [fault],
    });
    await play(t, site, [
      refused('status=open', 'status'),
      refused('article=bridge', 'article'),
      refused('reason=ugly', 'reason'),
      refused('q=', 'q'),
      refused('address=203.0.113.7', 'address'),
    ]);
  });

  t.test(
    'a walk through the queue meets every comment once while others are decided and arrive',
    async (t) => {
      await seedArticle(site, 'bridge');
      const texts: string[] = [];
      for (let n = 0; n < 9; n++) {
        // Three to an instant: the id breaks the tie.
        if (n % 3 === 0) site.clock.now += 1_000;
        texts.push(`comment ${n}`);
        if (n % 4 === 0) await postAs(site, 'spam', 'bridge', `comment ${n}`);
        else await post(site, 'bridge', `comment ${n}`);
      }
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const from: string = cursor === null ? '' : `&cursor=${cursor}`;
        const { body } = await site.ask('GET', `${QUEUE}?status=pending,spam&limit=2${from}`, { as });
        seen.push(...body.items.map((item: { body: string }) => item.body));
        cursor = body.nextCursor;
        await site.ask('PATCH', `${QUEUE}/${body.items[0]?.id}`, { as, body: { status: 'rejected' } });
        site.clock.now += 1_000;
        if (seen.length < 5) texts.push(`late ${seen.length}`);
        if (seen.length < 5) await post(site, 'bridge', `late ${seen.length}`);
      } while (cursor !== null);
      t.same(seen, texts);
      const other = await site.ask('GET', `${QUEUE}?status=spam&limit=1`, { as });
      const { nextCursor } = (await site.ask('GET', `${QUEUE}?status=pending,spam&limit=1`, { as })).body;
      t.equal(other.status, 200);
      t.match(await site.ask('GET', `${QUEUE}?status=spam&cursor=${nextCursor}`, { as }), {
        status: 400,
        body: { code: 'cursor_invalid' },
      });
    },
  );
});
