// The PostgreSQL engine: a pool of connections, READ COMMITTED transactions, and bounds on everything that can wait.
// PostgreSQL answers a COMMIT of a failed transaction with a friendly ROLLBACK, so its answer is read, not assumed.
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import type { SQL } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { asDb, type Db, type Dialect, keepStatements, postgresDialect } from './dialect.ts';
import { CommitSignal, type Database, type DatabaseOptions } from './engine.ts';
import { CommitUnknown, failureOf, faults, JobRefused, reasonOf, StartError } from './failures.ts';
import { migratePostgres, migrationsOf } from './migrate.ts';
import { PostgresChanges } from './postgres-changes.ts';
import * as tables from './schema/postgres.ts';

const defaultPoolSize = 10;
/** A job is tried again this often when PostgreSQL chose it to break a deadlock or a conflict. */
const retries = 3;
const longestPauseMs = 50;

// As on SQLite: a count or a sum is a number (all of ours are far below 2^53), and JSON is text until a column
// decodes it, once. pg by itself gives the first two as text, and drizzle would decode a JSON string twice.
for (const type of [pg.types.builtins.INT8, pg.types.builtins.NUMERIC]) pg.types.setTypeParser(type, Number);
for (const type of [pg.types.builtins.JSON, pg.types.builtins.JSONB]) pg.types.setTypeParser(type, String);

interface Address {
  connectionString: string;
  poolSize: number;
  /** Host, port and database: what a message may say of it. */
  label: string;
}

/** `?pool=` is ours: the number of connections. All else of the URL is for the driver. */
function addressOf(url: string): Address {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const poolSize = Number(parsed?.searchParams.get('pool') ?? defaultPoolSize);
  if (!parsed || !Number.isInteger(poolSize) || poolSize < 1) {
    throw new StartError(
      'DATABASE_URL is not a URL such as postgres://user:password@host:5432/database?pool=10.',
    );
  }
  parsed.searchParams.delete('pool');
  return { connectionString: parsed.href, poolSize, label: `PostgreSQL at ${parsed.host}${parsed.pathname}` };
}

/** Connects to, migrates and checks a PostgreSQL database. Throws StartError. */
export async function openPostgres({
  url,
  clock,
  log,
  migrations = migrationsOf('postgres'),
}: DatabaseOptions & { url: string }): Promise<Database> {
  const { connectionString, poolSize, label } = addressOf(url);
  const pool = new pg.Pool({
    connectionString,
    max: poolSize,
    application_name: 'masthead',
    keepAlive: true,
    connectionTimeoutMillis: 5000,
    statement_timeout: 10_000,
    lock_timeout: 5000,
    idle_in_transaction_session_timeout: 10_000,
    // A connection keeps every prepared statement, and some of the server's memory, until it ends.
    maxLifetimeSeconds: 3600,
  });
  // A connection that breaks while idle is replaced by the pool; unheard, the event would end the process.
  // Only its words are logged: the error itself carries the whole connection.
  pool.on('error', (error) =>
    log?.warn({ reason: reasonOf(error) }, 'an idle connection to PostgreSQL was lost'),
  );
  try {
    await migratePostgres((work) => transact(pool, work), label, migrations, clock);
  } catch (error) {
    await pool.end();
    throw error instanceof StartError ? error : unusable(label, error);
  }
  return running(pool, new PostgresChanges(connectionString, log), new CommitSignal(log));
}

const unusable = (label: string, cause: unknown) =>
  new StartError(`${label} cannot be used (${reasonOf(cause)}). Check DATABASE_URL and the server.`, {
    cause,
  });

