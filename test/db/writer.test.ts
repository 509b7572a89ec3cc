import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import BetterSqlite3 from 'better-sqlite3';
import { type Test, test } from 'tap';
import { CommitUnknown, DatabaseBusy, failureOf, JobRefused } from '../../src/db/failures.ts';
import { Writer, type WriterOptions } from '../../src/db/writer.ts';
import { testDirectory } from '../database.ts';

type Connection = BetterSqlite3.Database;
type Faults = Partial<Record<string, () => void>>;

/** A writer on a file with one table, and a second connection that sees what is committed. */
function setUp(t: Test, options: WriterOptions = {}, faults: Faults = {}) {
  const file = join(testDirectory(t), 'test.db');
  const connection = new BetterSqlite3(file, { timeout: 0 });
  connection.pragma('journal_mode = wal');
  connection.exec('create table notes (id integer primary key, text text unique) strict');
  const other = new BetterSqlite3(file, { timeout: 0 });
  const writer = new Writer(faulty(connection, faults), (guarded) => guarded, options);
  t.teardown(async () => {
    if (other.inTransaction) other.exec('rollback');
    await writer.close();
    other.close();
    connection.close();
  });
  const texts = (from: Connection) => from.prepare('select text from notes order by id').pluck().all();
  return { writer, connection, other, committed: () => texts(other), texts };
}

/** Runs a fault in front of the statement it is named for, as a failing disk would. */
const faulty = (connection: Connection, faults: Faults): Connection =>
  new Proxy(connection, {
    get(target, key) {
      if (key !== 'prepare') {
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      }
      return (source: string) => {
        const statement = target.prepare(source);
        const run = statement.run.bind(statement);
        statement.run = (...values: unknown[]) => {
          faults[source]?.();
          return run(...values);
        };
        return statement;
      };
    },
  });

const sqliteError = (code: string) => Object.assign(new Error(`as if: ${code}`), { code });
const add = (text: string) => async (tx: Connection) => {
  tx.prepare('insert into notes (text) values (?)').run(text);
  return text;
};
const failing = (text: string) => async (tx: Connection) => {
  await add(text)(tx);
  throw new Error(`no ${text}`);
};
/** What became of each, in order: its value, or its error's name and message. */
const outcomes = async (results: Promise<unknown>[]) =>
  (await Promise.allSettled(results)).map((result) =>
    result.status === 'fulfilled' ? result.value : `${result.reason.name}: ${result.reason.message}`,
  );
const unknown = 'CommitUnknown: the commit failed, or its answer was lost';

test('a job sees its own writes, others see them once they are committed', async (t) => {
  const { writer, committed, texts } = setUp(t);
  const result = writer.write(async (tx) => {
    await add('one')(tx);
    t.strictSame(committed(), []);
    return texts(tx);
  });
  t.strictSame(await result, ['one']);
  t.strictSame(committed(), ['one']);
});

test('jobs that wait together share one commit, in the order they came, and are answered after it', async (t) => {
  let commits = 0;
  const { writer, committed } = setUp(t, { onCommit: () => t.equal(++commits, 1) });
  const results = ['a', 'b', 'c'].map(async (text) => {
    await writer.write(add(text));
    return committed();
  });
  const all = ['a', 'b', 'c'];
  t.strictSame(await Promise.all(results), [all, all, all]);
});

test('a job that fails is undone alone', async (t) => {
  const { writer, committed } = setUp(t);
  const results = [writer.write(add('a')), writer.write(failing('b')), writer.write(add('c'))];
  t.strictSame(await outcomes(results), ['a', 'Error: no b', 'c']);
  t.strictSame(committed(), ['a', 'c']);
});

test('a job that throws before it awaits is undone alone too', async (t) => {
  const { writer, committed } = setUp(t);
  const thrown = writer.write((tx) => {
    tx.prepare("insert into notes (text) values ('a')").run();
    throw new Error('at once');
  });
  t.strictSame(await outcomes([thrown, writer.write(add('b'))]), ['Error: at once', 'b']);
  t.strictSame(committed(), ['b']);
});

test('nobody hears of a commit that held nothing', async (t) => {
  const { writer } = setUp(t, { onCommit: () => t.fail('there was nothing to tell') });
  t.strictSame(await outcomes([writer.write(failing('a'))]), ['Error: no a']);
});

test('a job that waits for something else is refused at once, and the others go on', async (t) => {
  const { writer, committed } = setUp(t);
  const never = new Promise(() => {});
  const startedAt = performance.now();
  const results = [
    writer.write(add('a')),
    writer.write(async (tx) => {
      await add('b')(tx);
      await never;
    }),
    writer.write(add('c')),
  ];
  const refused = 'JobRefused: a write waited for something that is not its database';
  t.strictSame(await outcomes(results), ['a', refused, 'c']);
  t.ok(performance.now() - startedAt < 1000, 'nobody waited for a time-out');
  t.strictSame(committed(), ['a', 'c']);
});

