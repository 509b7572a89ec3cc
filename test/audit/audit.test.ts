import { test } from 'tap';
import { createContext } from '../../src/context.ts';
import { ROLES } from '../../src/db/schema/columns.ts';
import { play } from '../scenario.ts';
import { type TestSite, testSite } from '../site.ts';

const AUDIT = '/v1/manage/audit';
const NOBODY = '01890a5d-ac96-774b-bcce-b302099a8057';

interface Entry {
  position: number;
  at: string;
  actor: { kind: string; id: string | null; name: string | null };
  action: string;
  subject: { kind: string; id: string };
  version: number | null;
}

const walk = async (
  site: TestSite,
  query = '',
  between: (page: number) => Promise<unknown> = async () => undefined,
) => {
  const entries: Entry[] = [];
  let cursor: string | null = null;
  for (let page = 1; page === 1 || cursor !== null; page++) {
    const from: string = cursor === null ? '' : `&cursor=${cursor}`;
    const { body } = await site.ask('GET', `${AUDIT}?limit=3${query}${from}`, { as: 'admin' });
    entries.push(...body.items);
    cursor = body.nextCursor;
    await between(page);
  }
  return entries;
};

const actions = (entries: readonly Entry[]) => entries.map(({ action }) => action);

test('admins read the log, nobody else', async (t) => {
  const site = await testSite(t);
  await play(t, site, [
    { name: 'nobody', request: `GET ${AUDIT}`, status: 401, code: 'unauthorized' },
    ...ROLES.map((role) => ({
      name: role,
      as: role,
      request: `GET ${AUDIT}`,
      status: role === 'admin' ? 200 : 403,
    })),
    {
      name: 'nobody writes it',
      as: 'admin',
      request: `DELETE ${AUDIT}`,
      status: 405,
      code: 'method_not_allowed',
      sends: { allow: 'GET, HEAD, OPTIONS' },
    },
  ]);
});

test('an entry says who did what to which thing, and when', async (t) => {
  const site = await testSite(t);
  site.clock.now += 60_000;
  const { body: author } = await site.ask('POST', '/v1/manage/authors', {
    as: 'editor',
    body: { name: 'Ada Okafor', email: 'ada@news.example' },
  });
  await site.ask('PATCH', '/v1/manage/settings/site', { as: 'admin', body: { description: 'Since 1871.' } });
  const [answer] = await play(t, site, [
    {
      name: 'newest first, and no text of anything',
      as: 'admin',
      request: `GET ${AUDIT}?limit=3`,
      status: 200,
      lacks: ['Okafor', 'ada@', '1871'],
      sends: { 'cache-control': 'private, no-store', link: /rel="next"/ },
    },
  ]);
  const [settings, created, key] = answer?.body.items ?? [];
  t.same(created, {
    position: settings.position - 1,
    at: '2026-03-01T06:31:00.000Z',
    actor: { kind: 'key', id: site.keyIds.editor, name: 'The editor' },
    action: 'author.created',
    subject: { kind: 'author', id: author.id },
    version: 1,
  });
  t.match(settings, { action: 'settings.updated', subject: { kind: 'settings', id: 'site' }, version: 2 });
  t.match(key, {
    actor: { kind: 'system', id: null, name: null },
    action: 'key.created',
    subject: { kind: 'key' },
  });

  await site.ask('PATCH', `/v1/manage/keys/${site.keyIds.editor}`, {
    as: 'admin',
    body: { name: 'News desk' },
  });
  const [, , renamed] = (await site.ask('GET', `${AUDIT}?limit=3`, { as: 'admin' })).body.items;
  t.equal(renamed.actor.name, 'News desk', 'a key has the name it has now');
});

test('a reader is nobody in particular, and an event without a version has none', async (t) => {
  const site = await testSite(t);
  const reader = { kind: 'reader', address: '203.0.113.7', agent: 'curl' } as const;
  const { clock, log } = site.ctx;
  const ctx = createContext({ database: site.database, clock, actor: reader, log });
  await ctx.write(async (tx) =>
    tx.emit({ action: 'comment.posted', subject: `comment:${NOBODY}`, tags: [] }),
  );
  const [entry] = await walk(site, '&actor=reader');
  t.match(entry, {
    actor: { kind: 'reader', id: null, name: null },
    action: 'comment.posted',
    subject: { kind: 'comment', id: NOBODY },
    version: null,
  });
});

