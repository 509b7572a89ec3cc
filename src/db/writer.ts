// The one writer of a SQLite file: what waits is committed together, with one fsync for all, and nobody is
// answered before that commit. Each job runs in its own savepoint, so a job that fails is undone alone.
// The jobs share one connection; hence a job may await nothing but its database, and nothing may run outside a job.
import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type BetterSqlite3 from 'better-sqlite3';
import { takingTurns } from '../core/turns.ts';
import { compiler } from './compiled.ts';
import { CommitUnknown, DatabaseBusy, failureOf, JobRefused } from './failures.ts';

export interface WriterOptions {
  /** Called after a commit and before its jobs are answered; what they made stale is gone by then. Must not throw. */
  onCommit?: () => void;
  /** A batch ends at this many jobs… */
  maxJobs?: number;
  /** …or after this long. */
  maxBatchMs?: number;
  /** After this long others get a turn of the event loop, between two jobs of a batch. */
  maxTurnMs?: number;
  /** A job that would wait behind so many is refused as DatabaseBusy: its turn would come too late for anybody. */
  maxWaiting?: number;
  /** How long a job waits for a file that other processes hold before it is refused as DatabaseBusy. */
  deadlineMs?: number;
}

interface Waiting<Tx> {
  /** Runs the job, and resolves to the way to answer it. */
  perform(tx: Tx): Promise<() => void>;
  reject(error: unknown): void;
  overdueAt: number;
}

/** A job whose turn it is. */
interface Running {
  refuse(why: JobRefused): void;
}

/** How a job that has run is answered: `give` once the batch is committed, `withdraw` when that failed. */
interface Answer {
  error?: unknown;
  give(): void;
  withdraw(cause: unknown): void;
}

const longestPauseMs = 20;
/** What follows an answer (its view, its bytes) takes longer than the write, and is done for so many in one turn. */
const answersPerTurn = 8;

export class Writer<Tx> {
  readonly #connection: BetterSqlite3.Database;
  readonly #tx: Tx;
  readonly #options: Required<WriterOptions>;
  readonly #statements: Record<
    'begin' | 'commit' | 'rollback' | 'save' | 'release' | 'undo',
    { run(): unknown }
  >;
  readonly #compiled: (source: string) => BetterSqlite3.Statement;
  readonly #waiting: Waiting<Tx>[] = [];
  /** Holds the job to which the running code belongs, also across its awaits. */
  readonly #inside = new AsyncLocalStorage<Running>();
  /** The job whose savepoint is open. */
  #current: Running | undefined;
  #isTurnWatched = false;
  #draining: Promise<void> | undefined;
  /** What was committed so far. */
  readonly figures = { commits: 0, writes: 0 };
  #isClosed = false;
  #failure: unknown;

