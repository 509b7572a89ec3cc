// The OpenAPI document: what is committed is what the code says, every operation is whole, and clients can be made
// from it.
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import openapiTS, { astToString } from 'openapi-typescript';
import { test } from 'tap';
import { z } from 'zod';
import { endpointsOf, openApiText } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { catalogue } from '../src/core/problem.ts';
import { createComponents } from '../src/http/json-schema.ts';
import { problemsOf } from '../src/http/openapi.ts';

const text = openApiText();
// biome-ignore lint/suspicious/noExplicitAny: a document of any shape, whose shape is what is tested
const document: any = JSON.parse(text);
const endpoints = endpointsOf({ config: readConfig({}), secret: '', ready: async () => undefined });
const operationOf = (url: string, method: string) =>
  document.paths[url.replace(/:(\w+)/g, '{$1}')][method.toLowerCase()];

test('the committed document is what the code says: npm run openapi', async (t) => {
  const committed = await readFile(new URL('../openapi/openapi.json', import.meta.url), 'utf8');
  t.ok(committed === text, 'run `npm run openapi` and commit what it writes');
});

test('every operation has an id of its own, a summary, a known tag, its answers and its problems', async (t) => {
  t.equal(document.openapi, '3.1.0');
  const tags = document.tags.map(({ name }: { name: string }) => name);
  const ids = endpoints.map(({ id }) => id);
  t.same([...new Set(ids)], ids);
  for (const endpoint of endpoints) {
    const { id, url, method, answers, body, example } = endpoint;
    const operation = operationOf(url, method);
    t.equal(operation.operationId, id);
    t.ok(operation.summary && operation.description && tags.includes(operation.tags[0]), `${id}: words`);
    t.equal(operation.requestBody === undefined, body === undefined, `${id}: body`);
    t.equal(body === undefined, example === undefined, `${id}: an example where there is a body`);
    for (const status of Object.keys(answers)) t.ok(operation.responses[status], `${id}: ${status}`);
    for (const code of problemsOf(endpoint)) {
      const { description } = operation.responses[catalogue[code].status];
      t.ok(description.includes(`\`${code}\``), `${id}: ${code}`);
    }
  }
});

test('what caches read, what a refused key is told and what a header takes is documented', async (t) => {
  const { parameters, responses } = operationOf('/v1/articles', 'GET');
  const cached = ['Cache-Control', 'Cache-Tag', 'ETag', 'Surrogate-Key', 'Vary'];
  for (const name of cached) t.ok(name in responses[200].headers, name);
  t.same(Object.keys(responses[304].headers).sort(), cached);
  t.equal(parameters.find(({ name }: { name: string }) => name === 'limit').schema.default, 20);
  const posted = operationOf('/v1/articles/:article/comments', 'POST');
  t.ok('WWW-Authenticate' in posted.responses[401].headers);
  t.notOk('Cache-Tag' in posted.responses[201].headers);
  t.match(posted.parameters.find(({ name }: { name: string }) => name === 'Idempotency-Key').schema, {
    minLength: 1,
    maxLength: 255,
    pattern: '^[!-~]+$',
  });
  t.same(document.components.schemas.CommentChallenge.required, ['parameters', 'signature']);
});

test('every reference leads somewhere, and nothing is said twice', async (t) => {
  const names = Object.keys(document.components.schemas);
  t.same(
    names.filter((name) => name.endsWith('Input')),
    [],
  );
  for (const [, kind = '', name = ''] of text.matchAll(/"#\/components\/(\w+)\/([^"]+)"/g)) {
    if (document.components[kind]?.[name] === undefined) t.fail(`#/components/${kind}/${name}`);
  }
  const { convert } = createComponents();
  convert(z.object({ a: z.string() }).meta({ id: 'Twice' }), 'output');
  t.throws(
    () => convert(z.object({ b: z.number() }).meta({ id: 'Twice' }), 'output'),
    /two shapes under the id Twice/,
  );
});

test('every example of a request is one that the request takes', async (t) => {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addFormat('idn-email', true);
  ajv.addSchema({ $id: 'api', components: document.components });
  for (const { id, url, method, body, example } of endpoints) {
    if (body === undefined) continue;
    t.ok(body.safeParse(example).success, `${id}: for us`);
    const { schema } = operationOf(url, method).requestBody.content['application/json'];
    const local = JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"api#/components/'));
    t.ok(ajv.validate(local, example), `${id}: ${ajv.errorsText()}`);
  }
});

test('every example of a schema is one of its own', async (t) => {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addFormat('idn-email', true);
  ajv.addSchema({ $id: 'api', components: document.components });
  const visit = (place: string, schema: unknown): void => {
    if (typeof schema !== 'object' || schema === null) return;
    if ('examples' in schema && Array.isArray(schema.examples)) {
      const { examples } = schema;
      const local = JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"api#/components/'));
      for (const example of examples) t.ok(ajv.validate(local, example), `${place}: ${ajv.errorsText()}`);
    }
    for (const [key, value] of Object.entries(schema))
      if (key !== 'examples') visit(`${place}/${key}`, value);
  };
  visit('', document.components.schemas);
  for (const [path, operations] of Object.entries(document.paths)) visit(path, operations);
});

test('a TypeScript client made from it compiles under --strict', async (t) => {
  const made = astToString(await openapiTS(text));
  const folder = t.testdir();
  await writeFile(`${folder}/api.ts`, made);
  await writeFile(
    `${folder}/page.ts`,
    `import type { components, operations } from './api.js';
type Article = components['schemas']['Article'];
type List = operations['listArticles']['responses'][200]['content']['application/json'];
export const headline = (article: Article): string => article.title + (article.section?.name ?? '');
export const titles = (list: List): string[] => list.items.map((item) => item.title);
`,
  );
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const compiled = await promisify(execFile)(process.execPath, [
    tsc,
    ...['--strict', '--noEmit', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2022'],
    `${folder}/page.ts`,
  ]).catch((error: { stdout: string }) => error);
  t.equal(compiled.stdout, '');
});
