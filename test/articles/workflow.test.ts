// A draft's way through review, back with a note, and who may take it.
import { test } from 'tap';
import { play } from '../scenario.ts';
import { testSite } from '../site.ts';
import { createArticle } from './make.ts';

const AT = '/v1/manage/articles';
const ANY = { 'if-match': '*' };

test('a contributor submits a draft, an editor returns it with a note, and the next submission clears that', async (t) => {
  const site = await testSite(t);
  const { id } = await createArticle(site, {}, 'contributor');
  const at = `${AT}/${id}`;
  const as = (role: 'contributor' | 'editor' | 'reporter') => ({ as: role, headers: ANY });
  await play(t, site, [
    {
      name: 'submitted',
      ...as('contributor'),
      request: `POST ${at}/submit`,
      status: 200,
      has: { status: 'in_review', allowedMoves: ['return'] },
      events: ['article.submitted'],
    },
    {
      name: 'not changed while it is read',
      ...as('contributor'),
      request: `PATCH ${at}`,
      body: { title: 'Too late' },
      status: 403,
      code: 'forbidden',
    },
    {
      name: 'not submitted twice',
      ...as('contributor'),
      request: `POST ${at}/submit`,
      status: 409,
      code: 'transition_refused',
      has: { allowedMoves: ['return'] },
    },
    {
      name: 'another writer does not see it',
      ...as('reporter'),
      request: `POST ${at}/return`,
      status: 404,
      code: 'not_found',
    },
    {
      name: 'returned with a note',
      ...as('editor'),
      request: `POST ${at}/return`,
      body: { note: 'The second quote needs a source.' },
      status: 200,
      has: { status: 'draft', returnNote: 'The second quote needs a source.' },
      events: ['article.returned'],
    },
    {
      name: 'the writer reads why',
      ...as('contributor'),
      request: `GET ${at}`,
      status: 200,
      has: { returnNote: 'The second quote needs a source.', allowedMoves: ['submit', 'trash'] },
    },
    {
      name: 'submitted again, by a client that names a type for every POST',
      ...as('contributor'),
      raw: '',
      request: `POST ${at}/submit`,
      status: 200,
      has: { returnNote: null },
      events: ['article.submitted'],
    },
    {
      name: 'taken back by its writer, without a word',
      ...as('contributor'),
      request: `POST ${at}/return`,
      status: 200,
      has: { status: 'draft', returnNote: null },
      events: ['article.returned'],
    },
    {
      name: 'a note is not blank',
      ...as('editor'),
      request: `POST ${at}/return`,
      body: { note: ' ' },
      status: 400,
      faults: ['/note'],
    },
  ]);
});

test('a reporter may return their own and not what others submitted', async (t) => {
  const site = await testSite(t);
  const { id } = await createArticle(site, {}, 'editor');
  await site.ask('POST', `${AT}/${id}/submit`, { as: 'editor', headers: ANY });
  const own = await createArticle(site, {}, 'reporter');
  await play(t, site, [
    {
      name: 'their own',
      as: 'reporter',
      headers: ANY,
      request: `POST ${AT}/${own.id}/submit`,
      status: 200,
      events: ['article.submitted'],
    },
    {
      name: 'published out of review',
      as: 'reporter',
      headers: ANY,
      request: `POST ${AT}/${own.id}/publish`,
      status: 200,
      has: { status: 'published' },
      events: ['article.published'],
    },
    {
      name: 'another’s',
      as: 'reporter',
      headers: ANY,
      request: `POST ${AT}/${id}/return`,
      status: 404,
    },
    {
      name: 'in review as the editor finds it',
      as: 'editor',
      request: `GET ${AT}?status=in_review`,
      status: 200,
      has: { items: [{ id, allowedMoves: ['return', 'publish', 'trash'] }] },
    },
  ]);
});

test('a version conflict names each field that was changed since, by whom and when', async (t) => {
  const site = await testSite(t);
  const { id } = await createArticle(site, { slug: 'the-bridge', tags: ['Harbour'] });
  const at = `${AT}/${id}`;
  const patch = async (as: 'editor' | 'admin', version: number, body: object) => {
    site.clock.now += 60_000;
    return site.ask('PATCH', at, { as, headers: { 'if-match': `"${version}"` }, body });
  };
  await patch('editor', 1, { title: 'First', notes: 'n' });
  await patch('admin', 2, { title: 'Second', tags: ['Harbour', 'Ferry'] });
  await patch('editor', 3, { title: 'Second' });
  const lost = await patch('editor', 1, { title: 'Mine' });
  t.equal(lost.status, 412);
  t.equal(lost.headers.etag, '"3"', 'what was saved as it stood is no version');
  const admin = { by: 'The admin', at: '2026-03-01T06:32:00.000Z', code: 'changed' };
  t.match(lost.body.errors, [
    { pointer: '/title', ...admin },
    { pointer: '/tags', ...admin },
    { pointer: '/notes', by: 'The editor', at: '2026-03-01T06:31:00.000Z' },
  ]);
  t.equal(lost.body.errors.length, 3, 'what was saved as it stood is not named');
  const since2 = await patch('editor', 2, { title: 'Mine' });
  t.same(
    since2.body.errors.map(({ pointer }: { pointer: string }) => pointer),
    ['/title', '/tags'],
  );
  const unknown = await site.ask('PATCH', at, { as: 'editor', headers: { 'if-match': '"none"' }, body: {} });
  t.equal(unknown.status, 412);
  t.ok(unknown.body.errors.length >= 3, 'of a tag that was never ours, everything is new');
});

test('of fifty who change an article from one version, one does, and the others are told', async (t) => {
  const site = await testSite(t);
  const { id } = await createArticle(site);
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, n) =>
      site.ask('PATCH', `${AT}/${id}`, {
        as: 'editor',
        headers: { 'if-match': '"1"' },
        body: { title: `Version of ${n}` },
      }),
    ),
  );
  const saved = answers.filter(({ status }) => status === 200);
  const lost = answers.filter(({ status }) => status === 412);
  t.equal(saved.length, 1);
  t.equal(lost.length, 49);
  t.ok(lost.every(({ headers }) => headers.etag === '"2"'));
  const { body } = await site.ask('GET', `${AT}/${id}`, { as: 'editor' });
  t.equal(body.title, saved[0]?.body.title, 'nothing is lost');
  t.equal(body.version, 2);
});
