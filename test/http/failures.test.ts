// What nobody foresaw: it says nothing outside, all to the log, and nothing of what was sent to either.
import { sql } from 'drizzle-orm';
import { DrizzleQueryError } from 'drizzle-orm/errors';
import { test } from 'tap';
import { Problem } from '../../src/core/problem.ts';
import { CommitUnknown, DatabaseBusy } from '../../src/db/database.ts';
import { asProblem } from '../../src/http/problems.ts';
import { play } from '../scenario.ts';
import { testSite } from '../site.ts';
import { stubServer } from './stub.ts';

const coded = (code: string, message = 'the driver says ada@news.example') =>
  Object.assign(new Error(message), { code });

test('a failure of ours is a 500 that says nothing, and a line in the log that says what and where', async (t) => {
  const { post, log } = await stubServer(t, async () => {
    throw new TypeError('cannot read mh_4fQz81LcR0nVbTq6yWm2PdXe9KsAg7Uh4EWTQC of ada@news.example', {
      cause: coded('E_INNER'),
    });
  });
  const { status, body, text, headers } = await post('/v1/things/x');
  t.match(
    { status, body },
    { status: 500, body: { code: 'internal', detail: 'The failure has been logged.' } },
  );
  t.equal(headers['cache-control'], 'no-store');
  t.notMatch(text, /TypeError|cannot read|ada@|E_INNER|failures\.test/);
  const line = JSON.parse(log.find((entry) => entry.includes('"level":50')) ?? '{}');
  t.match(line, {
    code: 'internal',
    msg: 'Something went wrong here',
    reqId: body.requestId,
    req: { method: 'POST', path: '/v1/things/x', address: '127.0.0.1' },
    err: {
      type: 'TypeError: Error',
      codes: ['E_INNER'],
      stack: /failures\.test\.ts.*caused by.*failures\.test\.ts/s,
    },
  });
  t.match(line.err.message, /^cannot read mh_… of …: the driver says …$/);
});

test('what drivers write into their errors is not logged', async (t) => {
  const { post, log } = await stubServer(t, async () => {
    const driver = Object.assign(coded('22P02', 'invalid input syntax for type uuid: "ada@news.example"'), {
      detail: 'Key (email)=(ada@news.example)',
    });
    throw new DrizzleQueryError('select $1', ['ada@news.example', 'a text\n    at somebody'], driver);
  });
  await post('/v1/things/x');
  const line = log.find((entry) => entry.includes('"level":50')) ?? '';
  t.match(JSON.parse(line), {
    err: { message: /^Failed query: select \$1: invalid input syntax for type uuid: "…"$/, codes: ['22P02'] },
  });
  t.notMatch(line, /ada@|a text|somebody/);
});

test('something thrown that is no error is a 500 too', async (t) => {
  const { post } = await stubServer(t, () => Promise.reject('just text'));
  t.equal((await post('/v1/things/x')).status, 500);
});

test('a full disk is 507 at the desk, 503 to a reader; what passes by itself is 503, and says when to come back', async (t) => {
  const failures: [error: unknown, desk: string, reader: string][] = [
    [coded('SQLITE_FULL'), 'storage_full', 'unavailable'],
    [coded('53100'), 'storage_full', 'unavailable'],
    [new CommitUnknown(coded('ENOSPC')), 'storage_full', 'unavailable'],
    [new CommitUnknown(coded('SQLITE_IOERR_FSYNC')), 'unavailable', 'unavailable'],
    [new DatabaseBusy(coded('SQLITE_BUSY')), 'unavailable', 'unavailable'],
    [coded('ECONNREFUSED'), 'unavailable', 'unavailable'],
    [coded('ERR_SOMETHING_ELSE'), 'internal', 'internal'],
    [new Error('no code'), 'internal', 'internal'],
    ['text', 'internal', 'internal'],
  ];
  for (const [error, desk, reader] of failures) {
    t.equal(asProblem(error, false).code, desk, String(error));
    const problem = asProblem(error, true);
    t.equal(problem.code, reader, String(error));
    t.equal(problem.headers['Retry-After'], reader === 'unavailable' ? '2' : undefined);
    t.notMatch(problem.message, /driver|ada@/);
    t.equal(problem.cause, error);
  }
  const own = new Problem('not_found', 'x');
  t.equal(asProblem(own, true), own);

  const { post } = await stubServer(t, async () => {
    throw coded('SQLITE_FULL');
  });
  t.equal((await post('/v1/things/x')).status, 503);
  t.equal((await post('/v1/manage/things/x')).status, 507);
});

test('what the framework refuses is said in our words', async (t) => {
  const own: Record<string, string> = {
    FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
    FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'request_malformed',
    FST_ERR_CTP_INVALID_MEDIA_TYPE: 'media_type_unsupported',
    FST_ERR_BAD_URL: 'request_malformed',
    FST_ERR_MAX_PARAM_LENGTH: 'uri_too_long',
  };
  for (const [theirs, code] of Object.entries(own))
    t.match(asProblem(coded(theirs), false), { code, message: /^(?!the driver).+\.$/ });
});

