// Killed in the middle of a migration: the file has the old schema or the new one and nothing in between, and the copy
// that was made before, if it has its name, is whole.
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import BetterSqlite3 from 'better-sqlite3';
import { type Test, test } from 'tap';
import { migrationsOf } from '../../src/db/migrate.ts';
import { testDirectory } from '../database.ts';
import { command, launch, rounds, start } from './masthead.ts';
import { openNewsroom } from './newsroom.ts';

const KNOWN = migrationsOf('sqlite').length;
const WORKS_MS = 500;
/** About as long as the migration below takes. */
const MIGRATION_MS = 1_200;

/** Takes its time, and leaves something to see. */
const SLOW = `create table ballast (n integer primary key, text text) strict;
  with recursive counted (n) as (select 1 union all select n + 1 from counted where n < 400000)
  insert into ballast select n, hex(randomblob(40)) from counted;`;

/** A checkout of a later version, which has one migration more. */
const laterVersion = (t: Test): URL => {
  const folder = testDirectory(t);
  const root = fileURLToPath(new URL('../../', import.meta.url));
  for (const name of ['dist', 'migrations', 'package.json'])
    cpSync(`${root}${name}`, `${folder}/${name}`, { recursive: true });
  symlinkSync(`${root}node_modules`, `${folder}/node_modules`);
  writeFileSync(`${folder}/migrations/sqlite/${String(KNOWN + 1).padStart(4, '0')}_slow.sql`, SLOW);
  return pathToFileURL(`${folder}/`);
};

/** A database of this version with some work in it; returns its path, and what verify says of it. */
const databaseToMigrate = async (t: Test) => {
  const file = `${testDirectory(t)}/masthead.db`;
  const server = await start(t, `file:${file}`);
  const newsroom = await openNewsroom(server);
  const endsAt = performance.now() + WORKS_MS;
  await newsroom.work(server, () => performance.now() > endsAt);
  server.kill('SIGTERM');
  await server.ended;
  return { file, verdict: (await command(`file:${file}`, ['verify'])).text };
};

const versionOf = (file: string): number => {
  const connection = new BetterSqlite3(file, { fileMustExist: true });
  try {
    return Number(connection.pragma('user_version', { simple: true }));
  } finally {
    connection.close();
  }
};

const isCopying = (folder: string) => readdirSync(folder).some((name) => name.endsWith('.part'));
const hasCopy = (folder: string) => existsSync(`${folder}/masthead.db.schema-${KNOWN}.bak`);

/** Starts the later version, waits until it has come so far and a moment longer, and kills it. */
const killWhen = async (t: Test, database: string, root: URL, isSoFar: () => boolean, afterMs: number) => {
  const server = launch(t, database, { root });
  while (!isSoFar() && !server.isOver()) await pause(1);
  await pause(afterMs);
  server.kill('SIGKILL');
  t.equal(await server.ended, 'SIGKILL');
};

test('killed while a migration runs: the old schema or the new one, and a whole copy of before', async (t) => {
  const later = laterVersion(t);
  const { file, verdict } = await databaseToMigrate(t);
  t.match(verdict, /^Everything agrees/);
  const found: Record<string, number> = {};
  const times = rounds(4);
  for (let round = 0; round < times; round++) {
    const folder = `${testDirectory(t)}/round`;
    mkdirSync(folder);
    copyFileSync(file, `${folder}/masthead.db`);
    const database = `file:${folder}/masthead.db`;
    // The first while it copies, the others at some moment of the migration.
    const soFar = round === 0 ? isCopying : hasCopy;
    await killWhen(t, database, later, () => soFar(folder), round === 0 ? 0 : (MIGRATION_MS * round) / times);

    const version = versionOf(`${folder}/masthead.db`);
    const state = `schema ${version === KNOWN ? 'old' : 'new'}, ${hasCopy(folder) ? 'copied' : 'not copied'}`;
    found[state] = (found[state] ?? 0) + 1;
    t.ok(version === KNOWN || (version === KNOWN + 1 && hasCopy(folder)), `round ${round}: ${state}`);
    if (version === KNOWN)
      t.equal((await command(database, ['verify'])).text, verdict, 'the old version works on with it');
    t.equal((await command(database, ['verify'], { root: later })).text, verdict, 'and the later one');
    t.equal(versionOf(`${folder}/masthead.db`), KNOWN + 1);
    const copy = `file:${folder}/masthead.db.schema-${KNOWN}.bak`;
    t.equal((await command(copy, ['verify'])).text, verdict, 'the copy is what was there before');
  }
  t.comment(`${times} kills while a migration ran: ${JSON.stringify(found)}, 0 neither`);
});
