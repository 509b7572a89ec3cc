// The way in: DATABASE_URL chooses the engine, and nothing else of the house knows which one it is.
import { fileURLToPath } from 'node:url';
import type { Database, DatabaseOptions } from './engine.ts';
import { StartError } from './failures.ts';

export type { ChangeListener, Changes, Database, DatabaseFigures, DatabaseLog } from './engine.ts';
export { CommitUnknown, DatabaseBusy, type Failure, failureOf, JobRefused, StartError } from './failures.ts';

/** Opens the database behind a URL, migrated to the newest schema. Throws StartError. */
export async function openDatabase({
  url,
  ...options
}: DatabaseOptions & { url: string }): Promise<Database> {
  // Only the driver that is used is loaded.
  if (/^postgres(ql)?:\/\//.test(url)) {
    const { openPostgres } = await import('./postgres.ts');
    return openPostgres({ url, ...options });
  }
  if (url.startsWith('file:')) {
    const { openSqlite } = await import('./sqlite.ts');
    return openSqlite({ file: pathOf(url), ...options });
  }
  // The URL itself is not repeated: it may hold a password.
  throw new StartError('DATABASE_URL must begin with file: or postgres://, such as file:./data/masthead.db.');
}

/** Copies the database behind a URL, in use or not, into a new file; returns its size in bytes. Throws StartError. */
export const backUpDatabase = async (url: string, to: string): Promise<number> => {
  const file = fileOf(url);
  const { backUpSqlite } = await import('./sqlite-copy.ts');
  return backUpSqlite(file, to);
};

/** Puts a backup in the place of the database behind a URL; returns where that is kept now. Throws StartError. */
export const restoreDatabase = async (url: string, from: string): Promise<string | undefined> => {
  const file = fileOf(url);
  const { restoreSqlite } = await import('./sqlite-copy.ts');
  return restoreSqlite(file, from);
};

function fileOf(url: string): string {
  if (url.startsWith('file:')) return pathOf(url);
  throw new StartError('PostgreSQL has its own tools for this: pg_dump and pg_restore.');
}

/** `file:./data/masthead.db` is a path from where the process runs; `file:///srv/masthead.db` is an absolute one. */
function pathOf(url: string): string {
  const path = url.startsWith('file:///') ? fileURLToPath(url) : url.slice('file:'.length);
  if (path === '' || path.startsWith('//')) {
    throw new StartError(`DATABASE_URL names no file: ${url}. Write it as file:./data/masthead.db.`);
  }
  return path;
}
