import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { sql } from 'drizzle-orm';
import { type Test, test } from 'tap';
import { StartError } from '../../src/db/failures.ts';
import type { Migration } from '../../src/db/migrate.ts';
import { configure, openSqlite } from '../../src/db/sqlite.ts';
import { applicationId } from '../../src/db/sqlite-file.ts';
import { testDirectory } from '../database.ts';

const migrations: Migration[] = [{ number: 1, name: 'notes', sql: 'create table notes (text text) strict;' }];
const clock = () => 1000;
const open = (file: string) => openSqlite({ file, clock, migrations });

/** A database of ours, closed, with a note in it. */
async function ours(t: Test): Promise<string> {
  const file = join(testDirectory(t), 'masthead.db');
  const database = await open(file);
  await database.write((db) => db.rows(sql`insert into notes values ('kept') returning text`));
  await database.close();
  return file;
}

/** Every file of a directory with its bytes. */
const content = (directory: string) =>
  Object.fromEntries(
    readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), 'latin1')]),
  );

/** Opening is refused with one line that names the file, and leaves everything as it lay. */
async function refuses(t: Test, file: string, what: RegExp, directory = join(file, '..')) {
  const found = content(directory);
  const error = await open(file).then(
    () => t.fail('it was opened'),
    (error: unknown) => error,
  );
  t.type(error, StartError);
  if (error instanceof StartError) {
    t.match(error.message, what);
    t.ok(error.message.startsWith(file), 'the file is named');
    t.notMatch(error.message, '\n');
  }
  t.strictSame(content(directory), found);
}

test('a missing file is made with its directories, for its owner alone', async (t) => {
  const directory = join(testDirectory(t), 'new', 'data');
  const file = join(directory, 'masthead.db');
  const database = await open(file);
  t.teardown(() => database.close());
  await database.write((db) => db.rows(sql`insert into notes values ('a')`));
  const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
  t.equal(mode(directory), '700');
  t.equal(mode(join(directory, '..')), '700');
  t.strictSame(readdirSync(directory).sort(), ['masthead.db', 'masthead.db-shm', 'masthead.db-wal']);
  for (const name of readdirSync(directory)) t.equal(mode(join(directory, name)), '600', name);
});

test('both connections are durable, strict and read no memory that is not theirs', async (t) => {
  const database = await open(await ours(t));
  t.teardown(() => database.close());
  const expected = {
    journal_mode: 'wal',
    synchronous: 2,
    foreign_keys: 1,
    trusted_schema: 0,
    cell_size_check: 1,
    secure_delete: 1,
    journal_size_limit: 67108864,
    temp_store: 2,
    mmap_size: 0,
  };
  const read = async (db: typeof database.read) => {
    const found: Record<string, unknown> = {};
    for (const name of [...Object.keys(expected), 'busy_timeout']) {
      const [row] = await db.rows<Record<string, unknown>>(sql`pragma ${sql.identifier(name)}`);
      found[name] = Object.values(row ?? {})[0];
    }
    return found;
  };
  t.strictSame(await database.write(read), { ...expected, busy_timeout: 0 });
  t.strictSame(await read(database.read), { ...expected, busy_timeout: 100 });
});

test('a journal that has grown is emptied by maintenance, and one that has not is left', async (t) => {
  const file = await ours(t);
  const database = await open(file);
  t.teardown(() => database.close());
  const journal = () => statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  await database.write((db) => db.rows(sql`insert into notes values ('small')`));
  const small = journal();
  await database.maintain();
  t.equal(journal(), small);
  t.ok(small > 0);
  await database.write((db) => db.rows(sql`insert into notes values (hex(zeroblob(35000000)))`));
  t.ok(journal() > 64 * 1024 * 1024);
  await database.maintain();
  t.equal(journal(), 0);
  await database.maintain();
});

test('a pragma that does not take is a reason not to start', (t) => {
  const connection = new BetterSqlite3(':memory:');
  t.throws(() => configure(connection), {
    name: 'StartError',
    message: /journal_mode is memory where it must be wal/,
  });
  t.end();
});

test('the connection for reads cannot write', async (t) => {
  const database = await open(await ours(t));
  t.teardown(() => database.close());
  await t.rejects(database.read.rows(sql`insert into notes values ('b')`), { code: 'SQLITE_READONLY' });
});

test('closing finishes the writes that wait and leaves one file', async (t) => {
  const file = await ours(t);
  const database = await open(file);
  const result = database.write((db) => db.rows(sql`insert into notes values ('last') returning text`));
  await Promise.all([database.close(), database.close()]);
  t.strictSame(await result, [{ text: 'last' }]);
  t.strictSame(readdirSync(join(file, '..')), ['masthead.db']);
  await t.rejects(database.check(), /not open/);
  await t.rejects(
    database.write(async () => {}),
    /closed/,
  );
});

