// Nothing private is in any byte that anybody can ask for. The routes come from the OpenAPI document, so that a new one
// is walked without being named here: every route, its places filled with every id and slug there is, every value of its
// parameters, wrong ones too, with and without conditions.
import { test } from 'tap';
import { openApiText } from '../../src/app.ts';
import { post, postAs, seedArticle } from '../comments/seed.ts';
import { type Answer, testSite } from '../site.ts';

test('privacy: canary', async (t) => {
  const site = await testSite(t, { COMMENT_FLOOD_SECONDS: '0' });
  const as = 'admin';

  /** What is seeded in private holds this word, in some case; hashes and addresses are added below. */
  const CANARY = 'canary';
  const ADDRESS = '2001:db8:ca7a:7::9';
  const secrets = ['2001:db8:ca7a'];

  interface Parameter {
    name: string;
    in: 'path' | 'query' | 'header';
    schema: { enum?: string[]; type?: string; items?: { enum?: string[] } };
  }
  interface Operation {
    parameters?: Parameter[];
    requestBody?: { content: Record<string, { example?: unknown }> };
    responses: Record<string, { content?: object }>;
  }
  const document: { paths: Record<string, Record<string, Operation>> } = JSON.parse(openApiText());

  const anonymous = Object.entries(document.paths)
    .filter(([path]) => !path.startsWith('/v1/manage'))
    .flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => ({
        path,
        method: method.toUpperCase(),
        operation,
      })),
    )
    // A stream of events does not end.
    .filter(({ operation }) => !('text/event-stream' in (operation.responses[200]?.content ?? {})));

  /** Puts everything private there is into the site; returns the ids and slugs by which somebody may ask for it. */
  const seed = async (): Promise<string[]> => {
    const made = async (url: string, body: object) => (await site.ask('POST', url, { as, body })).body;
    const ada = await made('/v1/manage/authors', { name: 'Ada', email: 'ada@canary.example' });
    const bob = await made('/v1/manage/authors', { name: 'Bob', email: 'bob@canary.example', active: false });
    const key = await made('/v1/manage/keys', { name: 'The canary desk', role: 'editor', authorId: ada.id });
    secrets.push(key.secret, key.secret.slice(0, 12));
    const article = (slug: string, title: string) => ({
      slug,
      title,
      body: { format: 'markdown', source: `Words of ${title}` },
      authors: [ada.id, bob.id],
      tags: ['Harbour'],
      notes: 'A canary among the notes',
      metadata: { private: { note: 'canary' }, public: { page: 3 } },
      source: { system: 'canary', id: 'canary-1' },
    });
    const bridge = await made('/v1/manage/articles', article('bridge', 'Bridge'));
    const draft = await made('/v1/manage/articles', {
      ...article('a-draft', 'The canary draft'),
      source: null,
    });
    const headers = { 'if-match': '*' };
    await site.ask('POST', `/v1/manage/articles/${bridge.id}/publish`, { as, headers });
    const withdrawn = await seedArticle(site, 'withdrawn', {
      title: 'The withdrawn canary',
      publicUntil: site.clock.now - 1,
      status: 'archived',
    });
    await seedArticle(site, 'quay', { notes: 'canary', metadataPrivate: { canary: true } });

    const reader = { authorName: 'Maria', authorEmail: 'Maria.Canary@Reader.example' };
    const asked = {
      address: ADDRESS,
      headers: { 'user-agent': 'CanaryBrowser/1.0', 'idempotency-key': 'canary' },
    };
    const held = (await post(site, 'bridge', 'A canary that waits', reader, asked)).body.id;
    const say = (status: 'approved' | 'spam' | 'rejected', text: string, more: object = {}) =>
      postAs(site, status, 'bridge', text, { ...reader, ...more });
    const shown = await say('approved', 'Shown');
    const edited = await say('approved', 'A canary before the edit', { parentId: shown });
    await site.ask('PATCH', `/v1/manage/comments/${edited}`, { as, body: { body: 'Edited' } });
    const deleted = await say('approved', 'A canary that was deleted');
    await say('approved', 'A reply', { parentId: deleted });
    await site.ask('DELETE', `/v1/manage/comments/${deleted}`, { as });
    const spam = await say('spam', 'A canary that is spam');
    const rejected = await say('approved', 'A canary that is rejected');
    await say('approved', 'Another reply', { parentId: rejected });
    await site.ask('PATCH', `/v1/manage/comments/${rejected}`, { as, body: { status: 'rejected' } });
    for (const id of [shown, edited])
      await site.ask('POST', `/v1/comments/${id}/reports`, { body: { reason: 'abuse' }, address: ADDRESS });
    await site.ask('POST', '/v1/manage/privacy/export', {
      as,
      body: { email: 'Maria.Canary@Reader.example' },
    });

    const { read } = site.database;
    const { apiKeySecrets, comments, commentPrivate, commentReports } = read.tables;
    for (const { hash, hint } of await read.select().from(apiKeySecrets)) secrets.push(hash, hint);
    for (const { fingerprint } of await read.select().from(comments)) secrets.push(fingerprint);
    for (const { addressHash } of await read.select().from(commentPrivate)) secrets.push(addressHash ?? '');
    for (const { reporter } of await read.select().from(commentReports)) secrets.push(reporter ?? '');
    const names = ['bridge', 'a-draft', 'withdrawn', 'quay', 'ada', 'bob', 'harbour'];
    const ids = [ada, bob, key, bridge, draft].map(({ id }) => id);
    return [...names, ...ids, withdrawn, held, shown, edited, deleted, spam, rejected];
  };

  const WRONG = ['maria.canary@reader.example', 'x', '-1', '🦜'];

  /** The values to try for a query parameter. */
  const valuesOf = ({ schema, name }: Parameter, ids: readonly string[]): string[] => {
    const values = schema.enum ?? schema.items?.enum ?? (schema.type === 'boolean' ? ['true', 'false'] : []);
    const inside =
      schema.type === 'integer' ? ['1', '100'] : /q/.test(name) ? ['canary', '"canary"', 'can*'] : [];
    return [...values, ...inside, ...(values.length === 0 ? [...ids, ids.join(',')] : []), ...WRONG];
  };

  const addressesOf = (path: string, { parameters = [] }: Operation, ids: readonly string[]): string[] => {
    const places = path.includes('{') ? [...ids, ...WRONG] : [''];
    const filled = places.map((value) => path.replace(/\{\w+\}/g, encodeURIComponent(value)));
    const questions = parameters
      .filter((parameter) => parameter.in === 'query')
      .flatMap((parameter) =>
        valuesOf(parameter, ids).map((value) => `?${parameter.name}=${encodeURIComponent(value)}`),
      );
    // What is asked further is asked of what is there.
    const open = filled.slice(0, 1).concat(filled.filter((url) => url.includes('quay')));
    const unknown = [
      '?email=maria.canary%40reader.example',
      '?status=draft',
      '?view=full&fields=email',
      '?include=sender',
    ];
    return [...filled, ...open.flatMap((url) => [...questions, ...unknown].map((query) => url + query))];
  };

  t.test('no canary sings in any anonymous byte', async (t) => {
    const ids = await seed();
    const told = secrets.filter((secret) => secret !== '').map((secret) => secret.toLowerCase());
    t.ok(told.length > 12, 'there are hashes to look for');
    let asked = 0;
    const listen = (name: string, { headers, text }: Answer) => {
      asked++;
      const all = `${JSON.stringify(headers)}${text}`.toLowerCase();
      const heard = [CANARY, ...told].filter((secret) => all.includes(secret));
      if (heard.length > 0) t.fail(name, { heard, text });
    };
    const statuses = new Set<number>();
    const seen: string[] = [];
    for (const { path, method, operation } of anonymous) {
      const example = Object.values(operation.requestBody?.content ?? {})[0]?.example;
      for (const url of addressesOf(path, operation, ids)) {
        const body = method === 'POST' ? { body: example } : {};
        const answer = await site.ask(method, url, { ...body, address: ADDRESS });
        statuses.add(answer.status);
        if (answer.status === 200) seen.push(answer.text);
        listen(`${method} ${url}`, answer);
        if (method === 'POST') {
          const wrong = { authorEmail: 'maria.canary@', body: 'canary', reason: 'canary' };
          listen(`${method} ${url}: wrong`, await site.ask(method, url, { body: wrong }));
          listen(
            `${method} ${url}: no JSON`,
            await site.ask(method, url, { raw: '{"canary@reader.example' }),
          );
          continue;
        }
        if (answer.headers.etag === undefined) continue;
        const conditions = { 'if-none-match': answer.headers.etag, 'x-request-id': 'walk' };
        const unchanged = await site.ask(method, url, { headers: conditions });
        statuses.add(unchanged.status);
        listen(`${method} ${url}: unchanged`, unchanged);
        listen(`HEAD ${url}`, await site.ask('HEAD', url, { headers: { 'if-none-match': '"canary"' } }));
      }
      listen(`PUT ${path}`, await site.ask('PUT', path, { body: { email: 'maria.canary@reader.example' } }));
    }
    for (const url of [
      '/',
      '/docs',
      '/openapi.json',
      '/v1/nothing',
      '/v1/manage/comments?email=maria.canary%40reader.example',
    ])
      listen(url, await site.ask('GET', url));
    for (const status of [200, 202, 304, 400, 404, 410])
      t.ok(statuses.has(status), `the walk has met ${status}`);
    t.ok(asked > 300, `${asked} answers`);
    for (const open of ['Shown', 'Edited', 'Words of Bridge', '"Ada"'])
      t.ok(
        seen.some((text) => text.includes(open)),
        `what is public was seen: ${open}`,
      );

    const log = site.log.join('\n').toLowerCase();
    t.ok(site.log.length > 100, 'failures were logged');
    // The address of who asked is logged, for without it nobody could be kept out.
    const unlogged = [CANARY, ...told.filter((secret) => secret !== secrets[0])];
    t.same(
      unlogged.filter((secret) => log.includes(secret)),
      [],
      'and no canary with them',
    );
  });
});
