import { readFileSync } from 'node:fs';
import { sql } from 'drizzle-orm';
import { type Test, test } from 'tap';
import { empty, NO_FLOOD, post, postAs, seedArticle } from '../comments/seed.ts';
import { play } from '../scenario.ts';
import { testSite } from '../site.ts';

test('privacy: requests', async (t) => {
  const site = await testSite(t, NO_FLOOD);
  t.beforeEach(async () => {
    await empty(site);
    await site.database.write(async (db) => {
      await db.delete(db.tables.authors);
    });
  });

  const EXPORT = 'POST /v1/manage/privacy/export';
  const ERASE = 'POST /v1/manage/privacy/erase';
  const as = 'admin';
  const EMAIL = 'Jose\u0301.Reader@Privacy-Mail.example';
  const SPELLED = 'JOS\u00c9.reader@privacy-mail.example';
  const BRIDGE = '/v1/articles/bridge/comments';

  const asked = { address: '2001:db8:55:8::9', headers: { 'user-agent': 'PrivacyBrowser/1.0' } };

  /** A reader with comments of every kind, one of them answered, and an author with the same e-mail. */
  const seedReader = async () => {
    await seedArticle(site, 'bridge');
    const theirs = { authorEmail: EMAIL, authorName: 'José Privatus', authorUrl: 'https://privatus.example' };
    const say = async (body: string, more: object = {}) => {
      const key = `key ${body}`.replaceAll(' ', '-');
      const headers = { ...asked.headers, 'idempotency-key': key };
      return (await post(site, 'bridge', body, { ...theirs, ...more }, { ...asked, headers })).body.id;
    };
    const answered = await say('the answered words');
    await site.ask('PATCH', `/v1/manage/comments/${answered}`, { as, body: { status: 'approved' } });
    const reply = await postAs(site, 'approved', 'bridge', 'a reply of somebody else', {
      parentId: answered,
    });
    const alone = await say('the lonely words');
    const spam = await say('the words of spam', { authorUrl: null });
    await site.ask('PATCH', `/v1/manage/comments/${spam}`, { as, body: { status: 'spam' } });
    const { comments } = site.database.read.tables;
    await site.database.write(async (db) => {
      const reasons = [{ reason: 'held_word', detail: 'privatus' }];
      await db.update(comments).set({ reasons }).where(sql`${comments.id} = ${spam}`);
    });
    await site.ask('POST', `/v1/comments/${alone}/reports`, { body: { reason: 'spam' } });
    const author = await site.ask('POST', '/v1/manage/authors', {
      as,
      body: { name: 'J. P.', email: EMAIL },
    });
    return { answered, reply, alone, spam, author: author.body.id };
  };

  /** Every row there is, and on SQLite every byte. */
  const everything = async (): Promise<string> => {
    const { read } = site.database;
    const { tables } = read;
    const rows = [
      await read.select().from(tables.comments),
      await read.select().from(tables.commentPrivate),
      await read.select().from(tables.receipts),
      await read.select().from(tables.events),
      await read.select().from(tables.authors),
      await read.select().from(tables.commentReports),
    ];
    return JSON.stringify(rows).toLowerCase();
  };

  const files = async (): Promise<string> => {
    const { read } = site.database;
    if (read.dialect.engine !== 'sqlite') return '';
    const [main] = await read.rows<{ file: string }>(sql`pragma database_list`);
    const bytes = ['', '-wal'].map((end) => readFileSync(`${main?.file}${end}`));
    return Buffer.concat(bytes).toString().toLowerCase();
  };

  const lacks = async (t: Test, traces: readonly string[]) => {
    const rows = await everything();
    const bytes = await files();
    for (const trace of traces) {
      t.notOk(rows.includes(trace.toLowerCase()), `no row holds ${trace}`);
      t.notOk(bytes.includes(trace.toLowerCase()), `no byte of the files holds ${trace}`);
    }
  };

  const WHO = ['privacy-mail', 'privatus', '2001:db8:55', 'PrivacyBrowser'];
  const WORDS = ['the answered words', 'the lonely words', 'the words of spam'];

  t.test(
    'an export holds everything kept of an e-mail, in any spelling, and is replayed without it',
    async (t) => {
      const { answered, alone, spam, author } = await seedReader();
      const headers = { 'idempotency-key': 'export-1' };
      const body = { email: SPELLED };
      const [first] = await play(t, site, [
        {
          name: 'the export',
          as,
          request: EXPORT,
          headers,
          body,
          status: 200,
          has: {
            comments: [
              { id: answered, authorEmail: EMAIL.normalize('NFC'), addressPrefix: '2001:db8:55::/48' },
              { id: alone, body: 'the lonely words', userAgent: 'PrivacyBrowser/1.0' },
              {
                id: spam,
                status: 'spam',
                moderation: { reasons: [{ reason: 'held_word', detail: 'privatus' }] },
              },
            ],
            authors: [{ id: author, name: 'J. P.' }],
          },
          sends: { 'cache-control': 'private, no-store' },
          events: ['privacy.exported'],
        },
        {
          name: 'replayed',
          as,
          request: EXPORT,
          headers,
          body,
          status: 200,
          lacks: [...WHO, ...WORDS],
          sends: { 'idempotency-replayed': 'true' },
        },
        {
          name: 'of nobody',
          as,
          request: EXPORT,
          body: { email: 'nobody@reader.example' },
          status: 200,
          has: { comments: [], authors: [] },
          events: ['privacy.exported'],
        },
        { name: 'without an e-mail', as, request: EXPORT, body: {}, status: 400, faults: ['/email'] },
      ]);
      t.equal(first?.body.comments.length, 3);
      const audit = await site.ask('GET', '/v1/manage/audit?limit=2', { as });
      t.match(audit.body.items[0], { action: 'privacy.exported', subject: { kind: 'privacy' } });
      const [one, two] = audit.body.items;
      t.not(one.subject.id, two.subject.id, 'two requests have nothing in common');
    },
  );

  t.test('anonymised, the texts stay and nobody is left who wrote them', async (t) => {
    const { answered, reply, alone, spam, author } = await seedReader();
    for (const trace of WHO) t.ok((await everything()).includes(trace.toLowerCase()), `${trace} was there`);
    const before = await site.ask('GET', BRIDGE);
    await play(t, site, [
      {
        name: 'the erasure',
        as,
        request: ERASE,
        headers: { 'idempotency-key': 'erase-1' },
        body: { email: SPELLED, mode: 'anonymise' },
        status: 200,
        has: { comments: 3, authors: 1 },
        events: [
          'comment.anonymised',
          'comment.anonymised',
          'comment.anonymised',
          'author.updated',
          'privacy.erased',
        ],
      },
      {
        name: 'the thread',
        request: `GET ${BRIDGE}?sort=oldest`,
        status: 200,
        has: {
          items: [
            {
              id: answered,
              authorName: 'Anonymous',
              authorUrl: null,
              body: 'the answered words',
              editedAt: null,
            },
            { id: reply, authorName: 'Maria' },
            { id: alone, authorName: 'Anonymous' },
          ],
        },
      },
      {
        name: 'the desk',
        as,
        request: `GET /v1/manage/comments/${spam}`,
        status: 200,
        has: {
          status: 'spam',
          authorEmail: null,
          userAgent: null,
          moderation: { reasons: [{ reason: 'held_word', detail: null }] },
        },
      },
      {
        name: 'the author',
        as,
        request: `GET /v1/manage/authors/${author}`,
        status: 200,
        has: { email: null },
      },
      {
        name: 'again',
        as,
        request: ERASE,
        body: { email: EMAIL, mode: 'delete' },
        status: 200,
        has: { comments: 0, authors: 0 },
        events: ['privacy.erased'],
      },
    ]);
    t.not((await site.ask('GET', BRIDGE)).headers.etag, before.headers.etag);
    await lacks(t, WHO);
    t.ok((await everything()).includes('the lonely words'));
    const kept = await site.database.read.select().from(site.database.read.tables.comments);
    t.same(
      kept.filter(({ fingerprint }) => fingerprint !== '').map(({ id }) => id),
      [reply],
    );
  });

  t.test('deleted, the texts are gone too, and a place stays where somebody answered', async (t) => {
    const { answered, reply, alone } = await seedReader();
    if (site.database.engine === 'sqlite')
      for (const trace of [...WHO, ...WORDS])
        t.ok((await files()).includes(trace.toLowerCase()), `${trace} was there`);
    await play(t, site, [
      {
        name: 'the erasure',
        as,
        request: ERASE,
        body: { email: SPELLED, mode: 'delete' },
        status: 200,
        has: { comments: 3, authors: 1 },
        events: ['comment.deleted', 'comment.deleted', 'comment.deleted', 'author.updated', 'privacy.erased'],
      },
      {
        name: 'the thread',
        request: `GET ${BRIDGE}?total=true`,
        status: 200,
        has: {
          items: [
            { id: answered, deleted: true, body: '', replyCount: 1 },
            { id: reply, deleted: false },
          ],
          total: 2,
        },
      },
      { name: 'what nobody answered', request: `GET /v1/comments/${alone}`, status: 404 },
      {
        name: 'no such mode',
        as,
        request: ERASE,
        body: { email: EMAIL, mode: 'burn' },
        status: 400,
        faults: ['/mode'],
      },
    ]);
    await lacks(t, [...WHO, ...WORDS]);
  });

  t.test('what a moderator deletes is gone from stored answers as well', async (t) => {
    const { alone, answered } = await seedReader();
    await site.ask('DELETE', `/v1/manage/comments/${alone}`, { as });
    await site.ask('DELETE', `/v1/manage/comments/${answered}?permanent=true`, { as });
    const rows = await everything();
    t.notOk(rows.includes('the lonely words'));
    t.notOk(rows.includes('the answered words'));
    t.ok(rows.includes('the words of spam'));
  });
});
