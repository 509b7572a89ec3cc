// The process: config → server → database → app → listen; on a signal, say so, finish what was begun, let go.
import cluster from 'node:cluster';
import { once } from 'node:events';
import { type AddressInfo, createServer as createListener } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { inspect } from 'node:util';
import closeWithGrace from 'close-with-grace';
import type { FastifyInstance } from 'fastify';
import { firstKey, signingSecret } from './access/bootstrap.ts';
import { type AppDeps, createApp } from './app.ts';
import { catchUpSearch } from './articles/search.ts';
import { reportServing, superviseWorkers } from './cluster.ts';
import { type Config, ConfigError, readConfig } from './config.ts';
import { createContext, type Log } from './context.ts';
import { systemClock } from './core/clock.ts';
import { Problem } from './core/problem.ts';
import { type Database, openDatabase, StartError } from './db/database.ts';
import { createAdmission } from './http/admission.ts';
import { type AnswerCache, createCache } from './http/cache.ts';
import { watchOverload } from './http/overload.ts';
import { createServer } from './http/server.ts';
import { startWorker, type Worker } from './worker.ts';

/** A stop that takes longer is cut short; below the ten seconds that container engines wait. */
const STOP_MS = 8_000;
/** How long requests that have begun may take to end. */
const DRAIN_MS = 5_000;
/** How long answers say `Connection: close` before the connections are closed. */
const FAREWELL_MS = 250;

interface Greeted {
  address: string;
  publicUrl: string;
  /** Where figures are, if anywhere. */
  metrics: string | undefined;
  /** The first key, where it was made just now. */
  key: string | undefined;
}

const greeting = ({ address, publicUrl, metrics, key }: Greeted): string => {
  const lines = [
    `Masthead serves ${address}${publicUrl === address ? '' : ` as ${publicUrl}`}`,
    ...(metrics === undefined ? [] : [`  figures        ${metrics}`]),
    `  documentation  ${address}/docs`,
  ];
  if (key !== undefined) {
    lines.push(
      '',
      'This is the first start. Your admin key, shown this once:',
      '',
      `  ${key}`,
      '',
      'Try it:',
      '',
      `  curl -H 'Authorization: Bearer ${key}' ${address}/v1/manage/me`,
    );
  }
  return `${lines.join('\n')}\n`;
};

/** A port that was free a moment ago. */
const freePort = async (host: string): Promise<number> => {
  const listener = createListener().listen(0, host);
  await once(listener, 'listening');
  // A cast, for only a listener on a pipe has an address of another type.
  const { port } = listener.address() as AddressInfo;
  listener.close();
  await once(listener, 'close');
  return port;
};

/** The configuration with a port that is known: links are built from it before anybody listens. */
const configOf = async (env: NodeJS.ProcessEnv): Promise<Config> => {
  const config = readConfig(env);
  return config.port === 0 ? readConfig({ ...env, PORT: String(await freePort(config.host)) }) : config;
};

/** Listens; returns the address, such as http://127.0.0.1:3000. Throws StartError. */
const listen = async (app: FastifyInstance, { host, port }: Config): Promise<string> => {
  try {
    return await app.listen({ host, port });
  } catch (error) {
    throw new StartError(`HOST and PORT cannot be used (${error}).`, { cause: error });
  }
};

