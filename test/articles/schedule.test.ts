// Articles that start and end by themselves: to the public at their instant, whoever is awake; to the desk once.
import { test } from 'tap';
import { nextDueAt, settleDue } from '../../src/articles/schedule.ts';
import { createContext } from '../../src/context.ts';
import { toInstant } from '../../src/core/clock.ts';
import { play } from '../scenario.ts';
import { START, testSite } from '../site.ts';
import { createArticle } from './make.ts';

const AT = '/v1/manage/articles';
const ANY = { 'if-match': '*' };
const HOUR = 3_600_000;
const T = START + HOUR;

test('a scheduled article is public at its instant, with nobody at work, and not a millisecond before', async (t) => {
  const site = await testSite(t);
  const article = await createArticle(site, { tags: ['Harbour'] });
  const reach = async () => {
    const statuses = [];
    for (const path of [`/v1/articles/${article.slug}`, `/v1/articles/${article.slug}/comments`])
      statuses.push((await site.ask('GET', path)).status);
    const lists = ['/v1/articles', '/v1/articles?tag=harbour', '/v1/articles?author=ada-okafor'];
    for (const path of lists) statuses.push((await site.ask('GET', path)).body.items.length);
    return statuses;
  };
  await play(t, site, [
    {
      name: 'scheduled',
      as: 'editor',
      headers: { 'if-match': '"1"' },
      request: `POST ${AT}/${article.id}/publish`,
      body: { at: '2026-03-01T08:30:00+01:00' },
      status: 200,
      has: {
        status: 'scheduled',
        scheduledFor: toInstant(T),
        publishedAt: toInstant(T),
        version: 2,
        allowedMoves: ['publish', 'unpublish', 'trash'],
      },
      events: ['article.scheduled'],
    },
  ]);
  site.clock.now = T - 1;
  t.same(await reach(), [404, 404, 0, 0, 0]);
  site.clock.now = T;
  t.same(await reach(), [200, 200, 1, 1, 1]);
  t.same(await site.newEvents(), [], 'reading settles nothing');

  const { body } = await site.ask('GET', `${AT}/${article.id}`, { as: 'editor' });
  t.match(body, { status: 'published', scheduledFor: null, version: 2 });
  t.same(await site.newEvents(), ['article.published'], 'the desk does, once');
  await site.ask('GET', AT, { as: 'editor' });
  t.same(await site.newEvents(), []);
  const audit = await site.ask('GET', `/v1/manage/audit?subject=article:${article.id}`, { as: 'admin' });
  t.match(
    audit.body.items.find(({ action }: { action: string }) => action === 'article.published').actor,
    { kind: 'system' },
    'time did it, not who looked',
  );
  t.equal((await site.ask('GET', '/v1/tags/harbour')).body.articleCount, 1);
});

test('a start that comes after the end is what is wrong', async (t) => {
  const site = await testSite(t);
  const { id } = await createArticle(site, { unpublishAt: toInstant(T) });
  const publish = { as: 'editor' as const, headers: ANY, request: `POST ${AT}/${id}/publish` };
  await play(t, site, [
    {
      name: 'at the end',
      ...publish,
      body: { at: toInstant(T) },
      status: 422,
      code: 'instant_past',
      faults: ['/at'],
      has: { detail: 'at must be before unpublishAt, when the article is withdrawn.' },
    },
    {
      name: 'before it',
      ...publish,
      body: { at: toInstant(T - 1) },
      status: 200,
      events: ['article.scheduled'],
    },
  ]);
});

