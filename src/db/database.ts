// The way in: DATABASE_URL chooses the engine, and nothing else of the house knows which one it is.
import { fileURLToPath } from 'node:url';
import type { Database, DatabaseOptions } from './engine.ts';
import { StartError } from './failures.ts';

export type { ChangeListener, Changes, Database, DatabaseLog } from './engine.ts';
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

/** `file:./data/masthead.db` is a path from where the process runs; `file:///srv/masthead.db` is an absolute one. */
function pathOf(url: string): string {
  const path = url.startsWith('file:///') ? fileURLToPath(url) : url.slice('file:'.length);
  if (path === '' || path.startsWith('//')) {
    throw new StartError(`DATABASE_URL names no file: ${url}. Write it as file:./data/masthead.db.`);
  }
  return path;
}
