import { test } from 'tap';
import { play } from '../scenario.ts';
import { testSite } from '../site.ts';
import { empty, NO_FLOOD, NOBODY, post, postAs, seedArticle } from './seed.ts';

test('comments: decisions', async (t) => {
  const site = await testSite(t, NO_FLOOD);
  t.beforeEach(() => empty(site));

  const QUEUE = '/v1/manage/comments';
  const as = 'moderator';
  const ok = (id: string, status: string, version: number) => ({
    id,
    ok: true,
    status,
    version,
    problem: null,
  });

  t.test('many decisions in one request, each for itself', async (t) => {
    await seedArticle(site, 'bridge');
    await seedArticle(site, 'harbour');
    const a = (await post(site, 'harbour', 'a')).body.id;
    const b = (await post(site, 'bridge', 'b')).body.id;
    const gone = await postAs(site, 'spam', 'bridge', 'gone');
    await site.ask('DELETE', `${QUEUE}/${gone}`, { as });
    const body = [
      { id: a, status: 'approved' },
      { id: NOBODY, status: 'approved' },
      { id: gone, status: 'approved' },
      { id: b, status: 'spam' },
      { id: b, status: 'rejected' },
      { id: b, status: 'rejected' },
    ];
    const request = `POST ${QUEUE}/decisions`;
    const first = {
      items: [
        ok(a, 'approved', 2),
        { id: NOBODY, ok: false, status: null, version: null, problem: { code: 'not_found', status: 404 } },
        { id: gone, ok: false, problem: { code: 'conflict', status: 409 } },
        ok(b, 'spam', 2),
        ok(b, 'rejected', 3),
        ok(b, 'rejected', 3),
      ],
    };
    const headers = { 'idempotency-key': 'decisions-1' };
    await play(t, site, [
      {
        name: 'in their order',
        as,
        request,
        headers,
        body,
        status: 200,
        has: first,
        events: ['comment.approved', 'comment.marked_spam', 'comment.rejected'],
      },
      {
        name: 'a repeated request',
        as,
        request,
        headers,
        body,
        status: 200,
        has: first,
        sends: { 'idempotency-replayed': 'true' },
      },
      { name: 'none', as, request, body: [], status: 400, faults: [''] },
      { name: 'too many', as, request, body: Array(101).fill(body[0]), status: 400, faults: [''] },
      { name: 'no list', as, request, body: body[0], status: 400, faults: [''] },
      {
        name: 'every fault',
        as,
        request,
        body: [
          { id: 'x', status: 'deleted' },
          { id: a, status: 'spam', version: 1 },
        ],
        status: 400,
        faults: ['/0/id', '/0/status', '/1/version'],
      },
    ]);
    t.equal((await site.ask('GET', `/v1/comments/${a}`)).status, 200, 'what holds is public');
  });

  t.test('what fails for no reason of its own fails as a whole', async (t) => {
    await seedArticle(site, 'bridge');
    const a = (await post(site, 'bridge', 'a')).body.id;
    const b = (await post(site, 'bridge', 'b')).body.id;
    const { database } = site;
    const write = database.write.bind(database);
    let selects = 0;
    database.write = (job) =>
      write((db) =>
        job({
          ...db,
          select: ((...asked: Parameters<typeof db.select>) => {
            if (++selects === 8) throw new Error('the disk is on fire');
            return db.select(...asked);
          }) as typeof db.select,
        }),
      );
    t.teardown(() => {
      database.write = write;
    });
    const body = [a, b].map((id) => ({ id, status: 'approved' }));
    t.equal((await site.ask('POST', `${QUEUE}/decisions`, { as, body })).status, 500);
    database.write = write;
    t.same((await site.ask('GET', `${QUEUE}?total=true`, { as })).body.total, 2, 'both still wait');
  });
});