test('a new time, an end to the waiting, and a start right away', async (t) => {
  const site = await testSite(t);
  const { id } = await createArticle(site, { scheduledFor: toInstant(T) }, 'reporter');
  const move = (name: string, body?: object) => ({
    as: 'reporter' as const,
    headers: ANY,
    request: `POST ${AT}/${id}/${name}`,
    ...(body === undefined ? {} : { body }),
  });
  await play(t, site, [
    {
      name: 'later',
      ...move('publish', { at: toInstant(T + HOUR) }),
      status: 200,
      has: { scheduledFor: toInstant(T + HOUR) },
      events: ['article.scheduled'],
    },
    {
      name: 'in the past',
      ...move('publish', { at: toInstant(START) }),
      status: 422,
      code: 'instant_past',
      faults: ['/at'],
    },
    {
      name: 'without offset',
      ...move('publish', { at: '2026-03-01T08:30:00' }),
      status: 400,
      faults: ['/at'],
    },
    {
      name: 'given up',
      ...move('unpublish'),
      status: 200,
      has: { status: 'draft', scheduledFor: null, publishedAt: null },
      events: ['article.unpublished'],
    },
    {
      name: 'and its title moves its slug again',
      as: 'reporter',
      headers: ANY,
      request: `PATCH ${AT}/${id}`,
      body: { title: 'A new name' },
      status: 200,
      has: { slug: 'a-new-name' },
      events: ['article.updated'],
    },
    { name: 'again', ...move('publish', { at: toInstant(T) }), status: 200, events: ['article.scheduled'] },
    {
      name: 'at once',
      ...move('publish'),
      status: 200,
      has: { status: 'published', publishedAt: toInstant(START) },
      events: ['article.published'],
    },
    {
      name: 'what is public is not scheduled',
      ...move('publish', { at: toInstant(T) }),
      status: 409,
      code: 'transition_refused',
    },
  ]);
});

test('a new article may come scheduled, by those who may publish, complete and ahead of time', async (t) => {
  const site = await testSite(t);
  const made = await createArticle(site, { scheduledFor: toInstant(T) });
  t.match(made, { status: 'scheduled', scheduledFor: toInstant(T), version: 1 });
  await site.newEvents();
  const post = (more: object) => ({
    request: `POST ${AT}`,
    body: { title: 'T', body: { format: 'markdown', source: 'B' }, authors: ['ada-okafor'], ...more },
  });
  const scheduledFor = toInstant(T);
  await play(t, site, [
    {
      name: 'a contributor',
      as: 'contributor',
      ...post({ scheduledFor }),
      status: 403,
    },
    {
      name: 'in the past',
      as: 'editor',
      ...post({ scheduledFor: toInstant(START) }),
      status: 422,
      code: 'instant_past',
      faults: ['/scheduledFor'],
    },
    {
      name: 'incomplete',
      as: 'editor',
      ...post({ scheduledFor, authors: [] }),
      status: 422,
      code: 'publish_incomplete',
      faults: ['/authors'],
    },
    {
      name: 'both at once',
      as: 'editor',
      ...post({ scheduledFor, status: 'published' }),
      status: 400,
      faults: ['/scheduledFor'],
    },
    {
      name: 'with an end before the start',
      as: 'editor',
      ...post({ scheduledFor, unpublishAt: scheduledFor }),
      status: 422,
      code: 'instant_past',
      faults: ['/unpublishAt'],
    },
    {
      name: 'with an end after it',
      as: 'editor',
      ...post({ scheduledFor, unpublishAt: toInstant(T + HOUR) }),
      status: 201,
      has: { scheduledFor, unpublishAt: toInstant(T + HOUR) },
      events: ['article.created', 'article.scheduled'],
    },
  ]);
});

