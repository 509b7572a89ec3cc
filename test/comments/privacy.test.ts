import { test } from 'tap';
import { type Answer, testSite } from '../site.ts';
import { empty, post, seedArticle } from './seed.ts';

test('comments: privacy', async (t) => {
  const site = await testSite(t);
  t.beforeEach(() => empty(site));

  const PRIVATE = ['maria.secret', 'reader-mail.example', '2001:db8:77', 'SecretBrowser'];

  t.test(
    'what a reader told us in private is in no public answer, no event and no stored answer',
    async (t) => {
      const id = await seedArticle(site, 'bridge');
      const asked = { address: '2001:db8:77:8::9', headers: { 'user-agent': 'SecretBrowser/1.0' } };
      const mail = { authorEmail: 'Maria.Secret@Reader-Mail.example' };
      const answers: Answer[] = [];
      const say = async (body: string, more: object = {}, headers: Record<string, string> = {}) => {
        const answer = await post(
          site,
          'bridge',
          body,
          { ...mail, ...more },
          { ...asked, headers: { ...asked.headers, ...headers } },
        );
        answers.push(answer);
        return answer.body.id;
      };
      const first = await say('First', {}, { 'idempotency-key': 'k-1' });
      await say('First', {}, { 'idempotency-key': 'k-1' });
      await say('First, again too soon');
      await say('First');
      await say('', { authorEmail: 'maria.secret at reader-mail.example' });
      await say('x', { parentId: first });
      await site.ask('PATCH', `/v1/manage/comments/${first}`, {
        as: 'moderator',
        body: { status: 'approved' },
      });
      site.clock.now += 60_000;
      const second = await say('Second', { parentId: first }, { 'idempotency-key': 'k-2' });
      t.same(
        answers.map(({ status }) => status),
        [202, 202, 429, 409, 400, 422, 201],
      );
      const read = async (...urls: string[]) => {
        for (const url of urls) answers.push(await site.ask('GET', url, asked));
      };
      const list = '/v1/articles/bridge/comments';
      await read(
        list,
        `${list}?sort=newest&limit=1&total=true`,
        `${list}?parent=${first}`,
        `/v1/comments/${first}`,
      );
      await read(`/v1/comments/${second}`, `/v1/comments/counts?articles=${id}`);
      await read(
        `${list}?email=maria.secret%40reader-mail.example`,
        `${list}?q=secret`,
        '/v1/manage/comments',
      );
      await site.ask('PATCH', `/v1/manage/comments/${first}`, { as: 'moderator', body: { status: 'spam' } });
      await read(list, `/v1/comments/${first}`);

      const { events, receipts, comments, commentPrivate } = site.database.read.tables;
      const kept = [
        ...(await site.database.read.select().from(events)),
        ...(await site.database.read.select().from(receipts)),
        ...(await site.database.read.select().from(comments)),
      ];
      t.ok(kept.some((row) => JSON.stringify(row).includes('comment.posted')));
      for (const secret of PRIVATE) {
        const isTold = (thing: unknown) => JSON.stringify(thing).toLowerCase().includes(secret.toLowerCase());
        t.same(answers.filter(isTold), [], `no answer tells of ${secret}`);
        t.same(kept.filter(isTold), [], `no row beside the private one tells of ${secret}`);
      }
      const [row] = await site.database.read.select().from(commentPrivate);
      t.match(row, { addressPrefix: '2001:db8:77::/48', agent: 'SecretBrowser/1.0' });
      t.notMatch(JSON.stringify(row), '2001:db8:77:8', 'the address itself is kept nowhere');
      for (const secret of ['maria.secret', 'SecretBrowser']) {
        t.notOk(
          site.log.join('').toLowerCase().includes(secret.toLowerCase()),
          `the log does not tell of ${secret}`,
        );
      }
    },
  );

  t.test('the hashes by which a sender is known are in no public answer', async (t) => {
    await seedArticle(site, 'bridge');
    const { id } = (await post(site, 'bridge', 'Hello')).body;
    const approved = await site.ask('PATCH', `/v1/manage/comments/${id}`, {
      as: 'moderator',
      body: { status: 'approved' },
    });
    const { comments, commentPrivate } = site.database.read.tables;
    const [comment] = await site.database.read.select().from(comments);
    const [row] = await site.database.read.select().from(commentPrivate);
    const answers = [
      approved,
      await site.ask('GET', `/v1/comments/${id}`),
      await site.ask('GET', '/v1/articles/bridge/comments'),
    ];
    for (const hash of [comment?.fingerprint ?? '-', row?.addressHash ?? '-']) {
      t.ok(hash.length > 20);
      for (const { text } of answers) t.notOk(text.includes(hash));
    }
  });
});