  /** `bind` makes what the jobs are given from the connection, guarded. */
  constructor(
    connection: BetterSqlite3.Database,
    bind: (guarded: BetterSqlite3.Database) => Tx,
    options: WriterOptions = {},
  ) {
    this.#connection = connection;
    this.#compiled = compiler(connection);
    this.#tx = bind(this.#guarded(connection));
    this.#options = {
      onCommit: () => {},
      maxJobs: 64,
      maxBatchMs: 50,
      maxTurnMs: 5,
      deadlineMs: 5000,
      maxWaiting: 1000,
      ...options,
    };
    this.#statements = {
      begin: connection.prepare('begin immediate'),
      commit: connection.prepare('commit'),
      rollback: connection.prepare('rollback'),
      save: connection.prepare('savepoint job'),
      release: connection.prepare('release job'),
      undo: connection.prepare('rollback to job'),
    };
  }

  /** The I/O error that ended the last batch; undefined once a later one was committed. */
  get failure(): unknown {
    return this.#failure;
  }

  /**
   * Runs a job in its turn and resolves with its result once that is committed and synced.
   * @throws what the job throws · DatabaseBusy · CommitUnknown · JobRefused for a wait on something other than the
   *   database, a statement outside its job, or a write inside a write
   */
  async write<T>(job: (tx: Tx) => Promise<T>): Promise<T> {
    // It would wait for its turn behind itself.
    if (this.#inside.getStore()) {
      throw new JobRefused('a write was begun inside a write: use the connection the job was given');
    }
    if (this.#isClosed) throw new Error('the database is closed');
    if (this.#waiting.length >= this.#options.maxWaiting) {
      throw new DatabaseBusy(new Error(`${this.#waiting.length} writes wait already`));
    }
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({
        async perform(tx) {
          const value = await job(tx);
          return () => resolve(value);
        },
        reject,
        overdueAt: performance.now() + this.#options.deadlineMs,
      });
      this.#draining ??= this.#drain();
    });
  }

  /** How many wait for their turn. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Resolves when nothing waits or runs. */
  async idle(): Promise<void> {
    while (this.#draining) await this.#draining;
  }

  /** Refuses what comes from now on and finishes what waits. The connection stays open. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.idle();
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      // A turn of the event loop before each batch: I/O gets in, and what it brings joins the batch.
      await nextTurn();
      if (await this.#begin()) await this.#runBatch();
    }
    // In the same tick as the look at the queue: a job pushed in between would never be woken.
    this.#draining = undefined;
    // While it is on, every promise and every callback of the process is followed: a tenth of what a read costs.
    this.#inside.disable();
  }

  /** Takes the write lock. False when there is nobody left to take it for: they have been told why. */
  async #begin(): Promise<boolean> {
    // Never SQLite's own busy timeout, which would stop the event loop for as long as others write.
    for (let pauseMs = 1; this.#waiting.length > 0; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      try {
        this.#statements.begin.run();
        return true;
      } catch (error) {
        this.#refuse(error);
      }
      await pause(pauseMs * (0.5 + Math.random()));
    }
    return false;
  }

  /** Rejects those who need not wait any longer for the write lock: the overdue while it is busy, else everybody. */
  #refuse(error: unknown): void {
    if (failureOf(error) !== 'busy') {
      this.#note(error);
      for (const job of this.#waiting.splice(0)) job.reject(error);
      return;
    }
    const now = performance.now();
    const inTime = this.#waiting.findIndex((job) => job.overdueAt > now);
    const overdue = this.#waiting.splice(0, inTime === -1 ? this.#waiting.length : inTime);
    for (const job of overdue) job.reject(new DatabaseBusy(error));
  }

  async #runBatch(): Promise<void> {
    const taken: Waiting<Tx>[] = [];
    const answers: Answer[] = [];
    const endsAt = performance.now() + this.#options.maxBatchMs;
    const turn = takingTurns(this.#options.maxTurnMs);
    try {
      for (let job = this.#waiting.shift(); job; job = this.#waiting.shift()) {
        taken.push(job);
        const answer = await this.#perform(job);
        answers.push(answer);
        // A full disk or an I/O error made SQLite roll back the whole transaction, everybody's work with it.
        if (!this.#connection.inTransaction) throw answer.error;
        if (taken.length === this.#options.maxJobs || performance.now() >= endsAt) break;
        // Who reads is not to wait for everybody who writes. What comes meanwhile joins the batch.
        await turn();
      }
      // FTS5 keeps words in memory until the next savepoint or the commit, and then writes for some milliseconds; the
      // commit waits for the disk, which is long enough for one turn.
      this.#statements.save.run();
      this.#statements.release.run();
      await turn();
      this.#statements.commit.run();
    } catch (cause) {
      this.#note(cause);
      this.#rollBack();
      for (const answer of answers) answer.withdraw(cause);
      for (const job of taken.slice(answers.length)) job.reject(new CommitUnknown(cause));
      return;
    }
    this.#failure = undefined;
    const writes = answers.filter((answer) => !('error' in answer)).length;
    this.figures.commits += 1;
    this.figures.writes += writes;
    if (writes > 0) this.#options.onCommit();
    for (const [place, answer] of answers.entries()) {
      if (place % answersPerTurn === 0) await nextTurn();
      answer.give();
    }
  }

  /** Runs one job in its savepoint. Throws only when the savepoint itself fails. */
  async #perform(job: Waiting<Tx>): Promise<Answer> {
    this.#statements.save.run();
    this.#watchTurn();
    try {
      const give = await new Promise<() => void>((resolve, reject) => {
        this.#current = { refuse: reject };
        this.#inside.run(this.#current, () => job.perform(this.#tx)).then(resolve, reject);
      });
      this.#current = undefined;
      this.#statements.release.run();
      return { give, withdraw: (cause) => job.reject(new CommitUnknown(cause)) };
    } catch (error) {
      this.#current = undefined;
      if (this.#connection.inTransaction) {
        this.#statements.undo.run();
        this.#statements.release.run();
      }
      return { error, give: () => job.reject(error), withdraw: () => job.reject(error) };
    }
  }

  /**
   * Statements on this connection never leave the microtask queue. A job that reaches the next turn of the loop waits
   * for something else, and every other writer would wait with it. One watch serves all jobs that begin in a turn.
   */
  #watchTurn(): void {
    if (this.#isTurnWatched) return;
    this.#isTurnWatched = true;
    setImmediate(() => {
      this.#isTurnWatched = false;
      this.#current?.refuse(new JobRefused('a write waited for something that is not its database'));
    });
  }

  /**
   * The connection, refusing every use outside the job whose savepoint is open. A statement that a job left
   * un-awaited would otherwise land in another job's savepoint, report success, and vanish if that job failed.
   */
  #guarded<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (_, key) => {
        const store = this.#inside.getStore();
        if (store === undefined || store !== this.#current) {
          throw new JobRefused('a statement ran outside its write: await every query, inside the job');
        }
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        const method = value.bind(target);
        return key === 'prepare' ? (source: string) => this.#guarded(this.#compiled(source)) : method;
      },
    });
  }

  #note(error: unknown): void {
    if (failureOf(error) === 'unknown') this.#failure = error;
  }

  #rollBack(): void {
    try {
      if (this.#connection.inTransaction) this.#statements.rollback.run();
    } catch (error) {
      // The transaction is still open: the next begin fails, and says so to everybody who waits.
      this.#note(error);
    }
  }
}
