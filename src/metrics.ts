// Figures for Prometheus, on a port of their own that readers cannot reach. Nothing is computed before somebody asks: what
// is counted on the way is plain numbers, read here. With several processes the one that starts them asks all and adds up.
import cluster from 'node:cluster';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { originOf } from './config.ts';
import type { Log } from './context.ts';
import { type Database, type DatabaseFigures, StartError } from './db/database.ts';
import type { AnswerCache } from './http/cache.ts';

export interface Metrics {
  /** Counts an answer of the router; those from the cache are counted there. */
  count(method: string, route: string, status: number): void;
  registry: Registry;
}

export interface Measured {
  cache: AnswerCache;
  database: Database;
}

/** The figures of this process. */
export const createMetrics = ({ cache, database }: Measured): Metrics => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  /** `GET /v1/articles 200` → how many. */
  const answers = new Map<string, number>();

  new Counter({
    name: 'masthead_http_answers_total',
    help: 'Answers by method, route and status, without those from the cache; route is empty where there is none.',
    labelNames: ['method', 'route', 'status'],
    registers,
    collect() {
      this.reset();
      for (const [answer, count] of answers) {
        const [method = '', route = '', status = ''] = answer.split(' ');
        this.inc({ method, route, status }, count);
      }
    },
  });
  new Counter({
    name: 'masthead_cache_requests_total',
    help: 'Public reads by what the cache did: hit, miss, or joined one that was on its way.',
    labelNames: ['result'],
    registers,
    collect() {
      const { hits, misses, joined } = cache.figures;
      this.reset();
      for (const [result, count] of Object.entries({ hit: hits, miss: misses, joined }))
        this.inc({ result }, count);
    },
  });

  const counter = (name: string, help: string, read: () => number | Promise<number>) =>
    new Counter({
      name,
      help,
      registers,
      async collect() {
        this.reset();
        this.inc(await read());
      },
    });
  // What all processes see of one and the same thing is not added up.
  const gauge = (
    name: string,
    help: string,
    aggregator: 'sum' | 'max',
    read: () => number | Promise<number>,
  ) =>
    new Gauge({
      name,
      help,
      aggregator,
      registers,
      async collect() {
        this.set(await read());
      },
    });

  counter(
    'masthead_cache_refused_total',
    'Answers that were not kept: outdated already, or asked for once.',
    () => cache.figures.refused,
  );
  gauge('masthead_cache_bytes', 'Memory for kept answers.', 'sum', () => cache.bytes);
  gauge('masthead_cache_entries', 'Kept answers.', 'sum', () => cache.entries);

  const inDatabase = figuresOnce(database);
  counter('masthead_commits_total', 'Transactions committed.', async () => (await inDatabase()).commits);
  counter(
    'masthead_writes_total',
    'Writes in those transactions: divided by them, how many share one.',
    async () => (await inDatabase()).writes,
  );
  gauge(
    'masthead_writes_waiting',
    'Writes that wait for their turn.',
    'sum',
    async () => (await inDatabase()).waiting,
  );
  gauge(
    'masthead_events_behind',
    'Events that the cache has not heard of yet.',
    'max',
    async () => (await inDatabase()).eventsBehind,
  );
  if (database.engine === 'sqlite') {
    gauge(
      'masthead_journal_bytes',
      'The journal (WAL) of the database.',
      'max',
      async () => (await inDatabase()).file!.journalBytes,
    );
    gauge(
      'masthead_disk_free_bytes',
      'Room on the disk of the database.',
      'max',
      async () => (await inDatabase()).file!.freeBytes,
    );
  }

  return {
    registry,
    count(method, route, status) {
      const answer = `${method} ${route} ${status}`;
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
    },
  };
};

/** The figures of the database, asked for once by all who ask at the same time. */
const figuresOnce = (database: Database): (() => Promise<DatabaseFigures>) => {
  let asked: Promise<DatabaseFigures> | undefined;
  return () => {
    asked ??= database.figures().finally(() => {
      asked = undefined;
    });
    return asked;
  };
};

export interface Listening {
  host: string;
  port: number;
  log: Log;
}

/** Serves what `read` gives at /metrics; returns the address. It keeps no process alive. Throws StartError. */
const serveText = async (read: () => Promise<string>, { host, port, log }: Listening): Promise<string> => {
  const answer: RequestListener = async ({ url, method }, response) => {
    // Nobody's connection keeps a process that is to stop.
    const headers = { Connection: 'close', 'Content-Type': Registry.PROMETHEUS_CONTENT_TYPE };
    if (url !== '/metrics' || method !== 'GET') return response.writeHead(404, headers).end();
    try {
      const text = await read();
      return response.writeHead(200, headers).end(text);
    } catch (error) {
      log.error({ err: error }, 'the figures could not be read');
      return response.writeHead(503, headers).end();
    }
  };
  const server = createServer({ headersTimeout: 5_000, requestTimeout: 5_000 }, answer);
  server.maxConnections = 20;
  server.unref().listen(port, host);
  await once(server, 'listening').catch((error: unknown) => {
    throw new StartError(`METRICS_PORT cannot be used (${error}).`, { cause: error });
  });
  // A cast, for only a listener on a pipe has an address of another type.
  return `${originOf(host, (server.address() as AddressInfo).port)}/metrics`;
};

/** Serves the figures of this process; one that was started by another leaves that to it, and returns nothing. */
export const serveMetrics = async (
  { registry }: Metrics,
  listening: Listening,
): Promise<string | undefined> => {
  if (cluster.isPrimary) return serveText(() => registry.metrics(), listening);
  AggregatorRegistry.setRegistries(registry);
  // It answers the one who asks; nobody else need know it.
  new AggregatorRegistry();
  return undefined;
};

/** Serves the figures of all processes that this one starts, added up. */
export const serveClusterMetrics = (listening: Listening): Promise<string> => {
  const all = new AggregatorRegistry();
  return serveText(() => all.clusterMetrics(), listening);
};