test('closing beside another process that is writing leaves the rest to it', async (t) => {
  const file = await ours(t);
  const database = await open(file);
  await database.write(async (db) => {
    await db.rows(sql`create index notes_text on notes (text)`);
    await db.rows(
      sql`with recursive n (i) as (select 1 union all select i + 1 from n where i < 500) insert into notes select i from n`,
    );
    // A search of the index is what makes closing want to measure it, for which it needs the lock.
    await db.rows(sql`select text from notes where text = '7'`);
  });
  const other = new BetterSqlite3(file);
  other.exec('begin immediate');
  await database.close();
  other.exec("insert into notes values ('theirs'); commit");
  t.equal(other.prepare('select count(*) from notes').pluck().get(), 502);
  other.close();
});

test('a database whose last commit failed to reach the disk says so when it is checked, until one succeeds', async (t) => {
  const file = await ours(t);
  let isBroken = true;
  const prepare: (this: unknown, source: string) => { run(): unknown } = Reflect.get(
    BetterSqlite3.prototype,
    'prepare',
  );
  t.intercept(BetterSqlite3.prototype, 'prepare', {
    value(source: string) {
      const statement = prepare.call(this, source);
      const run = statement.run.bind(statement);
      if (source !== 'commit') return statement;
      statement.run = () => {
        if (isBroken) throw Object.assign(new Error('as if'), { code: 'SQLITE_IOERR_FSYNC' });
        return run();
      };
      return statement;
    },
  });
  const database = await open(file);
  t.teardown(() => database.close());
  await database.check();
  await t.rejects(
    database.write((db) => db.rows(sql`insert into notes values ('a')`)),
    { name: 'CommitUnknown' },
  );
  await t.rejects(database.check(), { name: 'CommitUnknown', cause: { code: 'SQLITE_IOERR_FSYNC' } });
  isBroken = false;
  await database.check();
  t.strictSame(
    await database.read.rows(sql`select text from notes`),
    [{ text: 'kept' }],
    'and writes nothing',
  );
});

test('a disk without room for another write makes the database unusable, and reading goes on', async (t) => {
  const file = await ours(t);
  const full = await openSqlite({ file, clock, migrations, minRoomBytes: Number.MAX_SAFE_INTEGER });
  t.teardown(() => full.close());
  await t.rejects(full.check(), { message: /^the disk has room for \d+ bytes$/ });
  t.same(await full.read.rows(sql`select text from notes`), [{ text: 'kept' }]);
  const roomy = await open(file);
  t.teardown(() => roomy.close());
  await t.resolves(roomy.check());
});

test('opening a file twice in one process leaves the locks of the first in place', async (t) => {
  const file = await ours(t);
  const locks = () => {
    const { ino } = statSync(file);
    return readFileSync('/proc/locks', 'utf8')
      .split('\n')
      .filter((line) => line.includes(`:${ino} `)).length;
  };
  const first = await open(file);
  if (process.platform === 'linux') t.equal(locks(), 1);
  const second = await open(file);
  await second.close();
  const older = openSqlite({ file, clock, migrations: [] });
  await t.rejects(
    older,
    { name: 'StartError', message: /newer Masthead/ },
    'what it holds is looked at all the same',
  );
  if (process.platform === 'linux') t.equal(locks(), 1);
  await first.close();
  truncateSync(file, 4096);
  await t.rejects(open(file), { name: 'StartError' }, 'closed, it is looked at again');
});

test('an empty file is taken for a new database', async (t) => {
  const file = join(testDirectory(t), 'masthead.db');
  writeFileSync(file, '');
  const database = await open(file);
  t.strictSame(await database.read.rows(sql`pragma application_id`), [{ application_id: applicationId }]);
  await database.close();
});

test('a database with the largest pages is read right', async (t) => {
  const file = join(testDirectory(t), 'masthead.db');
  const connection = new BetterSqlite3(file);
  connection.pragma('page_size = 65536');
  connection.pragma(`application_id = ${applicationId}`);
  connection.close();
  const database = await open(file);
  t.strictSame(await database.read.rows(sql`pragma page_size`), [{ page_size: 65536 }]);
  await database.close();
});