test('a rule of the database that only a race can break is a conflict; a broken check is our fault', async (t) => {
  const tag = { name: 'x', nameKey: 'x', articleCount: 0, version: 1, createdAt: 0, updatedAt: 0 };
  const id = '01890a5d-ac96-774b-bcce-b302099a8057';
  const twice = await stubServer(t, (ctx) =>
    ctx.write(async ({ db }) => {
      await db.insert(db.tables.tags).values({ ...tag, id, slug: 'a' });
      await db.insert(db.tables.tags).values({ ...tag, id, slug: 'b' });
    }),
  );
  const unique = await twice.post('/v1/manage/things/x');
  t.match(unique, { status: 409, body: { code: 'conflict' } });
  t.equal(await twice.database.read.$count(twice.database.read.tables.tags), 0);

  const orphan = await stubServer(t, (ctx) =>
    ctx.write(async ({ db }) => {
      await db.insert(db.tables.articleSlugs).values({ slug: 'x', articleId: id });
    }),
  );
  t.match(await orphan.post('/v1/manage/things/x'), { status: 409, body: { code: 'conflict' } });

  const broken = await stubServer(t, (ctx) =>
    ctx.write(async ({ db }) => {
      const counts = { version: 1, createdAt: 0 };
      await db.insert(db.tables.apiKeys).values({ id, name: 'x', role: 'admin', ...counts });
      await db.update(db.tables.apiKeys).set({ role: sql`'nobody'` });
    }),
  );
  t.match(await broken.post('/v1/manage/things/x'), { status: 500, body: { code: 'internal' } });
});

test('no key, e-mail, body or query comes into the log, whatever is sent', async (t) => {
  const site = await testSite(t);
  const email = 'ada@news.example';
  const secret = 'a-secret-word';
  const made = { 'x-request-id': 'r1' };
  await play(t, site, [
    {
      name: 'made',
      as: 'editor',
      request: 'POST /v1/manage/authors',
      body: { name: secret, email },
      headers: made,
      status: 201,
      events: ['author.created'],
    },
    {
      name: 'taken',
      as: 'editor',
      request: 'POST /v1/manage/authors',
      body: { name: secret, email },
      status: 409,
    },
    {
      name: 'invalid',
      as: 'editor',
      request: 'POST /v1/manage/authors',
      body: { [email]: secret, [secret]: 1 },
      status: 400,
    },
    {
      name: 'broken',
      as: 'editor',
      request: 'POST /v1/manage/authors',
      raw: `{"name":"${secret}`,
      status: 400,
    },
    {
      name: 'query',
      as: 'editor',
      request: `GET /v1/manage/authors?${secret}=1&email=${email}`,
      status: 400,
    },
    { name: 'key in the query', request: `GET /v1/manage/me?key=${site.keys.admin}`, status: 401 },
    { name: 'bad key', as: `${site.keys.admin}x`, request: 'GET /v1/manage/me', status: 401 },
    { name: 'key in the path', request: `GET /v1/manage/${site.keys.admin}`, status: 404 },
    { name: 'e-mail in the path', request: `GET /v1/authors/${email}`, status: 404 },
    { name: 'e-mail behind a hash', request: `GET /v1/nothing#${email}`, status: 404 },
    { name: 'forbidden', as: 'site', request: 'GET /v1/manage/keys', status: 403 },
  ]);
  const lines = site.log.join('');
  t.match(lines, /"code":"validation_failed"/, 'something was logged at all');
  t.match(lines, /"path":"\/v1\/manage\/authors"/);
  for (const word of [email, secret, 'a-secret', '%40', ...Object.values(site.keys)])
    t.notOk(lines.includes(word), word.slice(0, 8));
});

test('who is not answered in time is told to come back, and what was begun goes on', async (t) => {
  let finish: () => void = () => undefined;
  const work = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const { post } = await stubServer(t, () => work, { timeLimitMs: 50 });
  for (const headers of [{}, { 'idempotency-key': 'one' }]) {
    const late = await post('/v1/things/x', headers);
    t.match(late, { status: 503, headers: { 'retry-after': '2' }, body: { code: 'unavailable' } });
  }
  finish();
  await work;
  t.equal((await post('/v1/things/x')).status, 204);
});

test('what has no time left when it would begin does not begin', async (t) => {
  let begun = 0;
  const { post } = await stubServer(t, async () => void begun++, { timeLimitMs: 0 });
  for (const headers of [{}, { 'idempotency-key': 'one' }])
    t.match(await post('/v1/things/x', headers), { status: 503, body: { code: 'unavailable' } });
  t.equal(begun, 0);
});