test('each job that waits for something else is refused, whoever began in the same turn', async (t) => {
  const { writer, committed } = setUp(t);
  const results: Promise<unknown>[] = [];
  const stray = (text: string) => async (tx: Connection) => {
    await add(text)(tx);
    await nextTurn();
    await nextTurn();
    return text;
  };
  for (const text of ['a', 'b', 'c']) results.push(writer.write(add(text)), writer.write(stray(`${text}!`)));
  const refused = 'JobRefused: a write waited for something that is not its database';
  t.strictSame(await outcomes(results), ['a', refused, 'b', refused, 'c', refused]);
  t.strictSame(committed(), ['a', 'b', 'c']);
});

test('what an index of words keeps in memory is written before the commit, and others get a turn in between', async (t) => {
  const { writer, connection } = setUp(t, { maxTurnMs: 0 });
  connection.exec('create virtual table words using fts5 (text)');
  const rows = connection.prepare('select count(*) from words_data').pluck();
  const seen: unknown[] = [];
  let looking = setImmediate(function look() {
    if (connection.inTransaction) seen.push(rows.get());
    looking = setImmediate(look);
  });
  const empty = rows.get();
  await writer.write(async (tx) => tx.prepare("insert into words values ('a bridge')").run());
  clearImmediate(looking);
  t.equal(seen[0], empty, 'in memory');
  t.not(seen.at(-1), empty, 'written, and not yet committed');
});

test('a statement that a job left un-awaited is refused, whoever runs by then', async (t) => {
  const { writer, committed } = setUp(t);
  const ghosts: Promise<unknown>[] = [];
  const forgotten = async (tx: Connection) => {
    for (let turns = 0; turns < 50; turns++) await undefined;
    await add('ghost')(tx);
  };
  const careless = writer.write(async (tx) => {
    ghosts.push(forgotten(tx).catch((error: unknown) => error));
  });
  const others = [1, 2, 3].map((n) => writer.write(add(`other ${n}`)));
  await Promise.all([careless, ...others]);
  t.match(await Promise.all(ghosts), [JobRefused]);
  t.strictSame(committed(), ['other 1', 'other 2', 'other 3']);
});

test('a statement prepared in one job and run in none is refused', async (t) => {
  const { writer, committed } = setUp(t);
  const statements: BetterSqlite3.Statement[] = [];
  await writer.write(async (tx) => {
    statements.push(tx.prepare("insert into notes (text) values ('late')"));
  });
  t.throws(() => statements[0]?.run(), JobRefused);
  t.strictSame(committed(), []);
});

test('a write inside a write is refused instead of waiting behind itself', async (t) => {
  const { writer, committed } = setUp(t);
  const nested = writer.write(async (tx) => {
    await add('outer')(tx);
    await writer.write(add('inner'));
  });
  await t.rejects(nested, { name: 'JobRefused', message: /inside a write/ });
  t.strictSame(committed(), []);
});

test('a batch ends at its bound of jobs, and at its bound of time', async (t) => {
  let commits = 0;
  const onCommit = () => {
    commits += 1;
  };
  const few = setUp(t, { maxJobs: 2, onCommit });
  await Promise.all(['a', 'b', 'c', 'd', 'e'].map((text) => few.writer.write(add(text))));
  t.equal(commits, 3);
  commits = 0;
  const brief = setUp(t, { maxBatchMs: 0, onCommit });
  await Promise.all(['a', 'b', 'c'].map((text) => brief.writer.write(add(text))));
  t.equal(commits, 3);
});

test('others get a turn between two jobs of a batch, and what comes meanwhile joins it', async (t) => {
  const commits: number[] = [];
  const { writer, committed } = setUp(t, {
    maxTurnMs: 0,
    onCommit: () => void commits.push(performance.now()),
  });
  const seen: string[] = [];
  const noting = (text: string) => async (tx: Connection) => {
    seen.push(text);
    return add(text)(tx);
  };
  let late: Promise<string> | undefined;
  const both = [writer.write(noting('first')), writer.write(noting('second'))];
  // Behind the turn in which the batch begins, and before the one that it waits for.
  setImmediate(() => {
    seen.push('somebody else');
    late = writer.write(noting('late'));
  });
  await Promise.all(both);
  t.equal(await late, 'late');
  t.same(seen, ['first', 'somebody else', 'second', 'late']);
  t.same(committed(), ['first', 'second', 'late']);
  t.equal(commits.length, 1);
});

