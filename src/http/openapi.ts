// The OpenAPI 3.1 document, made from the endpoints and their zod schemas. zod writes the JSON Schema; what is ours is
// how parts become operations.
import type { z } from 'zod';
import { catalogue, type ProblemCode } from '../core/problem.ts';
import { type AnswerHeader, type Endpoint, isManagement } from './endpoint.ts';
import { createComponents, type Json } from './json-schema.ts';
import { limitOf } from './limits.ts';
import { problemSchema } from './problem-schema.ts';

const HEADERS = {
  ETag: 'Management: the version, for If-Match. Delivery: a hash of the bytes, for If-None-Match.',
  Location: 'Where the item lies.',
  Link: '`rel="next"`: the next page, where there is one (RFC 8288).',
  'Retry-After': 'Seconds to wait.',
  'Cache-Control': 'How long shared caches may keep the answer.',
  RateLimit: 'What is left of each quota (`r`), and in how many seconds there is more (`t`).',
  'RateLimit-Policy': 'Each quota (`q`) and its seconds (`w`); draft-ietf-httpapi-ratelimit-headers.',
  Vary: 'What the bytes depend on beside the address: how they are compressed.',
  'Cache-Tag': 'What the answer shows, joined by commas: a cache in front drops it when that changes.',
  'Surrogate-Key': 'The same, joined by blanks, for caches that know it by this name.',
  'WWW-Authenticate': '`Bearer`: how a key is sent.',
} satisfies Record<AnswerHeader, string> & Record<string, string>;

type Header = keyof typeof HEADERS;

/** Problems that follow from what an endpoint is, beside those it names. */
const impliedProblems = (endpoint: Endpoint): ProblemCode[] => [
  ...(endpoint.url.startsWith('/v1/') ? (['validation_failed'] as const) : []),
  'uri_too_long',
  ...(endpoint.method !== 'GET'
    ? (['body_malformed', 'body_too_large', 'media_type_unsupported', 'conflict'] as const)
    : []),
  ...(endpoint.access !== 'anyone' ? (['unauthorized', 'forbidden'] as const) : []),
  ...(endpoint.access === 'anyone' && endpoint.method === 'POST' ? (['unauthorized'] as const) : []),
  ...(endpoint.ifMatch !== undefined ? (['version_conflict'] as const) : []),
  ...(endpoint.ifMatch === 'required' ? (['if_match_required'] as const) : []),
  ...(endpoint.method === 'POST' ? (['idempotency_key_reused'] as const) : []),
  // A reader's POST may carry a key, and keys that fail are limited.
  ...(limitOf(endpoint) !== undefined || endpoint.method === 'POST' ? (['rate_limited'] as const) : []),
  ...(endpoint.method !== 'GET' && isManagement(endpoint.url) ? (['storage_full'] as const) : []),
  'internal',
  'unavailable',
];

export const problemsOf = (endpoint: Endpoint): ProblemCode[] => [
  ...new Set([...(endpoint.problems ?? []), ...impliedProblems(endpoint)]),
];

/** What anybody may read and caches may keep. */
const isCacheable = ({ method, url, answers }: Endpoint): boolean =>
  method === 'GET' && !isManagement(url) && answers[200]?.headers?.includes('ETag') === true;

type Convert = ReturnType<typeof createComponents>['convert'];

