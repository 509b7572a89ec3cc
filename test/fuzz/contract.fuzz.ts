// Requests made from the OpenAPI document, good and bad ones, against every operation: no answer is a failure of ours,
// none has a status, a type or a body that is not documented, and no public byte holds what is private. FUZZ_RUNS is
// how many requests an operation gets; FUZZ_SEED repeats a run that was printed.
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { openApiText } from '../../src/app.ts';
import { ROLES } from '../../src/db/schema/columns.ts';
import { type Answer, testSite } from '../site.ts';
import { createArbitraries, few, type Known, nastyText, type Schema } from './arbitraries.ts';

const RUNS = Number(process.env.FUZZ_RUNS ?? 300);
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema: Schema;
}
interface Operation {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Record<string, { schema: Schema }> };
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

/** What is private for good holds this word: no state of anything makes it public. */
const SECRET = 'zqcanary';
/** So many ids, slugs and cursors are remembered. */
const KNOWN_MAX = 300;

/** A test whose failures are thrown, so that a smaller request that fails alike can be looked for. */
const throwing = (test: Test): Test =>
  new Proxy(test, {
    get(target, name) {
      if (name === 'fail')
        return (message: string, more: unknown) => {
          throw new Error(`${message} ${JSON.stringify(more)}`);
        };
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });

const site = await testSite(throwing(t), {
  RATE_LIMIT: 'off',
  COMMENT_FLOOD_SECONDS: '0',
  LOG_LEVEL: 'error',
});
const { paths, components }: Document = JSON.parse(openApiText());
const known: Known = [];
const { wanted, unwanted } = createArbitraries(components.schemas, known);

/** The keys that ask are kept out of reach: without them every answer would be 401. */
const ours = new Set<string>(Object.values(site.keyIds));

const remember = (value: unknown): void => {
  if (Array.isArray(value)) for (const item of value) remember(item);
  else if (typeof value === 'object' && value !== null)
    for (const [name, item] of Object.entries(value)) {
      const isName = /^(id|slug|nextCursor|token)$/.test(name) && typeof item === 'string';
      if (isName && !ours.has(item) && !known.includes(item)) known.push(item);
      else remember(item);
    }
  known.splice(0, known.length - KNOWN_MAX);
};

const seed = async (): Promise<void> => {
  const as = 'admin';
  const email = `ada@${SECRET}.example`;
  remember((await site.ask('POST', '/v1/manage/authors', { as, body: { name: 'Ada', email } })).body);
  remember((await site.ask('POST', '/v1/manage/sections', { as, body: { name: 'City' } })).body);
  for (const title of ['Bridge', 'Quay', 'Tower']) {
    const body = {
      title,
      body: { format: 'markdown', source: `Words of ${title}.` },
      authors: ['ada'],
      tags: ['Harbour'],
      notes: SECRET,
      metadata: { private: { note: SECRET } },
      source: { system: SECRET, id: title },
      ...(title === 'Tower' ? {} : { status: 'published' }),
    };
    remember((await site.ask('POST', '/v1/manage/articles', { as, body })).body);
  }
  for (const text of ['First', 'Second']) {
    const body = { authorName: 'Maria', authorEmail: `maria@${SECRET}.example`, body: text };
    await site.ask('POST', '/v1/articles/bridge/comments', { body });
  }
  remember((await site.ask('GET', '/v1/manage/comments', { as })).body);
};

const written = (value: unknown): string =>
  Array.isArray(value)
    ? value.map(String).join()
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value);

/** A parameter as text: mostly such as it should be. */
const textFor = ({ schema }: Parameter): fc.Arbitrary<string> =>
  fc.oneof({ weight: 5, arbitrary: wanted(schema).map(written) }, { weight: 1, arbitrary: nastyText });

interface Request {
  url: string;
  as: string | undefined;
  headers: Record<string, string>;
  body: unknown;
}

const requestFor = (path: string, { parameters = [], requestBody }: Operation): fc.Arbitrary<Request> => {
  const of = (place: Parameter['in']) => parameters.filter((parameter) => parameter.in === place);
  const values = (some: Parameter[]) =>
    few(
      Object.fromEntries(some.map((parameter) => [parameter.name, textFor(parameter)])),
      some.filter(({ required }) => required === true).map(({ name }) => name),
    );
  const places = fc.record(
    Object.fromEntries(of('path').map((parameter) => [parameter.name, textFor(parameter)])),
  );
  const [content] = Object.values(requestBody?.content ?? {});
  const body =
    content === undefined
      ? fc.constant(undefined)
      : fc.oneof(
          { weight: 3, arbitrary: wanted(content.schema) },
          { weight: 2, arbitrary: unwanted(content.schema) },
        );
  const isManagement = path.startsWith('/v1/manage');
  const as = isManagement
    ? fc.oneof(
        { weight: 6, arbitrary: fc.constant('admin') },
        fc.constantFrom<string | undefined>(...ROLES, 'mh_none', undefined),
      )
    : fc.constant(undefined);
  const ifMatch = fc.oneof(
    { weight: 4, arbitrary: fc.constant('*') },
    fc.constantFrom('"1"', '"2"', 'W/"1"', '1', '""'),
  );
  const hasIfMatch = parameters.some(({ name }) => name === 'If-Match');
  return fc
    .record({ places, query: values(of('query')), as, ifMatch, isConditional: fc.nat(9), body })
    .map(({ places, query, as, ifMatch, isConditional, body }) => {
      const filled = path.replace(
        /\{(\w+)\}/g,
        (_, name) => encodeURIComponent((places[name] ?? '').toWellFormed()) || '-',
      );
      const asked = Object.entries(query)
        .map(([name, value]) => `${name}=${encodeURIComponent(String(value).toWellFormed())}`)
        .join('&');
      return {
        url: asked === '' ? filled : `${filled}?${asked}`,
        as,
        headers: hasIfMatch && isConditional > 0 ? { 'if-match': ifMatch } : ({} as Record<string, string>),
        body,
      };
    });
};

await seed();
t.comment(`FUZZ_SEED=${SEED} FUZZ_RUNS=${RUNS}`);
let asked = 0;
const statuses = new Map<number, number>();

for (const [path, operations] of Object.entries(paths)) {
  for (const [method, operation] of Object.entries(operations)) {
    const check = async ({ url, as, headers, body }: Request) => {
      site.clock.now += 1_000;
      const answer: Answer = await site.ask(method.toUpperCase(), url, { as, headers, body });
      asked++;
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      if (answer.status >= 500) throw new Error(`${answer.status} ${answer.text}\n${site.log.at(-1)}`);
      if (!path.startsWith('/v1/manage') && answer.text.includes(SECRET))
        throw new Error(`private: ${answer.text}`);
      remember(answer.body);
    };
    await t.test(`${method} ${path}`, async (t) => {
      const property = fc.asyncProperty(requestFor(path, operation), check);
      const details = await fc.check(property, { seed: SEED, numRuns: RUNS });
      t.equal(fc.defaultReportMessage(details), undefined);
    });
  }
}

t.comment(
  `${asked} requests: ${[...statuses]
    .sort(([a], [b]) => a - b)
    .map(([status, count]) => `${count} × ${status}`)
    .join(', ')}`,
);