test('what was killed while writing is opened with every commit', async (t) => {
  const directory = testDirectory(t);
  const file = await ours(t);
  const database = await open(file);
  await database.write((db) => db.rows(sql`insert into notes values ('in the journal')`));
  for (const end of ['', '-wal']) copyFileSync(file + end, join(directory, `copy.db${end}`));
  await database.close();
  const copy = await open(join(directory, 'copy.db'));
  t.strictSame(await copy.read.rows(sql`select text from notes`), [
    { text: 'kept' },
    { text: 'in the journal' },
  ]);
  await copy.close();
});

test('what is not a file is refused', async (t) => {
  const directory = testDirectory(t);
  await refuses(t, directory, /is a directory/, directory);
  await t.rejects(open('/dev/null'), { message: /^\/dev\/null is not a regular file/ });
  writeFileSync(join(directory, 'file'), '');
  await refuses(t, join(directory, 'file', 'masthead.db'), /cannot be used \((ENOTDIR|EEXIST)/, directory);
});

test('what is not a SQLite database is refused as it lies', async (t) => {
  const file = join(testDirectory(t), 'masthead.db');
  writeFileSync(file, 'short');
  await refuses(t, file, /not a SQLite database/);
  writeFileSync(file, 'long enough to be a header, '.repeat(10));
  await refuses(t, file, /not a SQLite database/);
});

test('the database of another application is refused as it lies', async (t) => {
  const file = join(testDirectory(t), 'theirs.db');
  const theirs = new BetterSqlite3(file);
  theirs.exec('create table things (name)');
  theirs.close();
  await refuses(t, file, /of another application/);
});

test('a database that was cut short is refused as it lies', async (t) => {
  const file = await ours(t);
  truncateSync(file, statSync(file).size - 4096);
  await refuses(t, file, /is cut short: \d+ bytes are there, \d+ should be/);
});

test('an empty file beside a full journal is refused, where SQLite would throw the journal away', async (t) => {
  const file = join(testDirectory(t), 'masthead.db');
  writeFileSync(file, '');
  writeFileSync(`${file}-wal`, 'commits');
  await refuses(t, file, /is cut short/);
});

test('a damaged database is refused', async (t) => {
  const file = await ours(t);
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.fill(0xff, 100));
  await t.rejects(open(file), { name: 'StartError', message: /cannot be used \(SQLITE_/ });
});

test('a database of a newer version is refused as it lies', async (t) => {
  const file = await ours(t);
  const newer = new BetterSqlite3(file);
  newer.pragma('user_version = 2');
  newer.pragma('wal_checkpoint(truncate)');
  newer.close();
  await refuses(t, file, /written by a newer Masthead \(its schema is 2, this version knows 1\)/);
});

test('a newer version is seen in the journal too, and the journal kept', async (t) => {
  const directory = testDirectory(t);
  const file = await ours(t);
  const newer = new BetterSqlite3(file);
  newer.pragma('user_version = 2');
  for (const end of ['', '-wal', '-shm']) copyFileSync(file + end, join(directory, `copy.db${end}`));
  newer.close();
  const kept = () => ['copy.db', 'copy.db-wal'].map((name) => readFileSync(join(directory, name), 'latin1'));
  const found = kept();
  await t.rejects(open(join(directory, 'copy.db')), { name: 'StartError', message: /newer Masthead/ });
  t.strictSame(kept(), found);
});

// As root nothing is forbidden; then these play somebody else for as long as the file is opened.
const nobody = 65534;
async function asNobody(run: () => Promise<unknown>) {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(nobody);
  try {
    await run();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

test('a file or a directory without the permissions it takes is refused as it lies', async (t) => {
  const file = await ours(t);
  const directory = join(file, '..');
  const found = content(directory);
  const refused = async (fileMode: number, directoryMode: number, path: string, what: RegExp) => {
    chmodSync(file, fileMode);
    chmodSync(directory, directoryMode);
    await asNobody(() => t.rejects(open(path), { name: 'StartError', message: what }));
    chmodSync(directory, 0o700);
    chmodSync(file, 0o600);
    t.strictSame(content(directory), found);
  };
  await refused(0o000, 0o777, file, /^\S+ cannot be used \(EACCES/);
  await refused(0o444, 0o777, file, /^\S+ cannot be used \(EACCES/);
  await refused(0o666, 0o555, file, /^\S+ cannot be used \(SQLITE_(CANTOPEN|READONLY)/);
  await refused(0o666, 0o555, join(directory, 'new.db'), /^\S+ cannot be used \(EACCES/);
  await refused(0o666, 0o555, join(directory, 'data', 'new.db'), /^\S+ cannot be used \(EACCES/);
  await refused(0o666, 0o000, file, /^\S+ cannot be used \(EACCES/);
  mkdirSync(join(directory, 'after'));
});