const parametersOf = (endpoint: Endpoint, convert: Convert): Json[] => {
  const fields = (schema: z.ZodType | undefined, place: 'path' | 'query'): Json[] => {
    if (schema === undefined) return [];
    // Paths and queries are objects of parameters.
    const { properties = {}, required = [] } = convert(schema, 'input') as {
      properties?: Record<string, Json>;
      required?: string[];
    };
    return Object.entries(properties).map(([name, { commaList, description, ...shape }]) => ({
      name,
      in: place,
      required: place === 'path' || required.includes(name),
      ...(description === undefined ? {} : { description }),
      ...(commaList === true ? { style: 'form', explode: false } : {}),
      schema: commaList === true ? arrayOf(shape) : shape,
    }));
  };
  const { ifMatch, method } = endpoint;
  const header = (name: string, required: boolean, description: string, shape: Json = {}): Json => ({
    name,
    in: 'header',
    required,
    description,
    schema: { type: 'string', ...shape },
  });
  return [
    ...fields(endpoint.params, 'path'),
    ...fields(endpoint.query, 'query'),
    ...(ifMatch === undefined
      ? []
      : [header('If-Match', ifMatch === 'required', 'The ETag that was read, such as `"7"`; `*` forces.')]),
    ...(method === 'POST'
      ? [
          header(
            'Idempotency-Key',
            false,
            'Makes the request safe to repeat: the same key gives the stored answer for 24 hours.',
            { minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
          ),
        ]
      : []),
    ...(isCacheable(endpoint)
      ? [header('If-None-Match', false, 'The ETag that was read: 304 where nothing changed.')]
      : []),
  ];
};

const referTo = (headers: readonly Header[]): Json =>
  Object.fromEntries(headers.map((name) => [name, { $ref: `#/components/headers/${name}` }]));

const arrayOf = ({ maxItems, items }: Json): Json => ({ type: 'array', items, maxItems });

const LIMIT_HEADERS: readonly Header[] = ['RateLimit', 'RateLimit-Policy'];
const CACHE_HEADERS: readonly Header[] = ['Cache-Control', 'Vary', 'Cache-Tag', 'Surrogate-Key'];

const answersOf = (endpoint: Endpoint, convert: Convert): Json => {
  const answers: Json = {};
  const limitHeaders = limitOf(endpoint) === undefined ? [] : LIMIT_HEADERS;
  const cacheHeaders = isCacheable(endpoint) ? CACHE_HEADERS : [];
  for (const [status, answer] of Object.entries(endpoint.answers)) {
    const { description, schema, mediaType = 'application/json', headers = [] } = answer;
    answers[status] = {
      description,
      headers: {
        'X-Request-Id': { $ref: '#/components/headers/X-Request-Id' },
        ...referTo([...headers, ...limitHeaders, ...(status === '200' ? cacheHeaders : [])]),
        ...(endpoint.method === 'POST' && status.startsWith('2')
          ? { 'Idempotency-Replayed': { $ref: '#/components/headers/Idempotency-Replayed' } }
          : {}),
      },
      ...(schema === undefined
        ? {}
        : {
            content: {
              [mediaType]: { schema: convert(schema, 'output') },
            },
          }),
    };
  }
  if (isCacheable(endpoint)) {
    answers['304'] = {
      description: 'Nothing changed since that ETag.',
      headers: referTo(['ETag', ...CACHE_HEADERS]),
    };
  }
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of problemsOf(endpoint)) {
    const { status } = catalogue[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  for (const [status, codes] of byStatus) {
    answers[status] = {
      description: codes.map((code) => `\`${code}\`: ${catalogue[code].title}.`).join(' '),
      headers: {
        'X-Request-Id': { $ref: '#/components/headers/X-Request-Id' },
        ...(status === 429 || status === 503
          ? { 'Retry-After': { $ref: '#/components/headers/Retry-After' } }
          : {}),
        ...(codes.includes('rate_limited') ? referTo(LIMIT_HEADERS) : {}),
        ...(status === 401 ? referTo(['WWW-Authenticate']) : {}),
        ...(status === 412 ? referTo(['ETag']) : {}),
      },
      content: { 'application/problem+json': { schema: convert(problemSchema, 'output') } },
    };
  }
  return answers;
};

const requestBodyOf = ({ body, method, example }: Endpoint, convert: Convert): Json => {
  if (body === undefined) return {};
  const content = { schema: convert(body, 'input'), example };
  const types = ['application/json', ...(method === 'PATCH' ? ['application/merge-patch+json'] : [])];
  // What may be empty may be left out.
  const required = method === 'PATCH' || !body.safeParse({}).success;
  return { requestBody: { required, content: Object.fromEntries(types.map((type) => [type, content])) } };
};

const KEY = { apiKey: [] };

/** A reader's POST needs no key, but may carry that of a site, which then speaks for its reader. */
const securityOf = ({ access, method }: Endpoint): Json[] => {
  if (access !== 'anyone') return [KEY];
  return method === 'POST' ? [{}, KEY] : [];
};

const operationOf = (endpoint: Endpoint, convert: Convert): Json => ({
  operationId: endpoint.id,
  tags: [endpoint.tag],
  summary: endpoint.summary,
  description: [
    endpoint.description ?? `${endpoint.summary}.`,
    endpoint.access === 'anyone' ? 'No key needed.' : `Roles: ${endpoint.access.join(', ')}.`,
  ].join(' '),
  security: securityOf(endpoint),
  parameters: parametersOf(endpoint, convert),
  ...requestBodyOf(endpoint, convert),
  responses: answersOf(endpoint, convert),
});

export interface ApiInfo {
  version: string;
  publicUrl: string;
  tags: readonly { name: string; description: string }[];
}

const DESCRIPTION = `A headless CMS for news publishers: articles, authors and readers' comments.

**Delivery** (\`/v1/…\`) is for everybody and shows only what is public. **Management** (\`/v1/manage/…\`) needs an API key.

Lists are paged with opaque cursors: ask with \`cursor=nextCursor\` until it is null. PATCH is JSON Merge Patch (RFC 7396). Changes of articles and authors carry \`If-Match\`. Every failure is a problem (RFC 9457) whose \`code\` is stable.`;

/** The document for all `endpoints`, in their order. */
export const openApiDocument = (
  endpoints: readonly Endpoint[],
  { version, publicUrl, tags }: ApiInfo,
): Json => {
  const { schemas, convert } = createComponents();
  const paths: Record<string, Json> = {};
  for (const endpoint of endpoints) {
    const path = endpoint.url.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operationOf(endpoint, convert) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Masthead',
      version,
      description: DESCRIPTION,
      license: { name: 'MIT', identifier: 'MIT' },
      contact: { name: 'Masthead', url: publicUrl },
    },
    servers: [{ url: publicUrl }],
    tags,
    paths,
    components: {
      securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: 'An API key: `mh_…`.' } },
      headers: {
        ...Object.fromEntries(
          Object.entries(HEADERS).map(([name, description]) => [
            name,
            { description, schema: { type: 'string' } },
          ]),
        ),
        'X-Request-Id': { description: 'Also in every problem and in the log.', schema: { type: 'string' } },
        'Idempotency-Replayed': {
          description: '`true`: this is the stored answer.',
          schema: { type: 'string' },
        },
      },
      schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
    },
  };
};
