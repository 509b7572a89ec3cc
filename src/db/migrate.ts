// Brings a database to the schema this version knows: migrations/{engine}/NNNN_name.sql in order, each in one
// transaction with its row in schema_migrations; in a new SQLite file all are one. There is no way back; a newer database
// is refused, not changed.
import { readdirSync, readFileSync } from 'node:fs';
import type BetterSqlite3 from 'better-sqlite3';
import type pg from 'pg';
import type { Clock } from '../core/clock.ts';
import type { Dialect } from './dialect.ts';
import { reasonOf, StartError } from './failures.ts';

export interface Migration {
  /** 1, 2, 3…, without a gap. */
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}

/** Two levels up, from src/db as from dist/chunks, which holds whatever main.ts and cli.ts share. */
const folders = new URL('../../migrations/', import.meta.url);

/** The migrations of one engine, in order. Throws when a file is not named NNNN_name.sql or a number is missing. */
export function migrationsOf(engine: Dialect['engine'], root = folders): readonly Migration[] {
  const folder = new URL(`${engine}/`, root);
  const files = readdirSync(folder).sort();
  return files.map((file, index) => {
    const [, number, name] = /^(\d{4})_(\w+)\.sql$/.exec(file) ?? [];
    if (Number(number) !== index + 1 || name === undefined) {
      throw new Error(
        `migrations/${engine}/${file} should be ${String(index + 1).padStart(4, '0')}_name.sql`,
      );
    }
    return { number: index + 1, name, sql: readFileSync(new URL(file, folder), 'utf8') };
  });
}

/** Refuses a schema of which this version knows nothing. `what` names the database in the message. */
export function refuseNewer(what: string, found: number, migrations: readonly Migration[]): void {
  const newest = migrations.length;
  if (found <= newest) return;
  throw new StartError(
    `${what} was written by a newer Masthead (its schema is ${found}, this version knows ${newest}): start that version, or restore an older backup.`,
  );
}

const failed = (what: string, { number, name }: Migration, cause: unknown) =>
  new StartError(
    `${what} could not be brought to schema ${number} (${name}): ${reasonOf(cause)}. Nothing of that step was kept.`,
    { cause },
  );

/** Migrates a SQLite file. `user_version` holds the newest number too, where it can be read without SQLite. */
export function migrateSqlite(
  connection: BetterSqlite3.Database,
  migrations: readonly Migration[],
  clock: Clock,
): void {
  const version = () => Number(connection.pragma('user_version', { simple: true }));
  const step = connection.transaction((): boolean => {
    // Read under the lock: another process may be migrating the same file.
    refuseNewer(connection.name, version(), migrations);
    const migration = migrations[version()];
    if (!migration) return false;
    try {
      applyToSqlite(connection, migration, clock);
    } catch (error) {
      throw failed(connection.name, migration, error);
    }
    return true;
  });

  const found = version();
  if (found === migrations.length) return;
  // A table can only be rebuilt while nothing enforces the keys that point at it; foreign_key_check makes up for it.
  connection.pragma('foreign_keys = off');
  const steps = connection.transaction(() => {
    while (step());
  });
  // A new file is synced once, for all steps together; one that holds something keeps each step that was taken.
  if (found === 0) steps.immediate();
  else while (step.immediate());
  connection.pragma('foreign_keys = on');
  // The header of the file itself must tell the version, also to one who copies or inspects it.
  connection.pragma('wal_checkpoint(truncate)');
}

function applyToSqlite(connection: BetterSqlite3.Database, { number, name, sql }: Migration, clock: Clock) {
  connection.exec(
    'create table if not exists schema_migrations (number integer primary key, name text not null, applied_at integer not null) strict',
  );
  connection.exec(sql);
  connection
    .prepare('insert into schema_migrations (number, name, applied_at) values (?, ?, ?)')
    .run(number, name, clock());
  if (connection.prepare('pragma foreign_key_check').get())
    throw new Error('it leaves rows that refer to nothing');
  connection.pragma(`user_version = ${number}`);
}

/** One transaction on one connection: how migratePostgres reaches the server. */
export type Transaction = <T>(work: (client: pg.ClientBase) => Promise<T>) => Promise<T>;

// Any two numbers that nothing else in this database locks: "MAST" as an integer, and 1 for migrations.
const migrationLock = 'select pg_advisory_xact_lock(1295078228, 1)';

/** The number of the last migration applied; 0 in a database without any, which gets its table here. */
async function newestApplied(client: pg.ClientBase): Promise<number> {
  const found = await client.query<{ present: boolean }>(
    "select to_regclass('schema_migrations') is not null as present",
  );
  // Not "create … if not exists": that needs the right to create tables at every start.
  if (!found.rows[0]!.present) {
    await client.query(
      'create table schema_migrations (number integer primary key, name text not null, applied_at bigint not null)',
    );
  }
  const { rows } = await client.query<{ newest: number }>(
    'select coalesce(max(number), 0) as newest from schema_migrations',
  );
  return rows[0]!.newest;
}

/** Migrates a PostgreSQL database, one process at a time. `what` names it in messages, without a password. */
export async function migratePostgres(
  transaction: Transaction,
  what: string,
  migrations: readonly Migration[],
  clock: Clock,
): Promise<void> {
  let isDone = false;
  while (!isDone) {
    isDone = await transaction(async (client) => {
      // A migration takes the time it takes, and so does waiting for another process to finish its own.
      await client.query('set local statement_timeout = 0; set local lock_timeout = 0');
      await client.query(migrationLock);
      const newest = await newestApplied(client);
      refuseNewer(what, newest, migrations);
      const migration = migrations[newest];
      if (!migration) return true;
      try {
        // Without values it goes as one simple query: the server itself takes the statements apart.
        await client.query(migration.sql);
      } catch (error) {
        throw failed(what, migration, error);
      }
      await client.query('insert into schema_migrations (number, name, applied_at) values ($1, $2, $3)', [
        migration.number,
        migration.name,
        clock(),
      ]);
      return false;
    });
  }
}
