// Environment → frozen, typed Config. One row an option: what it means, its default, whether it is a secret.
// README's table is tested against `options`; a secret may also be given as a file, in <NAME>_FILE.
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { isNetwork } from './core/networks.ts';

const commaList = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

const httpUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .transform((url) => url.replace(/\/+$/, ''));

/** As browsers send it in `Origin`; anything else, such as a slash at the end, would never match. */
const isOrigin = (text: string): boolean =>
  text === '*' || (!text.includes('*') && URL.canParse(text) && new URL(text).origin === text);
const origins = commaList.refine(
  (list) => list.every(isOrigin),
  'must be origins such as https://news.example, or *',
);

const wholeNumber = (most: number) =>
  z
    .string()
    .refine(
      (text) => /^\d{1,9}$/.test(text) && Number(text) <= most,
      `must be a whole number from 0 to ${most}`,
    )
    .transform(Number);

/** The most that nine digits say. */
const MAX_CACHE_BYTES = 999_999_999;

const isUrlTemplate = (text: string): boolean =>
  text.includes('{slug}') && /^https?:\/\//.test(text) && URL.canParse(text.replaceAll('{slug}', 'slug'));

interface Option<T extends z.ZodType> {
  meaning: string;
  value: T;
  /** As it would stand in the environment; `undefined`: nothing, and the value is then `undefined`. */
  default?: string;
  secret?: true;
}

const option = <T extends z.ZodType>(row: Option<T>): Option<T> => row;

export const options = {
  HOST: option({ meaning: 'Address to listen on.', value: z.string().min(1), default: '127.0.0.1' }),
  PORT: option({
    meaning: 'Port to listen on; 0 takes a free one.',
    value: wholeNumber(65_535),
    default: '3000',
  }),
  PUBLIC_URL: option({
    meaning:
      'Where the API is reached from outside; every link is built from it. Default: `http://HOST:PORT`.',
    value: httpUrl.optional(),
  }),
  ARTICLE_URL_TEMPLATE: option({
    meaning:
      "An article's page on the website, with `{slug}`; it becomes the article's `url`. Default: its Delivery address.",
    value: z.string().refine(isUrlTemplate, 'must be an http or https URL with {slug} in it').optional(),
  }),
  DATABASE_URL: option({
    meaning: '`file:` and a path for SQLite, or `postgres://user:password@host/database`.',
    value: z.string().regex(/^(file:|postgres(ql)?:\/\/)./, 'must start with file: or postgres://'),
    default: 'file:./data/masthead.db',
    secret: true,
  }),
  WORKERS: option({
    meaning: 'Processes that serve on the one port.',
    value: wholeNumber(64).refine((count) => count > 0, 'must be at least 1'),
    default: '1',
  }),
  METRICS_PORT: option({
    meaning:
      'Port for figures at `/metrics`, for Prometheus, on `HOST`; 0 takes a free one. Default: none are kept.',
    value: wholeNumber(65_535).optional(),
  }),
  CACHE_MAX_BYTES: option({
    meaning:
      'Memory for finished answers to the public and the summaries in them, in each process; 0 keeps none.',
    value: wholeNumber(MAX_CACHE_BYTES),
    default: '67108864',
  }),
  DEBUG_CACHE: option({
    meaning: '`on` says in `X-Cache` whether a public answer came from memory.',
    value: z.enum(['on', 'off']),
    default: 'off',
  }),
  LOG_LEVEL: option({
    meaning: '`fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`.',
    value: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    default: 'info',
  }),
  TRUST_PROXY: option({
    meaning: 'Comma list of addresses or CIDRs of proxies whose `X-Forwarded-For` is believed.',
    value: commaList.refine((list) => list.every(isNetwork), 'must be addresses or CIDRs'),
    default: '',
  }),
  CORS_ORIGINS: option({
    meaning: 'Comma list of origins whose pages may post comments; `*` for all.',
    value: origins,
    default: '*',
  }),
  CORS_MANAGE_ORIGINS: option({
    meaning: 'Comma list of origins whose pages may call the Management API.',
    value: origins,
    default: '',
  }),
  EMBED_HOSTS: option({
    meaning: 'Comma list of hosts that an article may embed in an iframe.',
    value: commaList,
    default: 'www.youtube-nocookie.com,player.vimeo.com,datawrapper.dwcdn.net',
  }),
  RATE_LIMIT: option({
    meaning: '`on`, or `off` where something in front of Masthead counts requests.',
    value: z.enum(['on', 'off']).transform((text) => text === 'on'),
    default: 'on',
  }),
  COMMENT_FLOOD_SECONDS: option({
    meaning:
      'Seconds that one sender waits between two comments, until the comment settings say otherwise; 0 turns the check off.',
    value: wholeNumber(86_400),
    default: '15',
  }),
  COMMENT_TRACE_DAYS: option({
    meaning: 'Days after which the network and the browser that sent a comment are forgotten.',
    value: wholeNumber(3_650),
    default: '30',
  }),
  AKISMET_URL: option({
    meaning:
      'Address of an Akismet-compatible `comment-check` that is asked about readers’ comments, with `AKISMET_KEY`. Default: nobody is asked.',
    value: httpUrl.optional(),
  }),
  AKISMET_KEY: option({
    meaning: 'The key for `AKISMET_URL`.',
    value: z.string().optional(),
    secret: true,
  }),
  MASTHEAD_ADMIN_KEY: option({
    meaning: 'An admin key to accept instead of making one at the first start.',
    value: z.string().optional(),
    secret: true,
  }),
  MASTHEAD_SECRET: option({
    meaning:
      'Signs cursors; at least 32 characters. Default: made at the first start and kept in the database.',
    value: z.string().min(32, 'must have at least 32 characters').optional(),
    secret: true,
  }),
} as const;

