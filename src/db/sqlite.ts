// The SQLite engine: one connection that writes, through the queue of writer.ts, and one that only reads, on a file
// in WAL mode. A commit is on the disk before it is answered, which this file checks rather than believes.
import { statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import BetterSqlite3 from 'better-sqlite3';
import { type SQL, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { SQLiteSyncDialect } from 'drizzle-orm/sqlite-core';
import { asDb, type Db, keepStatements, type Queries, sqliteDialect, type Tables } from './dialect.ts';
import { CommitSignal, type Database, type DatabaseOptions } from './engine.ts';
import { StartError } from './failures.ts';
import { migrateSqlite, migrationsOf } from './migrate.ts';
import * as schema from './schema/sqlite.ts';
import { SqliteChanges } from './sqlite-changes.ts';
import { copyBeforeMigration } from './sqlite-copy.ts';
import { applicationId, inspectFile, provideFile, unusable } from './sqlite-file.ts';
import { Writer } from './writer.ts';

/** SQLite cuts the journal down to this by itself, unless somebody is always reading what was before. */
const journalBytes = 64 * 1024 * 1024;

/** An article of the largest size with its revision, twice in an index of words, and once more in the journal. */
const roomBytes = 2 * 1024 * 1024;

/** What a connection is set to, in this order, and what it then reads back. */
const pragmas: readonly (readonly [name: string, value: string, readBack: string | number])[] = [
  ['journal_mode', 'wal', 'wal'],
  // Without FULL a power cut takes back commits that were answered; better-sqlite3 opens an existing file at NORMAL.
  ['synchronous', 'full', 2],
  ['foreign_keys', 'on', 1],
  ['trusted_schema', 'off', 0],
  ['cell_size_check', 'on', 1],
  // What a reader asks us to erase must not stay in free pages.
  ['secure_delete', 'on', 1],
  ['journal_size_limit', String(journalBytes), journalBytes],
  ['temp_store', 'memory', 2],
  // In KiB. What is written lies all over the indexes, and the two MB of the default hold none of them.
  ['cache_size', '-32768', -32768],
  // An I/O error must come as an error; through mapped memory it ends the process.
  ['mmap_size', '0', 0],
];

/** Waiting blocks the event loop, which is right while starting only. */
const startBusyMs = 5000;
/** A reader meets a lock only while another process recovers or truncates the journal. */
const readBusyMs = 100;

/** Sets the pragmas and reads them back. Throws StartError when one did not take. */
export function configure(connection: BetterSqlite3.Database): void {
  for (const [name, value, expected] of pragmas) {
    connection.pragma(`${name} = ${value}`);
    const found = connection.pragma(name, { simple: true });
    if (found === expected) continue;
    throw new StartError(
      `${connection.name} cannot be used: ${name} is ${found} where it must be ${expected}. Is it on a network file system?`,
    );
  }
}

/** The files that this process has open, by device and inode: how many times. */
const openFiles = new Map<string, number>();

/** Opens, migrates and checks the database in a file, which is created when missing. Throws StartError. */
export async function openSqlite({
  file,
  clock,
  log,
  migrations = migrationsOf('sqlite'),
  minRoomBytes = roomBytes,
}: DatabaseOptions & { file: string }): Promise<Database> {
  const { dev, ino } = provideFile(file);
  const identity = `${dev}:${ino}`;
  const connections: BetterSqlite3.Database[] = [];
  const connect = (options: BetterSqlite3.Options) => {
    const connection = new BetterSqlite3(file, { fileMustExist: true, timeout: startBusyMs, ...options });
    connections.push(connection);
    return connection;
  };
  try {
    const state = openFiles.has(identity) ? 'ours' : inspectFile(file, migrations);
    const writing = connect({});
    // Before anything else is in the file: a start that is cut off must leave it ours.
    if (state === 'empty') writing.pragma(`application_id = ${applicationId}`);
    configure(writing);
    await copyBeforeMigration(file, Number(writing.pragma('user_version', { simple: true })), migrations);
    migrateSqlite(writing, migrations, clock);
    writing.pragma('busy_timeout = 0');
    const reading = connect({ readonly: true });
    configure(reading);
    reading.pragma(`busy_timeout = ${readBusyMs}`);
    openFiles.set(identity, (openFiles.get(identity) ?? 0) + 1);
    return running({
      file,
      writing,
      reading,
      committed: new CommitSignal(log),
      minRoomBytes,
      release: () => release(identity),
    });
  } catch (error) {
    for (const connection of connections) connection.close();
    throw error instanceof StartError ? error : unusable(file, error);
  }
}

function release(identity: string): void {
  const count = openFiles.get(identity)! - 1;
  if (count > 0) openFiles.set(identity, count);
  else openFiles.delete(identity);
}

/** There is always one while a database in WAL mode is open. */
const journalBytesOf = (file: string): number => statSync(`${file}-wal`).size;

const freeBytesAt = async (file: string): Promise<number> => {
  const { bavail, bsize } = await statfs(file);
  return bavail * bsize;
};

interface Running {
  file: string;
  writing: BetterSqlite3.Database;
  reading: BetterSqlite3.Database;
  committed: CommitSignal;
  minRoomBytes: number;
  release(): void;
}

function running({ file, writing, reading, committed, minRoomBytes, release }: Running): Database {
  const writer = new Writer(writing, (guarded) => keepStatements(bind(guarded)), {
    onCommit: () => committed.send(),
  });
  const changes = new SqliteChanges(reading);
  committed.add(() => changes.look());
  let closed: Promise<void> | undefined;

  async function close() {
    await writer.close();
    // The last to close empties and removes the journal, which a connection that only reads may not do.
    reading.close();
    tidy(writing);
    writing.close();
    release();
  }

  return {
    engine: 'sqlite',
    changes,
    read: keepStatements(bind(reading)),
    write: (job) => writer.write(job),
    snapshot: (job) => readAlone(file, job),
    scrub: () => emptyJournal(writing, writer),
    async maintain() {
      if (journalBytesOf(file) > journalBytes) await emptyJournal(writing, writer);
    },
    onCommit: (listener) => committed.add(listener),
    async check() {
      reading.pragma('user_version');
      const freeBytes = await freeBytesAt(file);
      if (freeBytes < minRoomBytes) throw new Error(`the disk has room for ${freeBytes} bytes`);
      // Whether the disk takes writes again only a commit can tell, and who is not ready is sent none.
      if (writer.failure) await writer.write(rewriteARow);
    },
    figures: async () => ({
      ...writer.figures,
      waiting: writer.waiting,
      file: { journalBytes: journalBytesOf(file), freeBytes: await freeBytesAt(file) },
      eventsBehind: changes.behind,
    }),
    close() {
      closed ??= close();
      return closed;
    },
  };
}

/** A write to the disk that changes nothing; in one statement SQLite would notice that, and spare the disk. */
async function rewriteARow(db: Db): Promise<void> {
  await db.rows(sql`update schema_migrations set applied_at = applied_at + 1 where number = 1`);
  await db.rows(sql`update schema_migrations set applied_at = applied_at - 1 where number = 1`);
}

/** On a connection of its own: on the one for reads, everybody would be shown that old state. */
async function readAlone<T>(file: string, job: (db: Db) => Promise<T>): Promise<T> {
  const connection = new BetterSqlite3(file, { readonly: true, fileMustExist: true, timeout: readBusyMs });
  try {
    configure(connection);
    connection.exec('begin');
    return await job(bind(connection));
  } finally {
    connection.close();
  }
}

const scrubTries = 50;
const scrubPauseMs = 20;

/** The journal holds old pages until it is truncated, which waits for everybody who reads what was before. */
async function emptyJournal(writing: BetterSqlite3.Database, writer: Writer<Db>): Promise<void> {
  for (let left = scrubTries; left > 0; left--) {
    // On the connection that writes, and never inside its transaction.
    await writer.idle();
    if (writing.pragma('wal_checkpoint(truncate)', { simple: true }) === 0) return;
    await pause(scrubPauseMs);
  }
}

/** Leaves one file that is quick to read. What another process hinders here, the next one to close does. */
function tidy(writing: BetterSqlite3.Database): void {
  try {
    writing.pragma('optimize');
    writing.pragma('wal_checkpoint(truncate)');
  } catch {
    // Nothing is lost: the journal is read at the next start.
  }
}

const renderer = new SQLiteSyncDialect();

/** A connection as the rest of the house knows it. */
function bind(connection: BetterSqlite3.Database): Db {
  const db = drizzle({ client: connection });
  // The two casts of the house. What a Db offers means the same in both dialects, the rows of both schemas are of
  // equal types (SameRows), and every builder is awaited, so that it does not show that SQLite answers at once.
  return asDb(db as unknown as Queries, {
    tables: schema as unknown as Tables,
    dialect: sqliteDialect,
    async rows<T>(query: SQL) {
      const { sql: text, params } = renderer.sqlToQuery(query);
      const statement = connection.prepare<unknown[], T>(text);
      if (statement.reader) return statement.all(...params);
      statement.run(...params);
      return [];
    },
  });
}
