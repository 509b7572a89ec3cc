// Databases for tests, each fresh and gone at the end of its test. TEST_ENGINE chooses: `sqlite` (a file, the
// default), `pglite` (PostgreSQL in this process, behind a socket, one session) or `postgres` (a real server, whose
// maintenance database is TEST_DATABASE_URL).
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PGlite, PGliteOptions } from '@electric-sql/pglite';
import pg from 'pg';
import type { Test } from 'tap';
import { type Database, openDatabase } from '../src/db/database.ts';
import { migrationsOf } from '../src/db/migrate.ts';

export type Engine = 'sqlite' | 'pglite' | 'postgres';

export function testEngine(): Engine {
  const engine = process.env.TEST_ENGINE ?? 'sqlite';
  if (engine === 'sqlite' || engine === 'pglite' || engine === 'postgres') return engine;
  throw new Error(`TEST_ENGINE is ${engine}, where sqlite, pglite or postgres are meant`);
}

/** The engines behind which the same test is run: SQLite, and PostgreSQL as TEST_ENGINE offers it. */
export const bothEngines: readonly Engine[] = ['sqlite', testEngine() === 'postgres' ? 'postgres' : 'pglite'];

/** A directory that goes with its test. */
export function testDirectory(t: Test): string {
  const directory = mkdtempSync(join(tmpdir(), 'masthead-test-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

type Content = 'empty' | 'migrated';

async function urlOn(t: Test, engine: Engine, content: Content): Promise<string> {
  // A file is migrated where it is opened, which takes no longer than to copy one.
  if (engine === 'sqlite') return `file:${join(testDirectory(t), 'masthead.db')}`;
  return engine === 'pglite' ? pgliteUrl(t, content) : serverUrl(t, content);
}

/** The DATABASE_URL of a new and empty database. */
export const testDatabaseUrl = (t: Test, engine = testEngine()): Promise<string> => urlOn(t, engine, 'empty');

const standstill = () => Date.UTC(2026, 0, 1);

/** A new database, migrated and open. */
export async function testDatabase(t: Test, engine = testEngine(), clock = standstill): Promise<Database> {
  const database = await openDatabase({ url: await urlOn(t, engine, 'migrated'), clock });
  t.teardown(() => database.close());
  return database;
}

async function pgliteUrl(t: Test, content: Content): Promise<string> {
  const pglite = await startPglite({ loadDataDir: await pgliteDump(content) });
  const { url, stop } = await serve(pglite);
  t.teardown(async () => {
    await stop();
    await pglite.close();
  });
  return url;
}

/** Loaded only by those who use it: it weighs more than all else together. */
async function startPglite(options: PGliteOptions = {}): Promise<PGlite> {
  const { PGlite } = await import('@electric-sql/pglite');
  return PGlite.create(options);
}

async function serve(pglite: PGlite) {
  const { PGLiteSocketServer } = await import('@electric-sql/pglite-socket');
  const server = new PGLiteSocketServer({ db: pglite, host: '127.0.0.1', port: 0, maxConnections: 10 });
  await server.start();
  return {
    url: `postgres://postgres@${server.getServerConn()}/postgres?pool=1`,
    stop: () => server.stop(),
  };
}

/**
 * A data directory to start from, which takes a third of the time that making one takes. Kept in the temporary
 * directory of the machine; written aside and renamed, because test files run in parallel.
 */
async function pgliteDump(content: Content): Promise<Blob> {
  const key = createHash('sha256')
    .update(readFileSync(new URL('../node_modules/@electric-sql/pglite/package.json', import.meta.url)))
    .update(content === 'empty' ? '' : JSON.stringify(migrationsOf('postgres')))
    .digest('hex')
    .slice(0, 16);
  const path = join(tmpdir(), `masthead-pglite-${content}-${key}.tar`);
  if (!existsSync(path)) {
    const pglite = await startPglite();
    if (content === 'migrated') {
      const { url, stop } = await serve(pglite);
      const database = await openDatabase({ url, clock: standstill });
      await database.close();
      await stop();
    }
    const dump = await pglite.dumpDataDir('none');
    await pglite.close();
    const draft = `${path}.${randomUUID()}`;
    writeFileSync(draft, Buffer.from(await dump.arrayBuffer()));
    renameSync(draft, path);
  }
  return new Blob([readFileSync(path)]);
}

/** Does `job` in the maintenance database of the server. */
async function onServer<T>(job: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(adminUrl());
  await client.connect();
  try {
    return await job(client);
  } finally {
    await client.end();
  }
}

function adminUrl(): string {
  const url = process.env.TEST_DATABASE_URL;
  if (url) return url;
  throw new Error('TEST_ENGINE=postgres needs TEST_DATABASE_URL, a database in which to create others');
}

const urlOf = (name: string): string => Object.assign(new URL(adminUrl()), { pathname: `/${name}` }).href;

const newName = () => `masthead_test_${randomUUID().replaceAll('-', '')}`;

async function serverUrl(t: Test, content: Content): Promise<string> {
  const name = newName();
  const template = content === 'empty' ? 'template1' : await migratedTemplate();
  await onServer((client) => client.query(`create database ${name} template ${template}`));
  t.teardown(() => onServer((client) => client.query(`drop database ${name} with (force)`)));
  return urlOf(name);
}

/** A migrated database to copy, which takes half of the time that migrating one takes; it goes with the server. */
async function migratedTemplate(): Promise<string> {
  const digest = createHash('sha256')
    .update(JSON.stringify(migrationsOf('postgres')))
    .digest('hex');
  const name = `masthead_template_${digest.slice(0, 16)}`;
  await onServer(async (client) => {
    // Only one of the test files that run in parallel makes it.
    await client.query('select pg_advisory_lock(1)');
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount !== 0) return;
    const draft = newName();
    await client.query(`create database ${draft}`);
    await (await openDatabase({ url: urlOf(draft), clock: standstill })).close();
    await client.query(`alter database ${draft} rename to ${name}`);
  });
  return name;
}