test('of many answers others get a turn between some', async (t) => {
  const { writer } = setUp(t);
  const turns = new Set<number>();
  let turn = 0;
  let counting = setImmediate(function count() {
    turn += 1;
    counting = setImmediate(count);
  });
  const answered = Array.from({ length: 24 }, (_, n) =>
    writer.write(add(`note ${n}`)).then(() => turns.add(turn)),
  );
  await Promise.all(answered);
  clearImmediate(counting);
  t.equal(turns.size, 3);
});

test('a file that another connection holds is waited for without blocking', async (t) => {
  const { writer, other, committed } = setUp(t);
  other.exec('begin immediate');
  let isAnswered = false;
  const result = writer.write(add('a')).finally(() => {
    isAnswered = true;
  });
  for (let turns = 0; turns < 20; turns++) await nextTurn();
  t.notOk(isAnswered);
  other.exec("insert into notes (text) values ('theirs'); commit");
  t.equal(await result, 'a');
  t.strictSame(committed(), ['theirs', 'a']);
});

test('a file that stays held is given up as busy, by each job when its own time is over', async (t) => {
  const { writer, other, committed } = setUp(t, { deadlineMs: 150 });
  other.exec('begin immediate');
  const first = writer.write(add('first'));
  const halfTime = performance.now() + 100;
  while (performance.now() < halfTime) await nextTurn();
  const second = writer.write(add('second'));
  await t.rejects(first, DatabaseBusy);
  other.exec('rollback');
  t.equal(await second, 'second');
  t.strictSame(committed(), ['second']);
});

test('everybody is given up as busy when the time of all is over', async (t) => {
  const { writer, other } = setUp(t, { deadlineMs: 0 });
  other.exec('begin immediate');
  const results = [writer.write(add('a')), writer.write(add('b'))];
  const busy = 'DatabaseBusy: the database stayed busy until the time was up';
  t.strictSame(await outcomes(results), [busy, busy]);
  t.equal(failureOf(await results[0]!.catch((error: unknown) => error)), 'busy');
});

test('a failed commit leaves everybody in the batch unknown, but who failed by itself, and the writer goes on', async (t) => {
  const { writer, connection, committed } = setUp(t, { onCommit: () => t.equal(committed().length, 1) });
  // A deferred key is only looked at in COMMIT. The schema has none, for this very reason.
  connection.pragma('foreign_keys = on');
  connection.exec(
    'create table refs (note integer references notes (id) deferrable initially deferred) strict',
  );
  const results: Promise<unknown>[] = [
    writer.write(add('a')),
    writer.write(failing('b')),
    writer.write(async (tx) => tx.prepare('insert into refs values (99)').run()),
  ];
  t.strictSame(await outcomes(results), [unknown, 'Error: no b', unknown]);
  await t.rejects(results[0]!, { cause: { code: 'SQLITE_CONSTRAINT_FOREIGNKEY' } });
  t.strictSame(committed(), []);
  t.equal(writer.failure, undefined, 'it is not the disk that failed');
  t.equal(await writer.write(add('d')), 'd');
});

test('a full disk undoes the whole batch, is told as full, and is forgotten once there is room', async (t) => {
  const { writer, connection, committed } = setUp(t);
  const pages = connection.pragma('page_count', { simple: true });
  connection.pragma(`max_page_count = ${pages}`);
  const results = [writer.write(add('a')), writer.write(add('b'.repeat(50_000))), writer.write(add('c'))];
  const [first, second, third] = await Promise.allSettled(results);
  t.match(first, { status: 'rejected', reason: CommitUnknown });
  t.equal(failureOf(await results[0]!.catch((error: unknown) => error)), 'full');
  t.match(second, { status: 'rejected', reason: { code: 'SQLITE_FULL' } });
  t.match(third, { status: 'fulfilled', value: 'c' }, 'it came after and had its own batch');
  t.strictSame(committed(), ['c']);
  t.equal(writer.failure, undefined);
  connection.pragma('max_page_count = 1000000');
  await writer.write(add('d'.repeat(50_000)));
  t.equal(committed().length, 2);
});

test('an I/O error in a commit is remembered until a later commit succeeds', async (t) => {
  const faults: Faults = {
    commit: () => {
      throw sqliteError('SQLITE_IOERR_FSYNC');
    },
  };
  const { writer, committed } = setUp(t, {}, faults);
  t.strictSame(await outcomes([writer.write(add('a'))]), [unknown]);
  t.match(writer.failure, { code: 'SQLITE_IOERR_FSYNC' });
  delete faults.commit;
  await writer.write(add('b'));
  t.equal(writer.failure, undefined);
  t.strictSame(committed(), ['b']);
});

