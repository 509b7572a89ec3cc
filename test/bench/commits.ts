// What it brings to commit together what waits: the house's writer with many at its door, once as it is and once so that
// each write is a commit, and a sync, of its own. The same rows into the same file, in turns.
import BetterSqlite3 from 'better-sqlite3';
import { configure } from '../../src/db/sqlite.ts';
import { Writer } from '../../src/db/writer.ts';
import { median, ROUNDS, rounded, SECONDS } from './load.ts';
import { commentRows } from './rows.ts';

const AT_ONCE = 32;

/** Writes a second, each durable when it counts. */
const rateOf = async (write: () => Promise<void>): Promise<number> => {
  const begun = performance.now();
  const endsAt = begun + SECONDS * 1_000;
  let written = 0;
  const one = async () => {
    for (; performance.now() < endsAt; written++) await write();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  return (written * 1_000) / (performance.now() - begun);
};

/** `file` is a database in which a reader has commented; it is written to. */
export const groupCommit = async (file: string) => {
  const connection = new BetterSqlite3(file);
  configure(connection);
  const insert = commentRows(connection);
  const writerOf = (options: { maxJobs?: number }) => {
    const writer = new Writer(connection, () => insert, options);
    const rates: number[] = [];
    return { writer, rates, write: () => writer.write(async (tx) => tx('A thought.')) };
  };
  const alone = writerOf({ maxJobs: 1 });
  const together = writerOf({});
  for (const { write } of [alone, together]) await rateOf(write);
  for (let round = 0; round < ROUNDS; round++)
    for (const { write, rates } of [alone, together]) rates.push(await rateOf(write));
  const { commits, writes } = together.writer.figures;
  connection.close();
  const [one, many] = [median(alone.rates), median(together.rates)];
  return {
    writers: AT_ONCE,
    ratio: rounded(many / one),
    together: rounded(many, 0),
    alone: rounded(one, 0),
    writesPerCommit: rounded(writes / commits, 1),
  };
};
