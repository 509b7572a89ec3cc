// Several processes on one port: this one serves nobody, it starts the workers, replaces those that crash, and passes a
// stop on. What happens once (migrations, the first key) has happened before.
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import type { Log } from './context.ts';

const SHORTEST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

export interface Crew {
  count: number;
  env: NodeJS.ProcessEnv;
  log: Log;
  /** A worker that has not ended this long after it was told to is ended. */
  stopMs: number;
}

/** What a worker tells when it serves. */
interface Serving {
  address: string;
}

/** In a worker: tells the process that started it where it serves. */
export const reportServing = (address: string): void => {
  process.send?.({ address } satisfies Serving);
};

/**
 * Starts workers and keeps up their number until a signal comes; resolves with the address when all serve. Where one
 * cannot even start, all are ended, and it resolves with undefined: the worker has said why.
 */
export const superviseWorkers = async ({ count, env, log, stopMs }: Crew): Promise<string | undefined> => {
  let isStopping = false;
  let isServing = false;
  let pauseMs = SHORTEST_PAUSE_MS;

  const stop = () => {
    if (isStopping) return;
    isStopping = true;
    for (const worker of workers()) worker.process.kill('SIGTERM');
    // Only a worker that hangs is there to see it.
    /* c8 ignore next 3 */
    setTimeout(() => {
      for (const worker of workers()) worker.process.kill('SIGKILL');
    }, stopMs).unref();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);

  const start = async (): Promise<string | undefined> => {
    const worker = cluster.fork(env);
    worker.once('exit', (code, signal) => {
      if (isStopping) return;
      if (!isServing) {
        process.exitCode = 1;
        stop();
        return;
      }
      log.error({ worker: worker.id, code, signal, pauseMs }, 'a worker ended; another one is started');
      setTimeout(() => {
        if (!isStopping) void start();
      }, pauseMs);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    });
    const address = await servingAddress(worker);
    // Whoever comes to serve shows that starting works again.
    if (address !== undefined) pauseMs = SHORTEST_PAUSE_MS;
    return address;
  };

  const addresses = await Promise.all(Array.from({ length: count }, start));
  isServing = !addresses.includes(undefined);
  return isServing ? addresses[0] : undefined;
};

const workers = (): Worker[] => Object.values(cluster.workers!).filter((worker) => worker !== undefined);

/** Where a worker serves; undefined when it ends before it does. */
const servingAddress = async (worker: Worker): Promise<string | undefined> => {
  const isOver = new AbortController();
  const { signal } = isOver;
  const told = once(worker, 'message', { signal }).then(([message]: Serving[]) => message?.address);
  const ended = once(worker, 'exit', { signal }).then(() => undefined);
  const address = await Promise.race([told, ended]);
  told.catch(() => undefined);
  ended.catch(() => undefined);
  isOver.abort();
  return address;
};