test('a transaction that cannot even begin refuses everybody who waits', async (t) => {
  const faults: Faults = {
    'begin immediate': () => {
      throw sqliteError('SQLITE_IOERR_READ');
    },
  };
  const { writer } = setUp(t, {}, faults);
  const failure = 'Error: as if: SQLITE_IOERR_READ';
  t.strictSame(await outcomes([writer.write(add('a')), writer.write(add('b'))]), [failure, failure]);
  t.match(writer.failure, { code: 'SQLITE_IOERR_READ' });
});

test('a transaction that can be neither committed nor rolled back is told to those who come after', async (t) => {
  const faults: Faults = {};
  faults.commit = faults.rollback = () => {
    throw sqliteError('SQLITE_IOERR_WRITE');
  };
  const { writer } = setUp(t, {}, faults);
  t.strictSame(await outcomes([writer.write(add('a'))]), [unknown]);
  await t.rejects(writer.write(add('b')), /within a transaction/);
});

test('a savepoint that fails takes the batch with it, and not the writer', async (t) => {
  const { writer, committed } = setUp(t);
  const results = [
    writer.write(add('a')),
    writer.write(async (tx) => {
      tx.prepare('release job').run();
      throw new Error('after that');
    }),
  ];
  t.strictSame(await outcomes(results), [unknown, unknown]);
  t.equal(await writer.write(add('b')), 'b');
  t.strictSame(committed(), ['b']);
});

test('closing finishes what waits and refuses what comes', async (t) => {
  const { writer, committed } = setUp(t);
  const result = writer.write(add('a'));
  await writer.close();
  t.strictSame(committed(), ['a']);
  t.equal(await result, 'a');
  await t.rejects(writer.write(add('b')), /closed/);
});

test('a job that is asked for by the answer of another is not forgotten', async (t) => {
  const { writer, committed } = setUp(t);
  for (let round = 0; round < 20; round++) {
    await writer.write(add(`${round}`)).then(() => writer.write(add(`${round} again`)));
    await writer.idle();
  }
  t.equal(committed().length, 40);
});

test('of a thousand jobs that fail at random exactly the others are kept, each as it was answered', async (t) => {
  const { writer, committed } = setUp(t);
  let seed = 20_260_101;
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed / 2 ** 31;
  };
  const expected: string[] = [];
  const answered: string[] = [];
  const jobs = Array.from({ length: 1000 }, async (_, n) => {
    const isDoomed = random() < 0.3;
    const awaits = Math.floor(random() * 5);
    if (!isDoomed) expected.push(`${n}`);
    if (random() < 0.2) await nextTurn();
    const job = writer.write(async (tx) => {
      await add(`${n}`)(tx);
      for (let i = 0; i < awaits; i++) await undefined;
      // A second row of the same text: a real error of the database, not only one of the job.
      if (isDoomed) await add(`${n}`)(tx);
      return `${n}`;
    });
    await job.then(
      (text) => answered.push(text),
      (error) => t.equal(error.code, 'SQLITE_CONSTRAINT_UNIQUE'),
    );
  });
  await Promise.all(jobs);
  t.strictSame(committed().sort(), expected.sort());
  t.strictSame(answered.sort(), expected.sort());
});

test('a statement is compiled once for its text, forgotten when there are too many, and new to whoever asks for it', async (t) => {
  const { writer } = await setUp(t);
  await writer.write(add('a'));
  for (let n = 0; n < 3; n++) {
    await writer.write(async (tx) => {
      for (let m = 0; m < 300; m++)
        t.equal(
          tx
            .prepare(`select ${n * 300 + m}`)
            .pluck()
            .get(),
          n * 300 + m,
        );
    });
  }
  const texts = await writer.write(async (tx) => {
    const raw = tx.prepare('select text from notes').raw().all();
    return [raw, tx.prepare('select text from notes').all()];
  });
  t.same(texts, [[['a']], [{ text: 'a' }]]);
});

test('who would wait behind too many is refused at once, and nothing of theirs is kept', async (t) => {
  const { writer, committed } = setUp(t, { maxWaiting: 3 });
  const results = ['a', 'b', 'c', 'd', 'e'].map((text) => writer.write(add(text)));
  await t.rejects(results[3]!, DatabaseBusy);
  await t.rejects(results[4]!, { message: 'the database stayed busy until the time was up' });
  await Promise.all(results.slice(0, 3));
  t.same(committed(), ['a', 'b', 'c']);
  await writer.write(add('f'));
  t.same(committed(), ['a', 'b', 'c', 'f']);
});
