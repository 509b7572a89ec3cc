// The built server as a process of its own, to be broken from outside; and the commands that tell what is left.
// What it prints goes to a file, so that nothing of a test can hold it up, and a test can lay the file where it wants.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { newToken } from '../../src/access/token.ts';
import { testDirectory } from '../database.ts';

const ROOT = new URL('../../', import.meta.url);

/** The admin key of every server here. */
export const KEY = newToken();

/** As much of what a server printed is told when its test fails. */
const LAST_WORDS = 4_000;

/** How many rounds of something are played: FAULT_ROUNDS makes them as many times more. */
export const rounds = (usual: number): number => usual * Number(process.env.FAULT_ROUNDS ?? 1);

export interface Masthead {
  /** Such as http://127.0.0.1:3000. */
  url: string;
  pid: number;
  /** Sends a signal to the server and, where it has workers, to all of them. */
  kill(signal: NodeJS.Signals): void;
  /** Resolves when the server has ended, with its exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>;
  /** What it has printed so far. */
  printed(): string;
}

export interface Start {
  env?: NodeJS.ProcessEnv;
  /** The file it prints to; one in the temporary directory when absent. */
  output?: string;
  /** The checkout that is run; this one when absent. */
  root?: URL;
}

/**
 * A program of dist/ and its environment, as a command line. Through env, because tap puts itself, with handlers for
 * all signals, into the environment of each process that a test starts.
 */
const masthead = (program: string, database: string, { env, root = ROOT }: Start): string[] => {
  const variables = {
    PATH: process.env.PATH,
    PORT: '0',
    LOG_LEVEL: 'warn',
    RATE_LIMIT: 'off',
    COMMENT_FLOOD_SECONDS: '0',
    MASTHEAD_ADMIN_KEY: KEY,
    DATABASE_URL: database,
    ...env,
  };
  const settings = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  return ['-i', ...settings, process.execPath, fileURLToPath(new URL(`dist/${program}.js`, root))];
};

/** Starts a server without waiting for it. */
export const launch = (t: Test, database: string, how: Start = {}) => {
  const file = how.output ?? `${testDirectory(t)}/output`;
  const printed = () => readFileSync(file, 'utf8');
  const descriptor = openSync(file, 'w');
  const child = spawn('env', masthead('main', database, how), {
    stdio: ['ignore', descriptor, descriptor],
    // A process group, which a signal reaches as a whole.
    detached: true,
  });
  closeSync(descriptor);
  const ended = once(child, 'exit').then(([code, signal]): number | NodeJS.Signals => code ?? signal);
  const pid = child.pid!;
  let isOver = false;
  ended.then(() => {
    isOver = true;
  });
  const kill = (signal: NodeJS.Signals) => void (isOver || process.kill(-pid, signal));
  t.teardown(async () => {
    kill('SIGKILL');
    if (!t.passing())
      t.comment(`a server ended with ${await ended}, and printed: ${printed().slice(-LAST_WORDS)}`);
    await ended;
  });
  return { pid, kill, ended, printed, isOver: () => isOver };
};

/** Starts a server and waits until it listens. Throws what it printed when it ends before. */
export const start = async (t: Test, database: string, how: Start = {}): Promise<Masthead> => {
  const { isOver, ...server } = launch(t, database, how);
  for (;;) {
    const url = /Masthead serves (\S+)[\s\S]*\/docs\n/.exec(server.printed())?.[1];
    if (url !== undefined) return { url, ...server };
    if (isOver()) throw new Error(`it ended (${await server.ended}): ${server.printed()}`);
    await pause(10);
  }
};

/** Runs a command line of Masthead; gives its exit code and all that it printed. */
export const command = async (
  database: string,
  args: readonly string[],
  how: Start = {},
): Promise<{ code: number; text: string }> =>
  new Promise((resolve) => {
    execFile('env', [...masthead('cli', database, how), ...args], (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), text: `${out}${err}` }),
    );
  });

/** The guarantee of every test here: the database opens, and nothing in it disagrees with anything else. */
export const isSound = async (t: Test, database: string, when: string): Promise<void> => {
  const { code, text } = await command(database, ['verify']);
  t.match({ code, text }, { code: 0, text: /^Everything agrees/ }, `masthead verify, ${when}`);
};

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: JSON of any shape, of which a test reads what it knows to be there
  body: any;
}

export interface Ask {
  headers?: Record<string, string>;
  body?: object;
}

/** Longer than the server itself lets anything last. */
const PATIENCE_MS = 15_000;

/** Asks, as an admin where that is needed; undefined when there was no whole answer. */
export const ask = async (
  { url }: Pick<Masthead, 'url'>,
  method: string,
  path: string,
  { headers = {}, body }: Ask = {},
): Promise<Answer | undefined> => {
  try {
    const answer = await fetch(url + path, {
      method,
      headers: {
        ...(path.startsWith('/v1/manage') ? { authorization: `Bearer ${KEY}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
  } catch {
    return undefined;
  }
};

/** Asks again and again until the answer has this status; gives how long that took. Throws after `withinMs`. */
export const until = async (
  status: number,
  withinMs: number,
  question: () => Promise<Answer | undefined>,
): Promise<number> => {
  const begunAt = performance.now();
  for (;;) {
    const answer = await question();
    const tookMs = performance.now() - begunAt;
    if (answer?.status === status) return tookMs;
    if (tookMs > withinMs)
      throw new Error(`${answer?.status} after ${tookMs} ms, where ${status} was wanted`);
    await pause(20);
  }
};
