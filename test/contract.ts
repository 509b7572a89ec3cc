// Every answer of every test, held against the committed OpenAPI document (which openapi.test.ts holds against the
// code): an undocumented status, media type or body fails. Clients must ignore fields they do not know; these tests
// must not, so objects are closed here.
import { readFileSync } from 'node:fs';
import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { lazily } from '../src/core/lazy.ts';

type Json = { [key: string]: unknown };

interface Operation {
  responses: Record<string, { content?: Record<string, { schema: Json }> }>;
}

export interface Contract {
  /** What is wrong with an answer; undefined when it is as documented. */
  faultOf(
    method: string,
    path: string,
    status: number,
    contentType: string | undefined,
    body: unknown,
  ): string | undefined;
}

const PROBLEM = { $ref: '#/components/schemas/Problem' };

const closed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, closed(item)]));
  const isObject = copy.type === 'object' && typeof copy.properties === 'object';
  return isObject && copy.additionalProperties === undefined
    ? { ...copy, additionalProperties: false }
    : copy;
};

const createContract = (document: Json): Contract => {
  // That the schemas are schemas is told by openapi.test.ts, once.
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false });
  addFormats.default(ajv);
  // Not among the known ones; what is an e-mail is told by core/fields.ts.
  ajv.addFormat('idn-email', true);
  ajv.addSchema({ $id: 'api', components: closed(document.components) as Json });
  const routes = Object.entries(document.paths as Record<string, Record<string, Operation>>).map(
    ([path, operations]) => ({
      pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
      literal: path.replace(/\{\w+\}/g, '').length,
      operations,
    }),
  );
  // A literal segment wins over a parameter, as in the router.
  routes.sort((a, b) => b.literal - a.literal);

  const local = (schema: Json): Json =>
    JSON.parse(JSON.stringify(closed(schema)).replaceAll('"#/components/', '"api#/components/'));

  const validators = new Map<Json, ValidateFunction>();
  const validatorOf = (schema: Json): ValidateFunction => {
    const validate = validators.get(schema) ?? ajv.compile(local(schema));
    validators.set(schema, validate);
    return validate;
  };

  return {
    faultOf(method, path, status, contentType, body) {
      const route = routes.find(({ pattern }) => pattern.test(path));
      const operation = route?.operations[method === 'HEAD' ? 'get' : method.toLowerCase()];
      const answer = operation?.responses[status];
      if (operation !== undefined && answer === undefined) return `${status} is not documented`;
      if (body === undefined) return undefined;
      const type = contentType?.split(';')[0] ?? '';
      // Addresses and methods that are not in the document answer with problems, which have one schema.
      const schema =
        operation === undefined ? (status >= 400 ? PROBLEM : undefined) : answer?.content?.[type]?.schema;
      if (schema === undefined) return `${status} with ${type} is not documented`;
      const validate = validatorOf(schema);
      return validate(body) ? undefined : ajv.errorsText(validate.errors);
    },
  };
};

/** Read once in a process, by the first who asks: that takes longer than most tests. */
export const contractOf = lazily(() =>
  createContract(JSON.parse(readFileSync(new URL('../openapi/openapi.json', import.meta.url), 'utf8'))),
);
