// Looks at a database file before SQLite may touch it: what is not ours, not whole or not for this version is
// refused as it lies, without a byte changed or a file laid beside it.
import { closeSync, fstatSync, mkdirSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { reasonOf, StartError } from './failures.ts';
import { type Migration, refuseNewer } from './migrate.ts';

/** "MAST" as an integer, in every file of ours: https://www.sqlite.org/fileformat2.html#application_id */
export const applicationId = 0x4d415354;

const headerBytes = 100;

/**
 * Makes sure that there is a file to open: creates it, empty and for its owner only, when it is missing.
 * @throws StartError when it cannot be created, or is something else than a file
 */
export function provideFile(path: string): Stats {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found) {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      // SQLite gives the files it keeps beside this one the same permissions.
      closeSync(openSync(path, 'a', 0o600));
    } else if (!found.isFile()) {
      const kind = found.isDirectory() ? 'a directory' : 'not a regular file';
      throw new StartError(`${path} is ${kind}: name a file in DATABASE_URL.`);
    }
    return found ?? statSync(path);
  } catch (error) {
    throw error instanceof StartError ? error : unusable(path, error);
  }
}

/** `open`: it is the database to be used. `copy`: it is only to be read, such as a backup. */
export type Use = 'open' | 'copy';

const otherFile: Record<Use, string> = {
  open: 'name another file in DATABASE_URL',
  copy: 'name another file',
};

/**
 * Reads the header as bytes (https://www.sqlite.org/fileformat2.html#the_database_header), and says whether the
 * file is still empty. Only for a file that this process has not open: closing a file drops every POSIX lock that
 * the process holds on it, SQLite's among them.
 * @throws StartError for what is not ours, cut short, of a newer schema, or not readable and, to be used, writable
 */
export function inspectFile(
  path: string,
  migrations: readonly Migration[],
  use: Use = 'open',
): 'empty' | 'ours' {
  const header = Buffer.alloc(headerBytes);
  const size = readHeader(path, header, use);
  const journal = statSync(`${path}-wal`, { throwIfNoEntry: false });
  const hasJournal = journal !== undefined && journal.size > 0;
  if (size === 0) {
    // SQLite would take the file for a new one and throw the journal away.
    if (hasJournal) throw cutShort(path, size, 'more');
    return 'empty';
  }
  if (size < headerBytes || !hasMagic(header)) {
    throw new StartError(`${path} is not a SQLite database: ${otherFile[use]}.`);
  }
  if (header.readUInt32BE(68) !== applicationId) {
    throw new StartError(`${path} is the database of another application: ${otherFile[use]}.`);
  }
  refuseNewer(path, header.readUInt32BE(60), migrations);
  const pageBytes = header.readUInt16BE(16) === 1 ? 65536 : header.readUInt16BE(16);
  const promised = header.readUInt32BE(28) * pageBytes;
  if (!hasJournal && size < promised) throw cutShort(path, size, promised);
  if (hasJournal) refuseNewer(path, versionWithJournal(path), migrations);
  return 'ours';
}

/** Whether a file begins as those of SQLite do. Like `inspectFile`, only for a file that this process has not open. */
export function isSqlite(path: string): boolean {
  const header = Buffer.alloc(headerBytes);
  readHeader(path, header, 'copy');
  return hasMagic(header);
}

const hasMagic = (header: Buffer): boolean => header.toString('latin1', 0, 16) === 'SQLite format 3\0';

function readHeader(path: string, header: Buffer, use: Use): number {
  try {
    const file = openSync(path, use === 'open' ? 'r+' : 'r');
    try {
      readSync(file, header);
      return fstatSync(file).size;
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw unusable(path, error);
  }
}

/** The version in the journal, if it is newer there. Read-only: that recovers the index of the journal and no more. */
function versionWithJournal(path: string): number {
  const connection = new BetterSqlite3(path, { readonly: true, fileMustExist: true });
  try {
    return Number(connection.pragma('user_version', { simple: true }));
  } finally {
    connection.close();
  }
}

const cutShort = (path: string, size: number, promised: number | string) =>
  new StartError(
    `${path} is cut short: ${size} bytes are there, ${promised} should be. Restore the last backup.`,
  );

/** What the operating system or SQLite said when it refused a file, as one line. */
export const unusable = (path: string, cause: unknown) =>
  new StartError(
    `${path} cannot be used (${reasonOf(cause)}). This user must be able to read and write both the file and its directory.`,
    { cause },
  );
