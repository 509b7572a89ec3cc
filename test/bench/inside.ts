// A server in this process, so that its event loop can be watched: how long work takes, and how long it keeps everybody
// else waiting. What the loop does while nothing is asked belongs beside it.
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import inject from 'light-my-request';
import { firstKey } from '../../src/access/bootstrap.ts';
import { createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { createContext } from '../../src/context.ts';
import { systemClock } from '../../src/core/clock.ts';
import { openDatabase } from '../../src/db/database.ts';
import { createServer } from '../../src/http/server.ts';
import { median } from './load.ts';

export interface Asked {
  /** JSON to POST; absent: a GET. */
  body?: unknown;
  key?: string | undefined;
}

/** The server on a database file; `key` is the one that its first start makes. */
export const openSite = async (file: string) => {
  const config = readConfig({
    DATABASE_URL: `file:${file}`,
    LOG_LEVEL: 'silent',
    RATE_LIMIT: 'off',
    COMMENT_FLOOD_SECONDS: '0',
  });
  const database = await openDatabase({ url: config.databaseUrl, clock: systemClock });
  const server = createServer({ config });
  const ctx = createContext({ database, clock: systemClock, actor: { kind: 'system' }, log: server.log });
  const app = await createApp({
    server,
    config,
    database,
    clock: systemClock,
    secret: 'a secret that signs the cursors of this run',
  });
  await app.ready();
  return {
    firstKey: () => firstKey(ctx, undefined),
    /** The answer's JSON; throws what is not 2xx. */
    async ask<T>(url: string, { body, key }: Asked = {}): Promise<T> {
      const request = {
        url,
        headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
        ...(body === undefined ? {} : { method: 'POST' as const, payload: body as object }),
      };
      const answer = await inject((req, res) => app.server.emit('request', req, res), request);
      if (answer.statusCode >= 300) throw new Error(`${url}: ${answer.statusCode} ${answer.payload}`);
      return JSON.parse(answer.payload);
    },
    /** Takes requests from other processes too; gives the port. */
    async listen(): Promise<number> {
      await app.listen({ host: '127.0.0.1', port: 0 });
      return (app.server.address() as AddressInfo).port;
    },
    async close() {
      await app.close();
      await database.close();
    },
  };
};

export type Site = Awaited<ReturnType<typeof openSite>>;

const RESOLUTION_MS = 1;

export interface Held {
  /** Medians, in milliseconds: from asked to answered, of processor time, and the longest the loop stood still. */
  wall: number;
  cpu: number;
  held: number;
}

/** The medians of `rounds`, after one that does not count; `work` is told which round it is, and prepared before it. */
export const watch = async (
  rounds: number,
  work: (round: number) => Promise<unknown>,
  prepare: () => Promise<unknown> = async () => undefined,
): Promise<Held> => {
  await prepare();
  await work(0);
  const samples: Held[] = [];
  for (let round = 1; round <= rounds; round++) {
    await prepare();
    const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    delay.enable();
    await pause(5);
    delay.reset();
    const cpu = process.cpuUsage();
    const begun = performance.now();
    await work(round);
    const wall = performance.now() - begun;
    const { user, system } = process.cpuUsage(cpu);
    await pause(5);
    delay.disable();
    samples.push({ wall, cpu: (user + system) / 1000, held: delay.max / 1e6 - RESOLUTION_MS });
  }
  const of = (name: keyof Held) => median(samples.map((sample) => sample[name]));
  return { wall: of('wall'), cpu: of('cpu'), held: of('held') };
};

export const print = (name: string, { wall, cpu, held }: Held, note = ''): void => {
  const ms = (value: number) => `${value.toFixed(1)} ms`.padStart(9);
  process.stdout.write(`${name.padEnd(44)}${ms(wall)} wall ${ms(cpu)} cpu ${ms(held)} loop held  ${note}\n`);
};
