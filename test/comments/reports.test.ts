import { test } from 'tap';
import { reportComment } from '../../src/comments/reports.ts';
import { createContext } from '../../src/context.ts';
import { play } from '../scenario.ts';
import { testSite } from '../site.ts';
import { empty, NO_FLOOD, NOBODY, post, postAs, seedArticle } from './seed.ts';

test('comments: reports', async (t) => {
  const site = await testSite(t, NO_FLOOD);
  t.beforeEach(() => empty(site));

  const QUEUE = '/v1/manage/comments';
  const as = 'moderator';
  const report = (id: string, reason = 'abuse', address = '198.51.100.1') =>
    site.ask('POST', `/v1/comments/${id}/reports`, { body: { reason }, address });
  const queue = async (query: string): Promise<string[]> => {
    const { body } = await site.ask('GET', `${QUEUE}?${query}&total=true`, { as });
    t.equal(body.total, body.items.length, `${query}: the total is of what is found`);
    return body.items.map((item: { body: string }) => item.body);
  };

  t.test('a reader reports a comment once, and is told the same whatever is counted', async (t) => {
    await seedArticle(site, 'bridge');
    const id = await postAs(site, 'approved', 'bridge', 'Rude');
    const held = (await post(site, 'bridge', 'Held', { authorName: 'Mario' })).body.id;
    const address = '2001:db8:1:2::3';
    const again = {
      request: `POST /v1/comments/${id}/reports`,
      status: 202,
      sends: { 'cache-control': 'no-store' },
    };
    await play(t, site, [
      { ...again, name: 'a first report', body: { reason: 'abuse' }, address, events: ['comment.reported'] },
      { ...again, name: 'a second of the same reader', body: { reason: 'spam' }, address },
      { ...again, name: 'of the same network', body: { reason: 'spam' }, address: '2001:db8:1:2::4' },
      {
        ...again,
        name: 'of another',
        body: { reason: 'spam' },
        address: '2001:db8:1:3::3',
        events: ['comment.reported'],
      },
      {
        ...again,
        name: 'a third',
        body: { reason: 'abuse' },
        address: '192.0.2.1',
        events: ['comment.reported'],
      },
      {
        name: 'no such reason',
        request: again.request,
        body: { reason: 'ugly' },
        status: 400,
        faults: ['/reason'],
      },
      { name: 'no reason', request: again.request, body: {}, status: 400, faults: ['/reason'] },
      {
        name: 'what nobody sees',
        request: `POST /v1/comments/${held}/reports`,
        body: { reason: 'spam' },
        status: 404,
      },
      {
        name: 'what is not there',
        request: `POST /v1/comments/${NOBODY}/reports`,
        body: { reason: 'spam' },
        status: 404,
      },
      {
        name: 'moderators see how many, and why',
        as,
        request: `GET ${QUEUE}/${id}`,
        status: 200,
        has: {
          version: 2,
          moderation: {
            reports: {
              count: 3,
              reasons: [
                { reason: 'abuse', count: 2 },
                { reason: 'spam', count: 1 },
              ],
            },
          },
        },
      },
      { name: 'readers do not', request: `GET /v1/comments/${id}`, status: 200, lacks: ['eport', 'abuse'] },
    ]);
  });

  t.test('what cannot be attributed, has no words or was reported enough is not counted', async (t) => {
    const articleId = await seedArticle(site, 'bridge');
    const id = await postAs(site, 'approved', 'bridge', 'Rude');
    const reply = await postAs(site, 'approved', 'bridge', 'Reply', { parentId: id });
    const { database, clock } = site;
    const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const from = (address: string) =>
      createContext({
        database,
        clock: () => clock.now,
        actor: { kind: 'reader', address, agent: null },
        log: quiet,
      });
    const system = createContext({ database, clock: () => clock.now, actor: { kind: 'system' }, log: quiet });
    await reportComment(from('unknown'), id, 'spam', 'secret');
    await reportComment(system, id, 'spam', 'secret');
    const countOf = async () =>
      (await site.ask('GET', `${QUEUE}/${id}`, { as })).body.moderation.reports.count;
    t.equal(await countOf(), 0);
    for (let n = 0; n < 103; n++) await reportComment(from(`10.0.0.${n}`), id, 'spam', 'secret');
    t.equal(await countOf(), 100, 'a hundred are enough');
    await site.ask('DELETE', `${QUEUE}/${id}`, { as });
    t.equal((await report(id)).status, 202, 'a tombstone');
    t.equal(await countOf(), 0, 'reports go with what they were about');
    t.equal(await database.read.$count(database.read.tables.commentReports), 0);
    await database.write(async (db) => {
      await db.update(db.tables.articles).set({ publicUntil: clock.now });
    });
    t.match(await report(reply), { status: 410 }, `of an article that was withdrawn: ${articleId}`);
  });

  t.test('a decision answers the reports, and who has reported cannot do it again', async (t) => {
    await seedArticle(site, 'bridge');
    const id = await postAs(site, 'approved', 'bridge', 'Rude');
    await report(id);
    const patch = { as, request: `PATCH ${QUEUE}/${id}`, status: 200 } as const;
    const open = (count: number) => ({ moderation: { reports: { count } } });
    await play(t, site, [
      {
        ...patch,
        name: 'an edit is no answer',
        body: { body: 'Rude!' },
        has: open(1),
        events: ['comment.edited'],
      },
      {
        ...patch,
        name: 'it stays',
        body: { status: 'approved' },
        has: { ...open(0), version: 4 },
        events: ['comment.reports_dismissed'],
      },
      { ...patch, name: 'nothing left to answer', body: { status: 'approved' }, has: { version: 4 } },
    ]);
    t.equal((await report(id)).status, 202);
    t.same(await queue('reported=true'), [], 'the same reader');
    await report(id, 'spam', '198.51.100.2');
    t.same(await queue('reported=true'), ['Rude!'], 'another one');
    await play(t, site, [
      { ...patch, name: 'it goes', body: { status: 'rejected' }, has: open(0), events: ['comment.rejected'] },
    ]);
  });

  t.test('the queue finds what is reported, oldest or most reported first', async (t) => {
    await seedArticle(site, 'bridge');
    const reports = { first: 1, second: 3, third: 0, fourth: 1 };
    for (const [text, count] of Object.entries(reports)) {
      site.clock.now += 1_000;
      const id = await postAs(site, 'approved', 'bridge', text);
      for (let n = 0; n < count; n++) await report(id, 'spam', `198.51.100.${n}`);
    }
    await postAs(site, 'spam', 'bridge', 'fifth');
    t.same(await queue('reported=true'), ['first', 'second', 'fourth']);
    t.same(await queue('reported=true&sort=-reports'), ['second', 'fourth', 'first']);
    t.same(await queue('reported=false&status=approved'), ['third']);
    t.same(await queue('reported=true&status=spam'), []);
    t.same(await queue('reported=true&email=maria@reader.example'), ['first', 'second', 'fourth']);
    const walked: string[] = [];
    let cursor = '';
    do {
      const url = `${QUEUE}?reported=true&sort=-reports&limit=1${cursor}`;
      const { body } = await site.ask('GET', url, { as });
      walked.push(body.items[0].body);
      cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
    } while (cursor !== '');
    t.same(walked, ['second', 'fourth', 'first']);
    for (const more of [
      '',
      '&reported=false',
      '&reported=true&email=a@b.example',
      `&reported=true&sameSenderAs=${NOBODY}`,
    ]) {
      const refused = await site.ask('GET', `${QUEUE}?sort=-reports${more}`, { as });
      t.match(refused, { status: 400, body: { code: 'sort_unsupported' } }, more);
    }
  });

  t.test('one sender is found by e-mail and by address, and neither is told', async (t) => {
    const article = await seedArticle(site, 'bridge');
    const address = '198.51.100.77';
    const say = async (body: string, more: object, asked: object = {}) =>
      (await post(site, 'bridge', body, more, asked)).body.id;
    const first = await say('first', { authorEmail: 'one@reader.example' }, { address });
    await say('second', { authorEmail: 'One@Reader.example' }, { address: '2001:db8::1' });
    await say('third', { authorEmail: 'two@reader.example' }, { address });
    await say('fourth', { authorEmail: 'three@reader.example' }, { address: '192.0.2.9' });
    await site.ask('PATCH', `${QUEUE}/${first}`, { as, body: { status: 'spam' } });
    t.same(await queue(`sameSenderAs=${first}`), ['first', 'second', 'third']);
    t.same(await queue(`sameSenderAs=${first}&status=pending`), ['second', 'third']);
    t.same(await queue(`sameSenderAs=${first}&email=two@reader.example`), ['third']);
    t.same(await queue(`sameSenderAs=${NOBODY}`), []);
    const staff = (
      await site.ask('POST', `/v1/manage/articles/${article}/comments`, { as, body: { body: 'Hi' } })
    ).body.id;
    t.same(await queue(`sameSenderAs=${staff}`), [], 'the newsroom is no sender');
    const traced = site.database.read.tables.commentPrivate;
    await site.database.write(async (db) => {
      await db.update(traced).set({ addressHash: null });
    });
    t.same(await queue(`sameSenderAs=${first}`), ['first', 'second'], 'once its address is forgotten');
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body, text } = await site.ask(
        'GET',
        `${QUEUE}?email=one@reader.example&status=pending,spam&limit=1${cursor}`,
        { as },
      );
      t.notOk(text.includes(address));
      seen.push(body.items[0].body);
      cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
    } while (cursor !== '');
    t.same(seen, ['first', 'second']);
  });
});