type OptionName = keyof typeof options;
type Values = { [K in OptionName]: z.output<(typeof options)[K]['value']> };

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly publicUrl: string;
  readonly articleUrlTemplate: string;
  readonly databaseUrl: string;
  readonly workers: number;
  readonly metricsPort: number | undefined;
  readonly cacheMaxBytes: number;
  readonly debugCache: boolean;
  readonly logLevel: Values['LOG_LEVEL'];
  readonly trustProxy: readonly string[];
  readonly corsOrigins: readonly string[];
  readonly corsManageOrigins: readonly string[];
  readonly embedHosts: ReadonlySet<string>;
  readonly rateLimit: boolean;
  readonly commentFloodSeconds: number;
  readonly commentTraceDays: number;
  /** Both are given, or nobody is asked. */
  readonly akismet: { readonly url: string; readonly key: string } | undefined;
  readonly adminKey: string | undefined;
  readonly secret: string | undefined;
}

/** What is wrong with the environment, one line an option; never a secret's value. */
export class ConfigError extends Error {}

/** What the environment says of an option, itself or in a file; an empty value says nothing. */
const given = (env: NodeJS.ProcessEnv, name: string, isSecret: boolean): string | undefined => {
  const file = isSecret ? env[`${name}_FILE`] : undefined;
  return (file ? readFileSync(file, 'utf8').trim() : env[name]) || undefined;
};

/** `http://host:port`, also of an IPv6 address. */
export const originOf = (host: string, port: number): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`;

/** Reads `env`; throws a ConfigError naming every option that is wrong. */
export const readConfig = (env: NodeJS.ProcessEnv): Config => {
  const faults: string[] = [];
  const read = (name: OptionName): unknown => {
    const row: Option<z.ZodType> = options[name];
    try {
      const parsed = row.value.safeParse(given(env, name, row.secret === true) ?? row.default);
      if (parsed.success) return parsed.data;
      faults.push(`${name}: ${parsed.error.issues.map((issue) => issue.message).join('; ')}`);
    } catch (error) {
      faults.push(`${name}_FILE: cannot be read (${error})`);
    }
    return undefined;
  };
  // The keys of a constant object are the keys of its type.
  const names = Object.keys(options) as OptionName[];
  // The rows are read by name above, so each value has the type its own row says.
  const values = Object.fromEntries(names.map((name) => [name, read(name)])) as Values;
  const { AKISMET_URL: akismetUrl, AKISMET_KEY: akismetKey } = values;
  if ((akismetUrl === undefined) !== (akismetKey === undefined)) {
    faults.push('AKISMET_URL: goes together with AKISMET_KEY');
  }
  if (faults.length > 0) throw new ConfigError(faults.join('\n'));

  const publicUrl = values.PUBLIC_URL ?? originOf(values.HOST, values.PORT);
  return Object.freeze({
    host: values.HOST,
    port: values.PORT,
    publicUrl,
    articleUrlTemplate: values.ARTICLE_URL_TEMPLATE ?? `${publicUrl}/v1/articles/{slug}`,
    databaseUrl: values.DATABASE_URL,
    workers: values.WORKERS,
    metricsPort: values.METRICS_PORT,
    cacheMaxBytes: values.CACHE_MAX_BYTES,
    debugCache: values.DEBUG_CACHE === 'on',
    logLevel: values.LOG_LEVEL,
    trustProxy: values.TRUST_PROXY,
    corsOrigins: values.CORS_ORIGINS,
    corsManageOrigins: values.CORS_MANAGE_ORIGINS,
    embedHosts: new Set(values.EMBED_HOSTS),
    rateLimit: values.RATE_LIMIT,
    commentFloodSeconds: values.COMMENT_FLOOD_SECONDS,
    commentTraceDays: values.COMMENT_TRACE_DAYS,
    akismet: akismetUrl && akismetKey ? { url: akismetUrl, key: akismetKey } : undefined,
    adminKey: values.MASTHEAD_ADMIN_KEY,
    secret: values.MASTHEAD_SECRET,
  });
};
