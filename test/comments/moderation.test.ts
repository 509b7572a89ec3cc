import { test } from 'tap';
import { play, type Scenario } from '../scenario.ts';
import { type TestSite, testSite } from '../site.ts';
import { empty, NO_FLOOD, NOBODY, post, postAs, seedArticle } from './seed.ts';

test('comments: moderation', async (t) => {
  const site = await testSite(t, NO_FLOOD);
  t.beforeEach(() => empty(site));

  const QUEUE = '/v1/manage/comments';
  const as = 'moderator';

  /** Tags of the latest events, one list an event. */
  const tagsSince = async ({ database }: TestSite, position: number): Promise<string[][]> => {
    const { events } = database.read.tables;
    const rows = await database.read.select().from(events);
    return rows.filter((row) => row.position > position).map(({ tags }) => tags);
  };

  const lastPosition = async ({ database }: TestSite): Promise<number> => {
    const { events } = database.read.tables;
    const rows = await database.read.select({ position: events.position }).from(events);
    return Math.max(0, ...rows.map(({ position }) => position));
  };

  t.test('a decision moves a comment into and out of the public, and says so', async (t) => {
    const articleId = await seedArticle(site, 'bridge');
    const { id } = (await post(site, 'bridge', 'Hello')).body;
    const request = `PATCH ${QUEUE}/${id}`;
    const isPublic = async () => {
      const { body } = await site.ask('GET', `/v1/comments/counts?articles=${articleId}`);
      return [(await site.ask('GET', `/v1/comments/${id}`)).status === 200, body.items[0].count];
    };
    const tags = [`comments:${articleId}`, `article:${articleId}`];
    const moves = [
      ['pending', [], []],
      ['spam', ['comment.marked_spam'], []],
      ['approved', ['comment.approved'], tags],
      ['approved', [], []],
      ['pending', ['comment.held'], tags],
      ['rejected', ['comment.rejected'], []],
      ['approved', ['comment.approved'], tags],
      ['rejected', ['comment.rejected'], tags],
    ] as const;
    let version = 1;
    for (const [status, events, wanted] of moves) {
      const position = await lastPosition(site);
      version += events.length;
      await play(t, site, [
        {
          name: `to ${status}`,
          as,
          request,
          body: { status },
          status: 200,
          has: { status, version, editedAt: null },
          sends: { etag: `"${version}"` },
          events,
        },
      ]);
      t.same(
        (await tagsSince(site, position)).flat(),
        wanted,
        `${status}: the public is told of what it sees`,
      );
      t.same(await isPublic(), status === 'approved' ? [true, 1] : [false, 0], status);
    }
  });

  t.test('a moderator may mend text, name and address of a writer', async (t) => {
    const articleId = await seedArticle(site, 'bridge');
    const { id } = (await post(site, 'bridge', 'Damn!', { authorUrl: 'https://spam.example' })).body;
    const request = `PATCH ${QUEUE}/${id}`;
    site.clock.now += 60_000;
    const position = await lastPosition(site);
    const change = (name: string, body: object, has: object, events: string[] = []): Scenario => ({
      name,
      as,
      request,
      body,
      status: 200,
      has,
      events,
    });
    await play(t, site, [
      change('nothing', {}, { version: 1, editedAt: null }),
      change(
        'the same',
        { body: 'Damn!', authorName: 'Maria', authorUrl: 'https://spam.example' },
        { version: 1, editedAt: null },
      ),
      change(
        'the link goes',
        { authorUrl: null },
        { version: 2, authorUrl: null, editedAt: '2026-03-01T06:31:00.000Z' },
        ['comment.edited'],
      ),
      change(
        'the text, and a decision',
        { body: 'D**n!', status: 'approved' },
        { version: 3, body: 'D**n!', bodyHtml: '<p>D**n!</p>' },
        ['comment.edited', 'comment.approved'],
      ),
      change(
        'the name',
        { authorName: 'M.' },
        { version: 4, authorName: 'M.', authorEmail: 'maria@reader.example' },
        ['comment.edited'],
      ),
      {
        name: 'unknown fields',
        as,
        request,
        body: { authorEmail: 'x@y.example', isStaff: true },
        status: 400,
        faults: ['/authorEmail', '/isStaff'],
      },
      {
        name: 'no status of ours',
        as,
        request,
        body: { status: 'deleted', body: null },
        status: 400,
        faults: ['/status', '/body'],
      },
    ]);
    const tags = [`comments:${articleId}`, `article:${articleId}`];
    t.same(
      await tagsSince(site, position),
      [[], tags, tags, tags],
      'an edit of what waits is nobody’s business',
    );
  });

  t.test('If-Match is honoured where it is sent', async (t) => {
    await seedArticle(site, 'bridge');
    const { id } = (await post(site, 'bridge', 'Hello')).body;
    const url = `${QUEUE}/${id}`;
    const stale = {
      headers: { 'if-match': '"7"' },
      as,
      status: 412,
      code: 'version_conflict',
      sends: { etag: '"1"' },
    };
    await play(t, site, [
      {
        name: 'read',
        as,
        request: `GET ${url}`,
        status: 200,
        has: { body: 'Hello' },
        sends: { etag: '"1"' },
      },
      { name: 'a stale change', request: `PATCH ${url}`, body: { status: 'spam' }, ...stale },
      { name: 'a stale no-op', request: `PATCH ${url}`, body: {}, ...stale },
      { name: 'a stale deletion', request: `DELETE ${url}`, ...stale },
      { name: 'a stale erasure', request: `DELETE ${url}?permanent=true`, ...stale },
      {
        name: 'a current change',
        as,
        request: `PATCH ${url}`,
        headers: { 'if-match': '"1"' },
        body: { status: 'spam' },
        status: 200,
        events: ['comment.marked_spam'],
      },
      {
        name: 'anything',
        as,
        request: `DELETE ${url}`,
        headers: { 'if-match': '*' },
        status: 204,
        events: ['comment.deleted'],
      },
    ]);
  });

  t.test('a deleted comment is gone with all that its writer told us', async (t) => {
    const articleId = await seedArticle(site, 'bridge');
    const id = await postAs(site, 'approved', 'bridge', 'Hello', { authorUrl: 'https://maria.example' });
    const url = `${QUEUE}/${id}`;
    const position = await lastPosition(site);
    await play(t, site, [
      { name: 'deletion', as, request: `DELETE ${url}`, status: 204, events: ['comment.deleted'] },
      { name: 'again', as, request: `DELETE ${url}`, status: 204 },
      { name: 'readers find nothing', request: `GET /v1/comments/${id}`, status: 404 },
      {
        name: 'moderators find its shell',
        as,
        request: `GET ${QUEUE}?status=deleted`,
        status: 200,
        has: {
          items: [
            {
              id,
              status: 'deleted',
              deleted: true,
              authorName: '',
              authorUrl: null,
              body: '',
              authorEmail: null,
              userAgent: null,
              moderation: { reasons: [] },
            },
          ],
        },
        lacks: ['Maria', 'Hello', 'maria', 'first_time'],
      },
      {
        name: 'it cannot come back',
        as,
        request: `PATCH ${url}`,
        body: { status: 'approved' },
        status: 409,
        code: 'conflict',
      },
      {
        name: 'erasure',
        as,
        request: `DELETE ${url}?permanent=true`,
        status: 204,
        events: ['comment.erased'],
      },
      { name: 'erased', as, request: `GET ${url}`, status: 404 },
      { name: 'erased twice', as, request: `DELETE ${url}?permanent=true`, status: 404 },
      { name: 'not erased', as, request: `DELETE ${QUEUE}/${NOBODY}?permanent=false`, status: 404 },
      { name: 'unknown', as, request: `PATCH ${QUEUE}/${NOBODY}`, body: {}, status: 404 },
      { name: 'nonsense', as, request: `DELETE ${url}?permanent=yes`, status: 400, faults: ['permanent'] },
    ]);
    t.same(
      await tagsSince(site, position),
      [[`comments:${articleId}`, `article:${articleId}`], []],
      'told once',
    );
    const { comments, commentPrivate } = site.database.read.tables;
    t.equal(await site.database.read.$count(comments), 0);
    t.equal(await site.database.read.$count(commentPrivate), 0);
  });
});