test('the log is told apart by subject and by actor', async (t) => {
  const site = await testSite(t);
  const tag = async (as: 'editor' | 'admin', name: string) =>
    (await site.ask('POST', '/v1/manage/tags', { as, body: { name } })).body.id;
  const harbour = await tag('editor', 'Harbour');
  const bridges = await tag('admin', 'Bridges');
  await site.ask('PATCH', `/v1/manage/tags/${harbour}`, { as: 'admin', body: { name: 'Port' } });
  await site.ask('PATCH', '/v1/manage/settings/site', { as: 'admin', body: {} });
  const { editor, admin } = site.keyIds;

  t.same(actions(await walk(site, `&subject=tag:${harbour}`)), ['tag.updated', 'tag.created']);
  t.same(actions(await walk(site, `&subject=TAG:${harbour.toUpperCase()}`)), ['tag.updated', 'tag.created']);
  t.same(actions(await walk(site, `&actor=key:${editor}`)), ['tag.created']);
  t.same(actions(await walk(site, `&actor=key:${admin}`)), [
    'settings.updated',
    'tag.updated',
    'tag.created',
  ]);
  t.same(actions(await walk(site, `&actor=key:${admin}&subject=tag:${harbour}`)), ['tag.updated']);
  t.same(actions(await walk(site, `&actor=key:${editor}&subject=tag:${bridges}`)), []);
  t.same(actions(await walk(site, '&subject=settings:site')), ['settings.updated']);
  t.same(actions(await walk(site, `&subject=article:${NOBODY}`)), [], 'of nothing, nothing happened');
  t.same(
    actions(await walk(site, '&actor=system')),
    ROLES.map(() => 'key.created'),
  );

  const { body } = await site.ask('GET', `${AUDIT}?actor=key:${admin}&limit=1&total=true`, { as: 'admin' });
  t.equal(body.total, 3, 'the total is of what the filter lets through');
  const elsewhere = await site.ask('GET', `${AUDIT}?actor=reader&cursor=${body.nextCursor}`, { as: 'admin' });
  t.equal(elsewhere.body.code, 'cursor_invalid', 'a cursor belongs to its filters');
});

test('a walk meets every entry once, newest first, whatever happens meanwhile', async (t) => {
  const site = await testSite(t);
  for (const name of ['One', 'Two', 'Three', 'Four', 'Five']) {
    await site.ask('POST', '/v1/manage/tags', { as: 'editor', body: { name } });
  }
  const positions = (entries: readonly Entry[]) => entries.map(({ position }) => position);
  const all = positions(await walk(site));
  t.same(
    all,
    Array.from({ length: all.length }, (_, index) => all.length - index),
  );
  const during = await walk(site, '', (page) =>
    site.ask('POST', '/v1/manage/tags', { as: 'editor', body: { name: `Meanwhile ${page}` } }),
  );
  t.same(positions(during), all);
});

test('what the log does not take is refused, every fault named', async (t) => {
  const site = await testSite(t);
  const refused = { as: 'admin', status: 400, code: 'validation_failed' } as const;
  await play(t, site, [
    {
      ...refused,
      name: 'parameters it does not know',
      request: `GET ${AUDIT}?action=tag.created&limit=0`,
      faults: ['action', 'limit'],
    },
    ...['tag:harbour', 'tag', NOBODY, `post:${NOBODY}`, `tag:${NOBODY}0`, 'settings:'].map((subject) => ({
      ...refused,
      name: subject,
      request: `GET ${AUDIT}?subject=${subject}`,
      faults: ['subject'],
    })),
    ...['editor', 'key:editor', 'key:', `reader:${NOBODY}`, 'key'].map((actor) => ({
      ...refused,
      name: actor,
      request: `GET ${AUDIT}?actor=${actor}`,
      faults: ['actor'],
    })),
    { ...refused, name: 'an empty filter', request: `GET ${AUDIT}?actor=`, faults: ['actor'] },
    {
      as: 'admin',
      name: 'a cursor of nobody',
      request: `GET ${AUDIT}?cursor=bm9ib2R5`,
      status: 400,
      code: 'cursor_invalid',
      faults: ['cursor'],
    },
  ]);
});
