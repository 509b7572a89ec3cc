import { test } from 'tap';
import { tryComment } from '../../src/comments/trying.ts';
import { createArticle } from '../articles/make.ts';
import { play, type Scenario } from '../scenario.ts';
import { testSite } from '../site.ts';
import { empty, NO_FLOOD, NOBODY, post, postAs, said, seedArticle } from './seed.ts';

test('comments: policy', async (t) => {
  const site = await testSite(t, NO_FLOOD);
  t.beforeEach(() => empty(site));

  const SETTINGS = '/v1/manage/settings/comments';
  const DAY_MS = 86_400_000;

  const DEFAULTS = {
    policy: 'open',
    maxLinks: 1,
    floodSeconds: 0,
    closeAfterDays: null,
    blockWords: [],
    holdWords: [],
    blockSenders: [],
    blockDomains: [],
    blockAddresses: [],
    requireFormToken: false,
    proofOfWork: false,
    version: 1,
    updatedAt: null,
  };

  /** Changes the policy. */
  const set = async (body: object) => {
    const answer = await site.ask('PATCH', SETTINGS, { as: 'moderator', body });
    t.equal(answer.status, 200, JSON.stringify(body));
  };

  /** Posts, and tells status and reasons as a moderator sees them. */
  const judged = async (article: string, body: string, more: object = {}, asked = {}) => {
    const { status, body: comment } = await post(site, article, body, more, asked);
    if (status >= 400) return [status, comment.code];
    const { body: found } = await site.ask('GET', `/v1/manage/comments/${comment.id}`, { as: 'moderator' });
    return [
      found.status,
      ...found.moderation.reasons.map(({ reason, detail }: { reason: string; detail: string | null }) =>
        detail === null ? reason : `${reason}: ${detail}`,
      ),
    ];
  };

  t.test('the policy is read and changed with its version', async (t) => {
    const patch = (name: string, body: unknown, more: Partial<Scenario> = {}): Scenario => ({
      name,
      request: `PATCH ${SETTINGS}`,
      as: 'moderator',
      body,
      status: 200,
      ...more,
    });
    await play(t, site, [
      {
        name: 'the defaults',
        request: `GET ${SETTINGS}`,
        as: 'moderator',
        status: 200,
        has: DEFAULTS,
        sends: { etag: '"1"' },
      },
      patch(
        'a change',
        {
          policy: 'moderated',
          maxLinks: 3,
          closeAfterDays: 30,
          blockWords: [' Casino bonus ', 'casino', 'casino'],
          blockSenders: ['Spammer@mail.example'],
          blockDomains: ['Spam.Example', 'münchen.example'],
          blockAddresses: ['203.0.113.0/24', '2001:DB8::/32'],
          requireFormToken: true,
        },
        {
          headers: { 'if-match': '"1"' },
          has: {
            ...DEFAULTS,
            policy: 'moderated',
            maxLinks: 3,
            closeAfterDays: 30,
            blockWords: ['Casino bonus', 'casino'],
            blockSenders: ['Spammer@mail.example'],
            blockDomains: ['spam.example', 'xn--mnchen-3ya.example'],
            blockAddresses: ['203.0.113.0/24', '2001:db8::/32'],
            requireFormToken: true,
            version: 2,
            updatedAt: '2026-03-01T06:30:00.000Z',
          },
          sends: { etag: '"2"' },
          events: ['settings.updated'],
        },
      ),
      patch(
        'what is not named stays',
        { closeAfterDays: null },
        {
          has: { policy: 'moderated', maxLinks: 3, closeAfterDays: null, version: 3 },
          events: ['settings.updated'],
        },
      ),
      patch(
        'an old version',
        { maxLinks: 0 },
        {
          headers: { 'if-match': '"1"' },
          status: 412,
          code: 'version_conflict',
        },
      ),
      patch(
        'every fault is named',
        {
          policy: 'maybe',
          maxLinks: -1,
          floodSeconds: 1.5,
          closeAfterDays: 0,
          blockWords: ['', '!?', 'me@mail.example'],
          holdWords: 'mayor',
          blockSenders: ['nobody'],
          blockDomains: ['https://spam.example'],
          blockAddresses: ['0.0.0.0/0'],
          requireFormToken: 'yes',
          notify: true,
        },
        {
          status: 400,
          faults: [
            '/policy',
            '/maxLinks',
            '/floodSeconds',
            '/closeAfterDays',
            '/blockWords/0',
            '/blockWords/1',
            '/blockWords/2',
            '/holdWords',
            '/blockSenders/0',
            '/blockDomains/0',
            '/blockAddresses/0',
            '/requireFormToken',
            '/notify',
          ],
        },
      ),
      patch(
        'a list without end',
        { blockWords: Array.from({ length: 1_001 }, (_, n) => `word ${n}`) },
        {
          status: 400,
          faults: ['/blockWords'],
        },
      ),
    ]);
  });

  t.test('what articles inherit purges their answers, and a list of words purges nothing', async (t) => {
    await set({ blockWords: ['casino'] });
    await set({ policy: 'closed' });
    await set({ closeAfterDays: 7 });
    const { events } = site.database.read.tables;
    const tags = (await site.database.read.select().from(events).orderBy(events.position)).slice(-3);
    t.same(
      tags.map((event) => event.tags),
      [[], ['articles', 'discussion'], ['articles', 'discussion']],
    );
  });

  t.test('an article that says nothing follows the site, everywhere at once', async (t) => {
    await createArticle(site, { slug: 'bridge', status: 'published' });
    await seedArticle(site, 'harbour', { commentPolicy: 'open' });
    const accepts = async () => {
      const { body: list } = await site.ask('GET', '/v1/articles');
      const { body: one } = await site.ask('GET', '/v1/articles/bridge');
      const { body: desk } = await site.ask('GET', `/v1/manage/articles/${one.id}`, { as: 'editor' });
      const listed = Object.fromEntries(
        list.items.map((item: { slug: string; acceptsComments: boolean }) => [
          item.slug,
          item.acceptsComments,
        ]),
      );
      return [listed.harbour, listed.bridge, one.acceptsComments, desk.acceptsComments];
    };
    t.same(await accepts(), [true, true, true, true]);
    await set({ policy: 'closed' });
    t.same(await accepts(), [true, false, false, false]);
    t.same(await judged('bridge', 'Hello'), [403, 'comments_closed']);
    t.same(await judged('harbour', 'Hello'), ['pending', 'first_time']);
    await set({ policy: 'moderated' });
    t.same(await accepts(), [true, true, true, true]);
    t.same(await judged('bridge', 'Hello'), ['pending', 'first_time', 'policy_moderated']);
  });

  t.test('articles close by age, at the very instant that their answers end', async (t) => {
    await createArticle(site, { slug: 'bridge', status: 'published' });
    await seedArticle(site, 'harbour', { commentsCloseAt: site.clock.now + 10 * DAY_MS });
    await set({ closeAfterDays: 1 });
    const closesAt = site.clock.now + DAY_MS;
    site.clock.now = closesAt - 30_000;
    for (const url of ['/v1/articles', '/v1/articles/bridge']) {
      t.match(
        (await site.ask('GET', url)).headers['cache-control'],
        /s-maxage=30, stale-while-revalidate=0$/,
      );
    }
    site.clock.now = closesAt - 1;
    t.equal((await post(site, 'bridge', 'Hello')).status, 202);
    site.clock.now = closesAt;
    t.same(await judged('bridge', 'Again'), [403, 'comments_closed']);
    t.equal((await site.ask('GET', '/v1/articles/bridge')).body.acceptsComments, false);
    t.equal((await post(site, 'harbour', 'Hello')).status, 202, 'its own word goes before its age');
  });

  t.test('what is blocked is rejected, what is suspect waits, and the answer is the same', async (t) => {
    await seedArticle(site, 'bridge');
    await postAs(site, 'approved', 'bridge', 'I am known here');
    await set({
      blockWords: ['casino bonus'],
      holdWords: ['mayor'],
      blockSenders: ['SPAMMER@mail.example'],
      blockDomains: ['spam.example'],
      blockAddresses: ['198.51.100.0/24'],
    });
    t.same(await judged('bridge', 'All is well'), ['approved']);
    t.same(await judged('bridge', 'Саsino\u200B BONUS'), [
      'rejected',
      'blocked_word: casino bonus',
      'hidden_characters: U+200B',
    ]);
    t.same(await judged('bridge', 'Ask the Mayor'), ['pending', 'held_word: mayor']);
    t.same(await judged('bridge', 'me again', { authorEmail: 'spammer@MAIL.example' }), [
      'rejected',
      'blocked_sender',
      'first_time',
    ]);
    t.same(await judged('bridge', 'see www.spam.example'), ['rejected', 'blocked_domain: spam.example']);
    t.same(await judged('bridge', 'from afar', {}, { address: '198.51.100.9' }), [
      'rejected',
      'blocked_address',
    ]);
    t.same(await judged('bridge', 'https://a.example https://b.example'), ['pending', 'too_many_links: 2']);
    t.same(await judged('bridge', 'bot', { homepage: 'https://buy.example' }), ['spam', 'honeypot']);
    t.same(await judged('bridge', 'no bot', { homepage: ' ' }), ['approved']);
    const answers = [
      await post(site, 'bridge', 'casino bonus'),
      await post(site, 'bridge', 'mayor!'),
      await post(site, 'bridge', 'a bot', { homepage: 'x' }),
    ];
    for (const { status, body, headers } of answers) {
      t.match(
        { status, body, headers },
        { status: 202, body: { status: 'pending' }, headers: { location: undefined } },
      );
    }
  });

  t.test('a reader who signs as the newsroom waits', async (t) => {
    await seedArticle(site, 'bridge');
    await site.ask('PATCH', '/v1/manage/settings/site', { as: 'admin', body: { name: 'The Harbour Times' } });
    await site.ask('POST', '/v1/manage/authors', { as: 'admin', body: { name: 'Ada Okafor' } });
    t.same(await judged('bridge', 'Believe me', { authorName: 'Аda 0kafor' }), [
      'pending',
      'staff_lookalike: Ada Okafor',
      'first_time',
    ]);
    t.same(await judged('bridge', 'Believe us', { authorName: 'The Harbour Times' }), [
      'pending',
      'staff_lookalike: The Harbour Times',
      'first_time',
    ]);
    t.same(await judged('bridge', 'Just me', { authorName: '…' }), ['pending', 'first_time']);
  });

  t.test('the third e-mail of one address in a day waits', async (t) => {
    await seedArticle(site, 'bridge');
    const names = ['a', 'b', 'c'].map((name) => ({ authorEmail: `${name}@reader.example` }));
    for (const name of names) await postAs(site, 'approved', 'bridge', 'known', name);
    t.same(await judged('bridge', 'one'), ['pending', 'many_emails', 'first_time']);
    t.same(await judged('bridge', 'two', names[0]), ['pending', 'many_emails']);
    t.same(await judged('bridge', 'three', names[0], { address: '198.51.100.9' }), ['approved']);
    site.clock.now += DAY_MS;
    t.same(await judged('bridge', 'four', names[0]), ['approved']);
    t.same(await judged('bridge', 'five', names[1]), ['approved'], 'two are no crowd');
  });

  t.test('a form token is for one comment on one article, and for its time', async (t) => {
    await seedArticle(site, 'bridge');
    await seedArticle(site, 'harbour');
    await seedArticle(site, 'closed', { commentPolicy: 'closed' });
    await seedArticle(site, 'draft', { publicFrom: null });
    await postAs(site, 'approved', 'bridge', 'I am known here');
    const draw = async (article: string) =>
      (await site.ask('GET', `/v1/articles/${article}/comments/form`)).body.token;
    await play(t, site, [
      {
        name: 'the form',
        request: 'GET /v1/articles/bridge/comments/form',
        status: 200,
        has: {
          honeypot: 'homepage',
          limits: { authorName: 100, body: 10_000, floodSeconds: 0, minSeconds: 3, maxSeconds: 86_400 },
        },
        sends: { 'cache-control': 'no-store' },
      },
      {
        name: 'closed',
        request: 'GET /v1/articles/closed/comments/form',
        status: 403,
        code: 'comments_closed',
      },
      { name: 'no article', request: 'GET /v1/articles/draft/comments/form', status: 404 },
    ]);
    const token = await draw('bridge');
    t.same(await judged('bridge', 'at once', { formToken: await draw('bridge') }), [
      'pending',
      'form_token: too_fresh',
    ]);
    site.clock.now += 3_000;
    t.same(await judged('harbour', 'elsewhere', { formToken: token }), ['pending', 'form_token: invalid']);
    t.same(await judged('bridge', 'I am known here', { formToken: token }), [409, 'comment_duplicate']);
    t.same(
      await judged('bridge', 'in time', { formToken: token }),
      ['approved'],
      'a refusal does not use it up',
    );
    t.same(await judged('bridge', 'twice', { formToken: token }), ['pending', 'form_token: reused']);
    const late = await draw('bridge');
    site.clock.now += DAY_MS;
    t.same(await judged('bridge', 'just in time', { formToken: late }), ['approved']);
    const later = await draw('bridge');
    site.clock.now += DAY_MS + 1;
    t.same(await judged('bridge', 'too late', { formToken: later }), ['pending', 'form_token: stale']);
    t.same(await judged('bridge', 'without'), ['approved']);
    await set({ requireFormToken: true });
    t.same(await judged('bridge', 'without, where one is wanted'), ['pending', 'form_token: absent']);
    const fresh = await draw('bridge');
    site.clock.now += 3_000;
    t.same(await judged('bridge', 'with one'), ['pending', 'form_token: absent']);
    t.same(await judged('bridge', 'with it', { formToken: fresh }), ['approved']);
    const { spentTokens } = site.database.read.tables;
    t.equal((await site.database.read.select().from(spentTokens)).length, 1, 'what is stale is forgotten');
  });

  t.test('a moderator may try what a comment would get, and nothing is stored', async (t) => {
    const articleId = await seedArticle(site, 'bridge');
    const closed = await seedArticle(site, 'closed', { commentPolicy: 'closed' });
    const parentId = await postAs(site, 'approved', 'bridge', 'I am known here');
    await set({ requireFormToken: true, blockWords: ['casino'] });
    const tried = (name: string, body: object, has: object): Scenario => ({
      name,
      request: `POST ${SETTINGS}/try`,
      as: 'moderator',
      body,
      status: 200,
      has,
    });
    await play(t, site, [
      tried('a known reader', said('Hello', { articleId, parentId }), {
        verdict: 'approved',
        refusal: null,
        reasons: [],
      }),
      tried('anywhere', said('Hello'), { verdict: 'approved', refusal: null }),
      tried('a stranger', said('Casino', { authorEmail: 'b@reader.example' }), {
        verdict: 'rejected',
        refusal: null,
        reasons: [
          { reason: 'blocked_word', detail: 'casino' },
          { reason: 'first_time', detail: null },
        ],
      }),
      tried('twice', said('I am known here', { articleId }), {
        verdict: null,
        refusal: 'comment_duplicate',
        reasons: [],
      }),
      tried('closed', said('Hello', { articleId: closed }), { verdict: null, refusal: 'comments_closed' }),
      tried('no article', said('Hello', { articleId: NOBODY }), { verdict: null, refusal: 'not_found' }),
      tried('no parent', said('Hello', { parentId }), { verdict: null, refusal: 'parent_invalid' }),
      {
        name: 'not a comment',
        request: `POST ${SETTINGS}/try`,
        as: 'moderator',
        body: { articleId: 'x', homepage: 'x' },
        status: 400,
        faults: ['/articleId', '/authorName', '/authorEmail', '/body', '/homepage'],
      },
    ]);
    t.equal((await site.ask('GET', '/v1/articles/bridge/comments')).body.items.length, 1);
  });

  t.test('a failure is not taken for a refusal', async (t) => {
    const broken = { ...site.ctx, read: undefined as never };
    await t.rejects(
      tryComment(broken, said('Hello'), { secret: 's', floodSeconds: 0, isRateLimited: true }),
      TypeError,
    );
  });
});
