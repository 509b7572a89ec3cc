// Idempotency-Key: one key, one effect, one answer.
import inject from 'light-my-request';
import { test } from 'tap';
import { createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { createServer } from '../../src/http/server.ts';
import { play } from '../scenario.ts';
import { testSite } from '../site.ts';
import { stubServer } from './stub.ts';

const AUTHORS = '/v1/manage/authors';
const keyed = (key: string) => ({ 'idempotency-key': key });
const DAY_MS = 24 * 60 * 60 * 1_000;

test('a request repeated with its key gets the first answer, and has no second effect', async (t) => {
  const site = await testSite(t);
  const ask = () => site.ask('POST', AUTHORS, { as: 'editor', headers: keyed('a'), body: { name: 'Ada' } });
  const first = await ask();
  t.equal(first.status, 201);
  t.equal(first.headers['idempotency-replayed'], undefined);
  await site.newEvents();
  const second = await ask();
  t.same(second.body, first.body);
  t.equal(second.status, 201);
  t.equal(second.headers['idempotency-replayed'], 'true');
  for (const header of ['etag', 'location', 'cache-control', 'content-type'])
    t.equal(second.headers[header], first.headers[header]);
  t.strictSame(await site.newEvents(), []);
  await site.restart();
  t.equal((await ask()).headers['idempotency-replayed'], 'true', 'also after a restart');
});

test('a key stands for one body', async (t) => {
  const site = await testSite(t);
  const request = { as: 'editor', request: `POST ${AUTHORS}`, headers: keyed('a') };
  await play(t, site, [
    { ...request, name: 'first', body: { name: 'Ada' }, status: 201, events: ['author.created'] },
    { ...request, name: 'another body', body: { name: 'Bo' }, status: 422, code: 'idempotency_key_reused' },
    { ...request, name: 'no body', status: 422, code: 'idempotency_key_reused' },
    {
      ...request,
      name: 'the same again, spelled with blanks',
      raw: ' { "name" : "Ada" } ',
      status: 201,
      sends: { 'idempotency-replayed': 'true' },
    },
  ]);
});

test('another caller, another address and no key are other requests', async (t) => {
  const site = await testSite(t);
  const body = { name: 'Ada' };
  const made = { body, status: 201, events: ['author.created'], has: {} };
  await play(t, site, [
    { ...made, name: 'the editor', as: 'editor', request: `POST ${AUTHORS}`, headers: keyed('a') },
    { ...made, name: 'the admin', as: 'admin', request: `POST ${AUTHORS}`, headers: keyed('a') },
    { ...made, name: 'another key', as: 'editor', request: `POST ${AUTHORS}`, headers: keyed('b') },
    { ...made, name: 'without a key', as: 'editor', request: `POST ${AUTHORS}` },
    {
      name: 'another address',
      as: 'admin',
      request: 'POST /v1/manage/keys',
      headers: keyed('a'),
      body: { name: 'x', role: 'site' },
      status: 201,
      events: ['key.created'],
    },
    {
      ...made,
      name: 'a key that is not looked at',
      as: 'editor',
      request: `PATCH ${AUTHORS}/x`,
      headers: keyed('a'),
      status: 428,
      events: [],
    },
  ]);
});

test('only what succeeded is stored', async (t) => {
  const site = await testSite(t);
  const request = { as: 'editor', request: `POST ${AUTHORS}`, headers: keyed('a') };
  await play(t, site, [
    { ...request, name: 'invalid', body: { name: '' }, status: 400 },
    {
      ...request,
      name: 'the same, mended',
      body: { name: 'Ada', slug: 'ada' },
      status: 201,
      events: ['author.created'],
    },
    {
      ...request,
      name: 'refused',
      headers: keyed('b'),
      body: { name: 'Bo', slug: 'ada' },
      status: 409,
      code: 'slug_taken',
    },
    {
      ...request,
      name: 'refused again, and not replayed',
      headers: keyed('b'),
      body: { name: 'Bo', slug: 'ada' },
      status: 409,
      code: 'slug_taken',
    },
  ]);
});

test('a key is a line of visible characters', async (t) => {
  const site = await testSite(t);
  const bad = ['', ' ', 'a b', 'ä', 'x'.repeat(256), 'a, b'];
  await play(
    t,
    site,
    bad.map((key) => ({
      name: JSON.stringify(key),
      as: 'editor',
      request: `POST ${AUTHORS}`,
      headers: keyed(key),
      body: { name: 'Ada' },
      status: 400,
      faults: ['Idempotency-Key'],
    })),
  );
  const longest = { as: 'editor', headers: keyed('x'.repeat(255)), body: { name: 'Ada' } };
  t.equal((await site.ask('POST', AUTHORS, longest)).status, 201);
});

test('a stored answer lives 24 hours', async (t) => {
  const site = await testSite(t);
  const ask = () => site.ask('POST', AUTHORS, { as: 'editor', headers: keyed('a'), body: { name: 'Ada' } });
  const { body } = await ask();
  site.clock.now += DAY_MS - 1;
  t.equal((await ask()).body.id, body.id);
  site.clock.now += 1;
  const later = await ask();
  t.equal(later.status, 201);
  t.not(later.body.id, body.id);
  t.equal((await ask()).body.id, later.body.id);
});

test('of many at once one does the work, and all get its answer', async (t) => {
  const site = await testSite(t);
  const asked = {
    as: 'editor',
    headers: keyed('a'),
    body: { name: 'Ada', email: 'ada@news.example' },
  } as const;
  const answers = await Promise.all(Array.from({ length: 8 }, () => site.ask('POST', AUTHORS, asked)));
  t.equal(new Set(answers.map(({ text }) => text)).size, 1);
  t.equal(answers.filter(({ headers }) => headers['idempotency-replayed'] === undefined).length, 1);
  t.equal((await site.newEvents()).length, 1);
});

test('one that waits for another that fails does the work itself', async (t) => {
  const site = await testSite(t);
  const ask = (body: object) => site.ask('POST', AUTHORS, { as: 'editor', headers: keyed('a'), body });
  const [before, made, after] = await Promise.all([
    ask({ name: '' }),
    ask({ name: 'Ada' }),
    ask({ name: '' }),
  ]);
  t.equal(made.status, 201);
  // Who comes first is the database's choice: before the work is done it is a bad name, after it the key is used.
  for (const { status, body } of [before, after]) {
    t.ok(status === 400 || body.code === 'idempotency_key_reused', `${status} ${body.code}`);
  }
  t.same(await site.newEvents(), ['author.created']);
});

test('two processes at once make one thing between them, and give one answer', async (t) => {
  const site = await testSite(t);
  const config = readConfig({ PUBLIC_URL: 'https://cms.example', LOG_LEVEL: 'silent' });
  const { database } = site;
  const processes = [];
  for (let n = 0; n < 3; n++) {
    const server = createServer({ config });
    const app = await createApp({ server, config, database, clock: () => site.clock.now, secret: 'x' });
    await app.ready();
    t.teardown(() => app.close());
    processes.push(app);
  }
  for (const body of [
    { name: 'Ada' },
    { name: 'Bo', slug: 'bo', email: 'bo@news.example', source: { system: 'x', id: '1' } },
  ]) {
    await site.newEvents();
    const answers = await Promise.all(
      processes.map((app) =>
        inject((request, response) => app.server.emit('request', request, response), {
          method: 'POST',
          url: AUTHORS,
          headers: {
            authorization: `Bearer ${site.keys.editor}`,
            'content-type': 'application/json',
            ...keyed(body.name),
          },
          payload: JSON.stringify(body),
        }),
      ),
    );
    t.same(
      answers.map(({ statusCode }) => statusCode),
      [201, 201, 201],
    );
    t.equal(new Set(answers.map(({ payload }) => payload)).size, 1);
    t.strictSame(await site.newEvents(), ['author.created']);
  }
});

test('a stored answer never holds a secret', async (t) => {
  const site = await testSite(t);
  const ask = (url: string, body: object) =>
    site.ask('POST', url, { as: 'admin', headers: keyed('a'), body });
  const { receipts, apiKeys } = site.database.read.tables;
  for (const [url, body] of [
    ['/v1/manage/keys', { name: 'Desk', role: 'editor' }],
    [`/v1/manage/keys/${site.keyIds.site}/rotate`, { overlapSeconds: 60 }],
  ] as const) {
    const first = await ask(url, body);
    t.match(first.body.secret, /^mh_\w{38}$/);
    const before = await site.database.read.$count(apiKeys);
    const second = await ask(url, body);
    const { secret, ...rest } = first.body;
    t.same(second.body, rest);
    t.equal(second.headers['idempotency-replayed'], 'true');
    t.equal(await site.database.read.$count(apiKeys), before);
    t.notOk(JSON.stringify(await site.database.read.select().from(receipts)).includes(secret));
  }
});

test('an answer without a body is stored too, and a reader is known by the address', async (t) => {
  let effects = 0;
  const { post } = await stubServer(t, (ctx) =>
    ctx.write(async () => {
      effects++;
    }),
  );
  for (const url of ['/v1/things/x', '/v1/manage/things/x']) {
    effects = 0;
    const answers = [await post(url, keyed('a')), await post(url, keyed('a'))];
    t.same(
      answers.map(({ status, text, headers }) => [status, text, headers['idempotency-replayed']]),
      [
        [204, '', undefined],
        [204, '', 'true'],
      ],
    );
    t.equal(effects, 1);
  }
});