test('an article ends by itself as if archived: 410 at its instant, the status after it', async (t) => {
  const site = await testSite(t);
  const unpublishAt = toInstant(T);
  const article = await createArticle(site, { status: 'published', unpublishAt, tags: ['Harbour'] });
  const path = `/v1/articles/${article.slug}`;
  t.equal((await site.ask('GET', path)).status, 200);
  site.clock.now = T - 20_000;
  t.match(await site.ask('GET', path), {
    headers: { 'cache-control': 'public, max-age=0, s-maxage=20, stale-while-revalidate=0' },
  });
  site.clock.now = T;
  t.equal((await site.ask('GET', path)).status, 410);
  t.same((await site.ask('GET', '/v1/articles?tag=harbour')).body.items, []);
  await site.newEvents();
  const { body } = await site.ask('GET', `${AT}/${article.id}`, { as: 'editor' });
  t.match(body, {
    status: 'archived',
    unpublishAt: null,
    version: 1,
    allowedMoves: ['publish', 'unpublish', 'archive', 'trash', 'restore'].filter(
      (move) => move !== 'archive',
    ),
  });
  t.same(await site.newEvents(), ['article.archived']);
  t.equal((await site.ask('GET', '/v1/tags/harbour')).status, 404);
  await play(t, site, [
    {
      name: 'published again, it has no end',
      as: 'editor',
      headers: ANY,
      request: `POST ${AT}/${article.id}/publish`,
      status: 200,
      has: { status: 'published', unpublishAt: null },
      events: ['article.published'],
    },
    {
      name: 'an end that has been is none',
      as: 'editor',
      headers: ANY,
      request: `PATCH ${AT}/${article.id}`,
      body: { unpublishAt },
      status: 422,
      code: 'instant_past',
      faults: ['/unpublishAt'],
    },
    {
      name: 'a later end',
      as: 'editor',
      headers: ANY,
      request: `PATCH ${AT}/${article.id}`,
      body: { unpublishAt: toInstant(T + HOUR) },
      status: 200,
      has: { unpublishAt: toInstant(T + HOUR), modifiedAt: toInstant(T) },
      events: ['article.updated'],
    },
  ]);
});

test('a draft whose end has passed is not published', async (t) => {
  const site = await testSite(t);
  const { id } = await createArticle(site, { unpublishAt: toInstant(T) });
  site.clock.now = T;
  await play(t, site, [
    {
      name: 'its end lies behind',
      as: 'editor',
      headers: ANY,
      request: `POST ${AT}/${id}/publish`,
      status: 422,
      code: 'instant_past',
      faults: ['/unpublishAt'],
    },
  ]);
});

test('a change of an article that is due settles it first, in the same transaction', async (t) => {
  const site = await testSite(t);
  const { id } = await createArticle(site, {
    scheduledFor: toInstant(T),
    unpublishAt: toInstant(T + HOUR),
  });
  site.clock.now = T + 2 * HOUR;
  await play(t, site, [
    {
      name: 'both steps, then the change',
      as: 'editor',
      headers: { 'if-match': '"1"' },
      request: `POST ${AT}/${id}/restore`,
      status: 200,
      has: { status: 'draft', version: 2, unpublishAt: null },
      events: ['article.published', 'article.archived', 'article.restored'],
    },
  ]);
});

test('what is due is settled once, whoever tries, however many there are', async (t) => {
  const site = await testSite(t);
  for (let n = 0; n < 25; n++)
    await createArticle(site, { title: `Part ${n}`, scheduledFor: toInstant(T + n), tags: ['Parts'] });
  await site.newEvents();
  t.equal(await nextDueAt(site.database.read), T);
  await settleDue(site.ctx);
  t.same(await site.newEvents(), [], 'nothing before its time');
  site.clock.now = T + 25;
  const clock = () => site.clock.now;
  const other = createContext({
    database: site.database,
    clock,
    actor: { kind: 'system' },
    log: site.ctx.log,
  });
  await Promise.all([settleDue(site.ctx), settleDue(other), settleDue(site.ctx)]);
  t.same(
    await site.newEvents(),
    Array.from({ length: 25 }, () => 'article.published'),
  );
  t.equal(await nextDueAt(site.database.read), null);
  t.equal((await site.ask('GET', '/v1/tags/parts')).body.articleCount, 25);
  const author = (await site.ask('GET', '/v1/authors/ada-okafor')).body;
  t.equal(author.articleCount, 25);
});

test('a count of an author’s articles made anew leaves out those that wait', async (t) => {
  const site = await testSite(t);
  await createArticle(site, { status: 'published' });
  await createArticle(site, { title: 'Waits', scheduledFor: toInstant(T) });
  const { body: jon } = await site.ask('POST', '/v1/manage/authors', {
    as: 'admin',
    body: { name: 'Jon Berg' },
  });
  const { body: ada } = await site.ask('GET', '/v1/authors/ada-okafor');
  await site.ask('POST', `/v1/manage/authors/${ada.id}/reassign`, { as: 'editor', body: { to: jon.id } });
  t.equal((await site.ask('GET', '/v1/authors/jon-berg')).body.articleCount, 1);
});
