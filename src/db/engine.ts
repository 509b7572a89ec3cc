// What every engine gives to the house, and what it is opened with.
import type { Clock } from '../core/clock.ts';
import type { Db, Dialect } from './dialect.ts';
import type { Migration } from './migrate.ts';

/** What was committed, by this process or another, for whoever keeps something made from the database. */
export interface Changes {
  /**
   * The listener is called with the cache tags of every event committed from now on: for events of this process before
   * the one who wrote is answered. After too many events at once it is told that everything may have changed.
   */
  subscribe(listener: ChangeListener): void;
  /**
   * Whether listeners have been told of all that others committed: on SQLite until now, on PostgreSQL until a second
   * ago at most. On SQLite this is where they are told.
   */
  areKnown(): boolean;
}

export type ChangeListener = (tags: readonly string[] | 'everything') => void;

/** How many events are read one by one; who missed more forgets all instead of stopping everybody else to read them. */
export const MAX_EVENTS_READ = 1_000;

/** What there is to measure. Counts are of this process, since it started. */
export interface DatabaseFigures {
  /** Writes that wait for their turn, or on PostgreSQL for a connection. */
  waiting: number;
  commits: number;
  /** Writes that were in those commits. */
  writes: number;
  /** Of a SQLite file: its journal, and the room on its disk. */
  file: { journalBytes: number; freeBytes: number } | undefined;
  /** How many events were committed that this process has not looked at; 0 where it keeps nothing made from them. */
  eventsBehind: number;
}

export interface Database {
  readonly changes: Changes;
  readonly engine: Dialect['engine'];
  /** For reads outside a write: what is committed, and nothing else. Never written through. */
  readonly read: Db;
  /**
   * Runs a job in one transaction and resolves with its result once that is durable. The job awaits nothing but the
   * connection it is given, may run more than once, and ends with the first error of a query.
   * @throws what the job throws · DatabaseBusy · CommitUnknown · JobRefused
   */
  write<T>(job: (db: Db) => Promise<T>): Promise<T>;
  /**
   * Runs a job that only reads, on the database as it is at one instant and for as long as it takes, in nobody's way.
   * Not for a request: while it runs, the journal of a SQLite file keeps whatever is written.
   */
  snapshot<T>(job: (db: Db) => Promise<T>): Promise<T>;
  /**
   * Takes what was deleted out of the journal of a SQLite file too, unless another process goes on reading it for
   * long. PostgreSQL's journal and vacuum are for its operator.
   */
  scrub(): Promise<void>;
  /** To be called now and then: keeps the journal of a SQLite file from growing without bounds. */
  maintain(): Promise<void>;
  /** The listener is called after each commit of this process, before the one who wrote is answered. */
  onCommit(listener: () => void): void;
  /**
   * Resolves when the database can be used, and on SQLite has room to write; rejects with what stands in the way.
   */
  check(): Promise<void>;
  figures(): Promise<DatabaseFigures>;
  /** Finishes the writes that wait, refuses new ones, and lets go of the database. */
  close(): Promise<void>;
}

export interface DatabaseLog {
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export interface DatabaseOptions {
  clock: Clock;
  log?: DatabaseLog | undefined;
  /** With less room on the disk a SQLite file counts as unusable; by default what the largest write there is takes. */
  minRoomBytes?: number | undefined;
  /** In order; those of migrations/ when absent. */
  migrations?: readonly Migration[] | undefined;
}

/** Tells listeners of a commit. One that throws is logged and passed over: the commit stands. */
export class CommitSignal {
  readonly #listeners: (() => void)[] = [];
  readonly #log: DatabaseLog | undefined;

  constructor(log: DatabaseLog | undefined) {
    this.#log = log;
  }

  add(listener: () => void): void {
    this.#listeners.push(listener);
  }

  send(): void {
    for (const listener of this.#listeners) {
      try {
        listener();
      } catch (error) {
        this.#log?.error({ err: error }, 'a listener to commits failed');
      }
    }
  }
}
