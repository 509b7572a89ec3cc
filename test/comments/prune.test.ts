import { test } from 'tap';
import { pruneComments } from '../../src/comments/prune.ts';
import { newId } from '../../src/core/id.ts';
import { pruneReceipts } from '../../src/db/receipts.ts';
import { testSite } from '../site.ts';
import { empty, NO_FLOOD, post, postAs, seedArticle } from './seed.ts';

test('comments: prune', async (t) => {
  const site = await testSite(t, NO_FLOOD);
  t.beforeEach(() => empty(site));

  const DAY_MS = 86_400_000;
  const QUEUE = '/v1/manage/comments';
  const as = 'moderator';
  const prune = (traceDays = 30) => pruneComments(site.ctx, { traceDays });
  const textsLeft = async () => {
    const rows = await site.database.read.select().from(site.database.read.tables.comments);
    return rows.map(({ body, status }) => `${body} ${status}`).sort();
  };

  t.test('network and browser are forgotten after their days, and the e-mail is not', async (t) => {
    await seedArticle(site, 'bridge');
    const old = (await post(site, 'bridge', 'old', {}, { headers: { 'user-agent': 'Lynx' } })).body.id;
    await post(site, 'bridge', 'from nowhere', {}, { headers: { 'user-agent': '' } });
    site.clock.now += 3 * DAY_MS;
    const young = (await post(site, 'bridge', 'young', {}, { headers: { 'user-agent': 'Lynx' } })).body.id;
    t.match(await prune(4), { traces: 0 }, 'not before');
    t.match(await prune(3), { traces: 0 }, 'not at the very instant');
    site.clock.now += 1;
    t.match(await prune(3), { traces: 2 });
    t.match(await prune(3), { traces: 0 }, 'once');
    const read = async (id: string) => (await site.ask('GET', `${QUEUE}/${id}`, { as })).body;
    t.match(await read(old), {
      addressPrefix: null,
      userAgent: null,
      authorEmail: 'maria@reader.example',
      version: 1,
    });
    t.match(await read(young), { addressPrefix: '203.0.113.0/24', userAgent: 'Lynx' });
    const { commentPrivate } = site.database.read.tables;
    const hashes = await site.database.read.select().from(commentPrivate);
    t.equal(hashes.filter(({ addressHash }) => addressHash !== null).length, 1);
  });

  t.test('more than one portion of traces is forgotten', async (t) => {
    await seedArticle(site, 'bridge');
    const { id: articleId } = (
      await site.database.read.select().from(site.database.read.tables.articles)
    )[0]!;
    const rest = {
      articleId,
      depth: 1,
      shown: false,
      authorName: 'M',
      isStaff: false,
      body: 'x',
      fingerprint: '',
    };
    const spam = { ...rest, status: 'spam' as const, reasons: [], replyCount: 0, version: 1, createdAt: 0 };
    const ids = Array.from({ length: 401 }, () => newId(site.clock.now));
    await site.database.write(async (db) => {
      await db.insert(db.tables.comments).values(ids.map((id) => ({ ...spam, id, threadKey: id })));
      const sent = { email: 'a@b.example', emailKey: 'a@b.example', agent: 'Lynx', createdAt: 0 };
      await db.insert(db.tables.commentPrivate).values(ids.map((commentId) => ({ ...sent, commentId })));
      const report = { reason: 'spam' as const, createdAt: 0 };
      const rows = ids.map((commentId, n) => ({
        ...report,
        id: newId(0),
        commentId,
        reporter: 'x',
        settledAt: n % 2 || null,
      }));
      await db.insert(db.tables.commentReports).values(rows);
    });
    t.same(await prune(), { traces: 401, reports: 401, comments: 401 });
    t.same(await textsLeft(), []);
  });

  t.test('who reported is forgotten; what was settled goes, what was not still counts', async (t) => {
    await seedArticle(site, 'bridge');
    const settled = await postAs(site, 'approved', 'bridge', 'settled');
    const open = await postAs(site, 'approved', 'bridge', 'open');
    for (const id of [settled, open])
      await site.ask('POST', `/v1/comments/${id}/reports`, { body: { reason: 'abuse' } });
    await site.ask('PATCH', `${QUEUE}/${settled}`, { as, body: { status: 'approved' } });
    site.clock.now += 30 * DAY_MS + 1;
    t.match(await prune(), { reports: 2 });
    t.match(await prune(), { reports: 0 });
    const rows = await site.database.read.select().from(site.database.read.tables.commentReports);
    t.match(rows, [{ commentId: open, reporter: null }]);
    t.equal(rows.length, 1);
    t.match((await site.ask('GET', `${QUEUE}/${open}`, { as })).body.moderation.reports, { count: 1 });
  });

  t.test(
    'rejected and spam go thirty days after the verdict, and what hangs below them does not',
    async (t) => {
      await seedArticle(site, 'bridge');
      await postAs(site, 'approved', 'bridge', 'approved');
      await postAs(site, 'spam', 'bridge', 'spam');
      const rejected = await postAs(site, 'approved', 'bridge', 'rejected');
      await postAs(site, 'approved', 'bridge', 'a reply', { parentId: rejected });
      await site.ask('PATCH', `${QUEUE}/${rejected}`, { as, body: { status: 'rejected' } });
      const deleted = await postAs(site, 'approved', 'bridge', 'deleted');
      await site.ask('DELETE', `${QUEUE}/${deleted}`, { as });
      const late = await postAs(site, 'approved', 'bridge', 'late');
      site.clock.now += 20 * DAY_MS;
      await site.ask('PATCH', `${QUEUE}/${late}`, { as, body: { status: 'rejected' } });
      site.clock.now += 10 * DAY_MS;
      t.match(await prune(), { comments: 0 }, 'not at the very instant');
      site.clock.now += 1;
      await site.newEvents();
      t.match(await prune(), { comments: 3 });
      t.same((await site.newEvents()).sort(), ['comment.deleted', 'comment.erased', 'comment.erased']);
      t.same(await textsLeft(), [' deleted', 'a reply approved', 'approved approved', 'late rejected']);
      t.match((await site.ask('GET', `/v1/comments/${rejected}`)).body, { deleted: true, replyCount: 1 });
      site.clock.now += 31 * DAY_MS;
      t.match(await prune(), { comments: 1 }, 'late');
      t.match(await prune(), { comments: 0 }, 'the place stays as long as the reply');
    },
  );

  t.test('stored answers past their day are forgotten', async (t) => {
    await seedArticle(site, 'bridge');
    await post(site, 'bridge', 'one', {}, { headers: { 'idempotency-key': 'one' } });
    await site.database.write(async (db) => {
      const row = { bodyHash: '', status: 200, headers: {}, body: '', createdAt: site.clock.now - DAY_MS };
      const rows = Array.from({ length: 501 }, (_, n) => ({ ...row, key: `old ${n}` }));
      await db.insert(db.tables.receipts).values(rows);
    });
    t.equal(await pruneReceipts(site.ctx), 501);
    t.equal(await pruneReceipts(site.ctx), 0);
    t.equal(await site.database.read.$count(site.database.read.tables.receipts), 1);
  });
});