/** Starts the server, or WORKERS of them; resolves when they listen. */
export const serve = async (env: NodeJS.ProcessEnv): Promise<void> => {
  const config = await configOf(env);
  const cache = createCache(config);
  const admission = createAdmission();
  const server = createServer({ config, cache, admission });
  const database = await openDatabase({ url: config.databaseUrl, clock: systemClock, log: server.log });
  try {
    const ctx = createContext({ database, clock: systemClock, actor: { kind: 'system' }, log: server.log });
    const [secret, key] = await Promise.all([
      signingSecret(ctx, config.secret),
      firstKey(ctx, config.adminKey),
    ]);
    if (cluster.isPrimary) await catchUpSearch(ctx);
    if (config.workers === 1 || cluster.isWorker) {
      const figures = await figuresOf(config, { cache, database, log: server.log });
      const onAnswer = figures?.count;
      const isOverloaded = watchOverload(admission.waitedMs).isOver;
      const built = { server, cache, config, database, clock: systemClock, secret, isOverloaded, onAnswer };
      const address = await run(built);
      if (cluster.isWorker) reportServing(address);
      else process.stdout.write(greeting({ ...config, address, metrics: figures?.address, key }));
      return;
    }
    await database.close();
    const metrics = await figuresOfAll(config, server.log);
    const crew = { count: config.workers, log: server.log, stopMs: STOP_MS + 1_000 };
    const address = await superviseWorkers({ ...crew, env: { ...env, PORT: String(config.port) } });
    if (address !== undefined) process.stdout.write(greeting({ ...config, address, metrics, key }));
  } catch (error) {
    await database.close();
    // The channel to the process that started it would keep a worker alive.
    cluster.worker?.disconnect();
    throw error;
  }
};

/** Counts and serves the figures of this process, where they are wanted. */
const figuresOf = async (
  { host, metricsPort: port }: Config,
  { log, ...measured }: { cache: AnswerCache; database: Database; log: Log },
) => {
  if (port === undefined) return undefined;
  const { createMetrics, serveMetrics } = await import('./metrics.ts');
  const metrics = createMetrics(measured);
  return { count: metrics.count, address: await serveMetrics(metrics, { host, port, log }) };
};

/** Serves the figures of all processes, where they are wanted; returns the address. */
const figuresOfAll = async ({ host, metricsPort: port }: Config, log: Log): Promise<string | undefined> => {
  if (port === undefined) return undefined;
  const { serveClusterMetrics } = await import('./metrics.ts');
  return serveClusterMetrics({ host, port, log });
};

/**
 * Closes the server: requests that have begun are finished, within DRAIN_MS; then every connection ends. One that never
 * said anything counts to node as a request that has begun.
 */
const drain = async (app: FastifyInstance): Promise<void> => {
  const patience = setTimeout(() => app.server.closeAllConnections(), DRAIN_MS);
  await app.close();
  clearTimeout(patience);
};

/** Serves until a signal comes; resolves with the address when it listens. */
const run = async (deps: Omit<AppDeps, 'isStopping'>): Promise<string> => {
  const { config, database, server } = deps;
  const ctx = createContext({ database, clock: systemClock, actor: { kind: 'system' }, log: server.log });
  let isStopping = false;
  let worker: Worker;
  const app = await createApp({
    ...deps,
    isStopping: () => isStopping,
    checkWorker: () => worker.check(),
  });
  const address = await listen(app, config);
  worker = startWorker(ctx, database, config);
  // Only now: a process that ends because it could not start must not be taken for one that stops.
  const grace = closeWithGrace(
    { delay: STOP_MS, logger: app.log, skip: ['SIGINT', 'SIGTERM'] },
    async ({ err }) => {
      if (err) app.log.fatal({ err }, 'stopping after an error nobody caught');
      isStopping = true;
      await pause(FAREWELL_MS);
      await drain(app);
      await worker.stop();
      await database.close();
    },
  );
  // A Ctrl-C under `npm start` arrives twice, from the terminal and from npm: the second one must not cut the first short.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (!isStopping) grace.close();
    });
  }
  return address;
};

/** Runs `main`; what the operator must mend is one readable line and exit 1, without a stack. */
export const runOrExplain = async (main: () => Promise<unknown>): Promise<void> => {
  try {
    await main();
  } catch (error) {
    const isOperators =
      error instanceof ConfigError || error instanceof StartError || error instanceof Problem;
    process.stderr.write(`masthead: ${isOperators ? error.message : inspect(error)}\n`);
    process.exitCode = 1;
  }
};