function running(pool: pg.Pool, changes: PostgresChanges, committed: CommitSignal): Database {
  const inside = new AsyncLocalStorage<true>();
  const writes = new Set<Promise<unknown>>();
  let closed: Promise<void> | undefined;
  let commits = 0;

  async function write<T>(job: (db: Db) => Promise<T>): Promise<T> {
    const value = await retried(() =>
      transact(pool, (client) => inside.run(true, async () => job(bind(client)))),
    );
    commits += 1;
    await changes.catchUp();
    committed.send();
    return value;
  }

  async function close() {
    await Promise.allSettled(writes);
    await changes.close();
    await pool.end();
  }

  return {
    engine: 'postgres',
    changes,
    read: keepStatements(bind(pool, readDialect)),
    async write(job) {
      if (inside.getStore()) {
        throw new JobRefused('a write was begun inside a write: use the connection the job was given');
      }
      if (closed) throw new Error('the database is closed');
      const result = write(job);
      writes.add(result);
      return result.finally(() => {
        writes.delete(result);
        // While it is on, every promise and every callback of the process is followed.
        if (writes.size === 0) inside.disable();
      });
    },
    snapshot: (job) =>
      transact(
        pool,
        async (client) => {
          await client.query(UNHURRIED);
          return job(bind(client, readDialect));
        },
        SNAPSHOT,
      ),
    scrub: async () => undefined,
    maintain: async () => undefined,
    onCommit: (listener) => committed.add(listener),
    async check() {
      await pool.query('select 1');
    },
    async figures() {
      const { rows } = await pool.query<{ last: number }>(
        'select coalesce(max(position), 0) as last from events',
      );
      return {
        waiting: pool.waitingCount,
        commits,
        writes: commits,
        file: undefined,
        eventsBehind: changes.behind(rows[0]!.last),
      };
    },
    close() {
      closed ??= close();
      return closed;
    },
  };
}

const READ_COMMITTED = 'begin isolation level read committed';
const SNAPSHOT = 'begin isolation level repeatable read read only';

/** Reading everything takes the time it takes. */
const UNHURRIED = 'set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0';

/** Runs work in one transaction on a connection of its own. */
async function transact<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
  begin = READ_COMMITTED,
): Promise<T> {
  const client = await pool.connect();
  let isBroken = false;
  // While a connection is out of the pool nobody hears it break, and an unheard error event ends the process.
  const onError = () => {
    isBroken = true;
  };
  client.on('error', onError);
  return inTransaction(client, begin, work)
    .catch(async (error: unknown) => {
      await client.query('rollback').catch(onError);
      throw error;
    })
    .finally(() => {
      client.off('error', onError);
      client.release(isBroken);
    });
}

async function inTransaction<T>(
  client: pg.PoolClient,
  begin: string,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  let isOver = false;
  await client.query(begin);
  const value = await work(guarded(client, () => isOver)).finally(() => {
    isOver = true;
  });
  await commit(client);
  return value;
}

/**
 * The connection, refusing what comes after the end of its transaction: a query that a job left un-awaited would
 * land in the transaction of whoever has the connection next.
 */
function guarded(client: pg.PoolClient, isOver: () => boolean): pg.PoolClient {
  const query = (...values: unknown[]): unknown => {
    if (isOver())
      throw new JobRefused('a statement ran outside its write: await every query, inside the job');
    return Reflect.apply(client.query, client, values);
  };
  return Object.create(client, { query: { value: query } });
}

async function commit(client: pg.PoolClient): Promise<void> {
  const result = await client.query('commit').catch((error: unknown) => {
    // An error of the server's own is its no. A connection that breaks here leaves open what became of the commit.
    throw error instanceof pg.DatabaseError && failureOf(error) !== 'unknown'
      ? error
      : new CommitUnknown(error);
  });
  if (result.command !== 'COMMIT') throw new JobRefused('a job went on after one of its queries had failed');
}

async function retried<T>(attempt: () => Promise<T>): Promise<T> {
  for (let left = retries; ; left -= 1) {
    try {
      return await attempt();
    } catch (error) {
      const isConflict = [...faults(error)].some(({ code }) => code === '40001' || code === '40P01');
      if (!isConflict || left === 0) throw error;
    }
    await pause(Math.random() * longestPauseMs);
  }
}

/** A lock ends with its statement where no transaction is begun, and only keeps writers waiting. */
const readDialect: Dialect = { ...postgresDialect, locked: (query) => query };

/** A connection, or the pool, as the rest of the house knows it. */
function bind(client: pg.Pool | pg.PoolClient, dialect: Dialect = postgresDialect): Db {
  const db = drizzle({ client });
  return asDb(db, {
    tables,
    dialect,
    async rows<T>(query: SQL): Promise<T[]> {
      const result = await db.execute(query);
      // The caller says what its query returns; nothing here could know better.
      return result.rows as T[];
    },
  });
}
