// Whole copies of a SQLite file: backups, and the file as it was before a migration. A copy is of one instant however
// much is written meanwhile, is checked page by page, and has its name only once it is on the disk. And the way back.
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { failureOf, reasonOf, StartError } from './failures.ts';
import { type Migration, migrationsOf } from './migrate.ts';
import { inspectFile, isSqlite, unusable } from './sqlite-file.ts';

/** Waiting is right for a command and at the start; a lock is met only while others recover or empty the journal. */
const busyMs = 5000;

/**
 * Copies the database in `from` to `to`, replacing what is there, and returns the size in bytes. With `version`: only
 * while that is its schema; else nothing is copied, and the size is 0. Throws StartError.
 */
export async function copySqlite(from: string, to: string, version?: number): Promise<number> {
  const draft = `${to}.${randomUUID()}.part`;
  const dropDraft = () => {
    for (const end of ['', '-journal', '-wal', '-shm']) rmSync(draft + end, { force: true });
  };
  try {
    closeSync(openSync(draft, 'wx', 0o600));
    if (!(await transfer(from, draft, version))) {
      dropDraft();
      return 0;
    }
    finish(draft);
    sync(draft);
    renameSync(draft, to);
    sync(dirname(to));
    return statSync(to).size;
  } catch (error) {
    dropDraft();
    throw new StartError(`${from} could not be copied to ${to} (${reasonOf(error)}). Nothing was changed.`, {
      cause: error,
    });
  }
}

async function transfer(from: string, to: string, version: number | undefined): Promise<boolean> {
  const source = new BetterSqlite3(from, { fileMustExist: true, timeout: busyMs });
  try {
    // Within a transaction that reads, writers need not wait, and what they write does not make the copy begin again.
    source.exec('begin');
    const found = source.pragma('user_version', { simple: true });
    if (version !== undefined && version !== found) return false;
    await source.backup(to);
    return true;
  } finally {
    source.close();
  }
}

/** Makes the copy one file that needs no other beside it. Throws where a page of it is not what it should be. */
function finish(file: string): void {
  const copy = new BetterSqlite3(file, { fileMustExist: true });
  try {
    copy.pragma('journal_mode = delete');
    const found = copy.pragma('integrity_check(1)', { simple: true });
    if (found !== 'ok') throw new Error(`it is damaged: ${found}`);
  } finally {
    copy.close();
  }
}

/** Until a file and a directory are synced, a power cut may take back what was written to them. */
function sync(path: string): void {
  const opened = openSync(path, 'r');
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

/** Keeps a database as it is before a newer schema: a migration has no other way back. Throws StartError. */
export async function copyBeforeMigration(
  file: string,
  version: number,
  migrations: readonly Migration[],
): Promise<void> {
  // What has no schema yet holds nothing. Of processes that start together, the slower may find the work done.
  if (version > 0 && version < migrations.length) {
    await copySqlite(file, `${file}.schema-${version}.bak`, version);
  }
}

const refuseEmpty = (path: string, migrations: readonly Migration[]): void => {
  if (inspectFile(path, migrations, 'copy') === 'empty') throw new StartError(`${path} is empty.`);
};

/** Copies a database that may be in use into a file that is new. Returns the size in bytes. Throws StartError. */
export async function backUpSqlite(
  file: string,
  to: string,
  migrations = migrationsOf('sqlite'),
): Promise<number> {
  refuseEmpty(file, migrations);
  if (existsSync(to)) throw new StartError(`${to} is there already: name a new file.`);
  return copySqlite(file, to);
}

/** Beside a database, what belongs to it: https://www.sqlite.org/tempfiles.html */
const companions = ['-wal', '-shm', '-journal'];

/**
 * Puts a copy of the database in `from` in the place of the one in `file`, which is kept aside; returns where, or
 * undefined where there was none. Throws StartError for what is no whole database of ours, and while it is in use.
 */
export async function restoreSqlite(
  file: string,
  from: string,
  migrations = migrationsOf('sqlite'),
): Promise<string | undefined> {
  refuseEmpty(from, migrations);
  const aside = `${file}.before-restore`;
  if (['', ...companions].some((end) => existsSync(aside + end))) {
    throw new StartError(`${aside} is there from an earlier restore: move it away first.`);
  }
  const ready = `${file}.restored`;
  const isReplacing = existsSync(file);
  let old: BetterSqlite3.Database | undefined;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    await copySqlite(from, ready);
    // Held until the end: nobody can begin to write to what is about to be put aside.
    old = isReplacing ? holdAlone(file) : undefined;
    // A journal beside the new file would be taken for its own.
    for (const end of companions) if (existsSync(file + end)) renameSync(file + end, aside + end);
    // Two names for the old file, then one for each: at no moment is there none, which a start would take for a first.
    if (isReplacing) linkSync(file, aside);
    renameSync(ready, file);
    sync(dirname(file));
  } catch (error) {
    if (existsSync(ready)) rmSync(ready);
    throw error instanceof StartError ? error : unusable(file, error);
  } finally {
    old?.close();
  }
  return isReplacing ? aside : undefined;
}

/** The database with everybody else locked out, its journal emptied into it; undefined where it cannot be read at all. */
function holdAlone(file: string): BetterSqlite3.Database | undefined {
  // SQLite would open what is no database, and throw away the journal beside it.
  if (!isSqlite(file)) return undefined;
  const connection = new BetterSqlite3(file, { fileMustExist: true, timeout: 0 });
  try {
    // Only who is alone with a file may take it out of this mode, in which every connection holds it while it is open.
    connection.pragma('journal_mode = delete');
    connection.exec('begin exclusive');
    return connection;
  } catch (error) {
    connection.close();
    if (failureOf(error) !== 'busy') return undefined;
    throw new StartError(`${file} is in use: stop the server before restoring.`, { cause: error });
  }
}
