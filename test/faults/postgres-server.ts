// A PostgreSQL server that a test may break: .ci/postgres.sh makes it, and it goes when its command ends.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { Test } from 'tap';

const SCRIPT = fileURLToPath(new URL('../../.ci/postgres.sh', import.meta.url));

/** Why a test that needs a server cannot run; false where it can. */
export const lacksPostgres = (): string | false =>
  existsSync('/usr/lib/postgresql') ? false : 'PostgreSQL is not installed';

export interface PostgresServer {
  /** Of a new and empty database, with some parameters. */
  url(parameters?: Record<string, string>): string;
  /** Asks in it, on a connection of its own. */
  query(text: string): Promise<Record<string, unknown>[]>;
  /** A connection to it that stays open until its end. */
  connect(): Promise<pg.Client>;
  /** Stops the server at once, as a crash would; `start` starts it again. */
  crash(): void;
  start(): void;
}

export const startPostgres = async (t: Test): Promise<PostgresServer> => {
  // The command says where the server is, and lives until its input ends.
  const script = spawn('bash', [SCRIPT, 'sh', '-c', 'echo "$TEST_DATABASE_URL"; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(script, 'exit');
  t.teardown(async () => {
    script.stdin.end();
    await ended;
  });
  const [said] = await once(script.stdout, 'data');
  const admin = String(said).trim();

  const url = (parameters: Record<string, string> = {}) => {
    const url = new URL(admin);
    url.pathname = '/newsroom';
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return url.href;
  };
  const connect = async (to = url()) => {
    const client = new pg.Client(to);
    // It may be cut by what a test does.
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  const query = async (text: string, to?: string) => {
    const client = await connect(to);
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  };
  await query('create database newsroom', admin);
  const [where] = await query("select setting from pg_settings where name = 'data_directory'");
  const folder = String(where?.setting);
  // The program that runs has its tools beside it; like itself, they refuse to be run by root.
  const [pid] = readFileSync(`${folder}/postmaster.pid`, 'utf8').split('\n');
  const programs = dirname(readlinkSync(`/proc/${pid}/exe`));
  const { uid, gid } = statSync(folder);
  const control = (...args: string[]) =>
    execFileSync(`${programs}/pg_ctl`, [...args, '--silent', `--pgdata=${folder}`], {
      uid,
      gid,
      cwd: folder,
      stdio: 'ignore',
    });
  return {
    query,
    connect,
    url,
    crash: () => void control('stop', '--mode=immediate'),
    start: () =>
      void control('start', '--wait', `--log=${folder}/again.log`, `--options=-p ${new URL(admin).port}`),
  };
};
