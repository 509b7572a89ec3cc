// A whole Masthead for one test file: its own database, a clock to set, a key a role, and requests that go the way of
// real ones, through the server's own listener.
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import inject, { type Response } from 'light-my-request';
import type { Test } from 'tap';
import { issueKey } from '../src/access/service.ts';
import { type AppDeps, createApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { type Context, createContext } from '../src/context.ts';
import type { Database } from '../src/db/database.ts';
import { ROLES, type Role } from '../src/db/schema/columns.ts';
import { createCache } from '../src/http/cache.ts';
import { createServer } from '../src/http/server.ts';
import { contractOf } from './contract.ts';
import { testDatabase } from './database.ts';

export const START = Date.UTC(2026, 2, 1, 6, 30);

export interface Answer {
  status: number;
  headers: Record<string, string>;
  text: string;
  // What a test knows to be there it may read; the contract has checked the shape.
  // biome-ignore lint/suspicious/noExplicitAny: JSON of any shape
  body: any;
}

export interface Asked {
  /** A role, whose key is sent; or a key of the test's own. Nobody by default. */
  as?: Role | (string & {}) | undefined;
  headers?: Record<string, string>;
  body?: unknown;
  /** The body as it stands, where it is not JSON. */
  raw?: string | Buffer;
  address?: string;
}

export interface TestSite {
  ask(method: string, url: string, asked?: Asked): Promise<Answer>;
  clock: { now: number };
  keys: Record<Role, string>;
  /** The ids of those keys. */
  keyIds: Record<Role, string>;
  database: Database;
  /** The context of the operator. */
  ctx: Context;
  /** Actions of the events since the last time they were asked for. */
  newEvents(): Promise<string[]>;
  /** Everything that was logged, a line an entry. */
  log: string[];
  /** A fresh process on the same database. */
  restart(): Promise<void>;
}

/** What every answer owes, and every problem. */
const wrongsOf = (method: string, { status, headers, body }: Answer): string[] => {
  const wrongs: Record<string, boolean> = {
    'lacks nosniff': headers['x-content-type-options'] !== 'nosniff',
    // An answer from the cache names the request only where the client did.
    'lacks X-Request-Id':
      headers['x-request-id'] === undefined && (status >= 400 || !/^(GET|HEAD)$/.test(method)),
    'allows credentials': headers['access-control-allow-credentials'] !== undefined,
    'is a failure that is no problem':
      status >= 400 && !/^application\/problem\+json/.test(headers['content-type'] ?? ''),
    'is a failure that may be stored': status >= 400 && !/no-store/.test(headers['cache-control'] ?? ''),
    'names another request':
      status >= 400 && method !== 'HEAD' && body?.requestId !== headers['x-request-id'],
  };
  return Object.keys(wrongs).filter((wrong) => wrongs[wrong]);
};

/** The text of an answer, whatever coding it came in. */
const textOf = ({ headers, payload, rawPayload }: Response): string => {
  if (rawPayload.length === 0) return payload;
  switch (headers['content-encoding']) {
    case 'br':
      return brotliDecompressSync(rawPayload).toString();
    case 'gzip':
      return gunzipSync(rawPayload).toString();
    default:
      return payload;
  }
};

const SECRET = 'a secret that is long enough for tests';

/** `env` overrides configuration; `more` is what the process would give to the application. */
export const testSite = async (
  t: Test,
  env: NodeJS.ProcessEnv = {},
  more: Pick<AppDeps, 'isOverloaded'> = {},
): Promise<TestSite> => {
  const config = readConfig({ PUBLIC_URL: 'https://cms.example', LOG_LEVEL: 'debug', ...env });
  const clock = { now: START };
  const tell = () => clock.now;
  const database = await testDatabase(t);
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const ctx = createContext({ database, clock: tell, actor: { kind: 'system' }, log: quiet });
  const log: string[] = [];
  const start = () => {
    const cache = createCache(config);
    const server = createServer({ config, cache, logStream: { write: (line) => void log.push(line) } });
    return createApp({ ...more, server, cache, config, database, clock: tell, secret: SECRET });
  };
  let app = await start();
  await app.ready();
  t.teardown(() => app.close());

  const issued = [];
  for (const role of ROLES) issued.push([role, await issueKey(ctx, { name: `The ${role}`, role })] as const);
  const keys = Object.fromEntries(issued.map(([role, key]) => [role, key.secret])) as Record<Role, string>;
  const keyIds = Object.fromEntries(issued.map(([role, key]) => [role, key.id])) as Record<Role, string>;

  const contract = contractOf();

  const ask = async (method: string, url: string, asked: Asked = {}): Promise<Answer> => {
    const { as, headers = {}, body, raw, address = '203.0.113.7' } = asked;
    const key = as === undefined ? undefined : (keys[as as Role] ?? as);
    const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const answer = await inject((request, response) => app.server.emit('request', request, response), {
      method: method as 'GET',
      url,
      remoteAddress: address,
      headers: {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(payload === undefined ? {} : { payload }),
    });
    const type = answer.headers['content-type']?.toString();
    const text = textOf(answer);
    const isJson = type?.includes('json') === true && text !== '';
    const json = isJson ? JSON.parse(text) : undefined;
    const path = new URL(url, 'http://localhost').pathname;
    const got = {
      status: answer.statusCode,
      headers: Object.fromEntries(
        Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
      ),
      text,
      body: json,
    };
    const isThatDocument = ['/openapi.json', '/docs/json'].includes(path);
    const fault = isThatDocument ? undefined : contract.faultOf(method, path, got.status, type, json);
    for (const wrong of [fault, ...wrongsOf(method, got)].filter((text) => text !== undefined)) {
      t.fail(`${method} ${url}: ${wrong}`, { answer: text });
    }
    return got;
  };

  let seen = 0;
  const newEvents = async (): Promise<string[]> => {
    const { events } = database.read.tables;
    const rows = await database.read.select().from(events);
    const fresh = rows.filter(({ position }) => position > seen).sort((a, b) => a.position - b.position);
    seen = Math.max(seen, ...rows.map(({ position }) => position));
    return fresh.map(({ action }) => action);
  };
  await newEvents();

  const restart = async () => {
    await app.close();
    app = await start();
    await app.ready();
  };
  return { ask, clock, keys, keyIds, database, ctx, newEvents, log, restart };
};
