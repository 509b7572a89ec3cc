// How a process learns what another one committed: every event once and in order, or that everything may have changed.
import { setTimeout as pause } from 'node:timers/promises';
import BetterSqlite3 from 'better-sqlite3';
import { sql } from 'drizzle-orm';
import { type Test, test } from 'tap';
import { createContext } from '../../src/context.ts';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { SqliteChanges } from '../../src/db/sqlite-changes.ts';
import { bothEngines, testDatabaseUrl, testEngine } from '../database.ts';
import { line } from './line.ts';

const clock = () => 1_000;
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

const opened = async (t: Test, url: string, warnings: string[] = []): Promise<Database> => {
  const noting = { ...log, warn: (_: object, message: string) => void warnings.push(message) };
  const database = await openDatabase({ url, clock, log: noting });
  t.teardown(() => database.close());
  return database;
};

/** What the listener of `database` is told, and a way to wait for it. */
const listening = async ({ changes }: Database) => {
  const told: string[] = [];
  changes.subscribe((tags) => told.push(tags === 'everything' ? tags : tags.join()));
  // On SQLite this is also what makes it look.
  const until = async (isSo: (isKnown: boolean) => boolean) => {
    while (!isSo(changes.areKnown())) await pause(5);
  };
  await until((isKnown) => isKnown);
  return { told, until };
};

/** Commits events that show these tags, in one transaction. */
const say = (database: Database, ...tags: `tag:${string}`[]) =>
  createContext({ database, clock, actor: { kind: 'system' }, log }).write(async (tx) => {
    for (const tag of tags) tx.emit({ action: 'tag.updated', subject: 'tag:1', tags: [tag] });
  });

const many = Array.from({ length: 1_001 }, (_, n) => `tag:${n}` as const);

for (const engine of bothEngines) {
  test(`${engine}: who missed more than a thousand events is told that everything may have changed, and goes on from there`, {
    timeout: 120_000,
  }, async (t) => {
    const url = await testDatabaseUrl(t, engine);
    const [reading, writing] = [await opened(t, url), await opened(t, url)];
    const { told, until } = await listening(reading);
    // PostgreSQL begins with it: nobody knows what there was before the first look.
    t.strictSame(told, engine === 'sqlite' ? [] : ['everything']);
    told.length = 0;
    await say(writing, 'tag:a', 'tag:b');
    await until(() => told.length > 0);
    t.strictSame(told, ['tag:a', 'tag:b']);
    await say(writing, ...many);
    await until(() => told.length > 2);
    t.strictSame(told.slice(2), ['everything']);
    await say(writing, 'tag:c');
    await until(() => told.length > 3);
    t.strictSame(told.slice(3), ['tag:c']);
    await say(reading, 'tag:own');
    t.strictSame(told.slice(4), ['tag:own'], 'own events are told before the one who wrote is answered');
    await Promise.all((['tag:x', 'tag:y', 'tag:z'] as const).map((tag) => say(reading, tag)));
    t.strictSame(told.slice(5).sort(), ['tag:x', 'tag:y', 'tag:z'], 'also when several are answered at once');
  });
}

test('who stops listening to PostgreSQL knows nothing until it listens again, and is then told what it missed', {
  timeout: 120_000,
}, async (t) => {
  const direct = await testDatabaseUrl(t, bothEngines[1]);
  const { url, cut } = await line(t, direct);
  const warnings: string[] = [];
  const writing = await opened(t, direct);
  const reading = await opened(t, url, warnings);
  const { told, until } = await listening(reading);
  t.strictSame(told, ['everything']);

  await cut();
  await until((isKnown) => !isKnown);
  await say(writing, 'tag:missed');
  await until((isKnown) => isKnown);
  t.strictSame(told.slice(1), ['tag:missed'], 'and not everything');
  t.match(warnings.join(), /the connection that listens for changes was lost/);

  await writing.read.rows(sql`alter table events rename to hidden_events`);
  await until((isKnown) => !isKnown);
  await writing.read.rows(sql`alter table hidden_events rename to events`);
  await until((isKnown) => isKnown);
  t.equal(told.length, 2, 'events that cannot be read for a moment are not lost');

  if (testEngine() !== 'postgres') return;
  // What an operator or a failover does to it.
  await writing.read.rows(sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'masthead changes' and datname = current_database()`);
  await until((isKnown) => !isKnown);
  await say(writing, 'tag:after');
  await until((isKnown) => isKnown);
  t.strictSame(told.slice(2), ['tag:after']);
});

test('a process that cannot look does not say that it knows', (t) => {
  const reading = new BetterSqlite3(':memory:');
  reading.exec('create table events (position integer primary key, tags text)');
  const changes = new SqliteChanges(reading);
  changes.subscribe(() => undefined);
  t.ok(changes.areKnown());
  reading.close();
  t.notOk(changes.areKnown());
  t.end();
});
