// All that a use case may touch, the same from HTTP and the command line. A write is one job in one transaction:
// it loads, decides, saves and says what happened; the answer to an Idempotency-Key is stored beside it.
import type { Clock } from './core/clock.ts';
import type { Database } from './db/database.ts';
import type { Db } from './db/dialect.ts';
import type { Role } from './db/schema/columns.ts';
import { appendEvents, type NewEvent } from './events/events.ts';

/** Who acts. `key`: whoever holds an API key; `reader`: anybody; `system`: the process itself or its operator. */
export type Actor =
  | { kind: 'key'; id: string; name: string; role: Role; authorId: string | null }
  | { kind: 'reader'; address: string; agent: string | null }
  | { kind: 'system' };

/** How the event log names an actor: `key:<id>`, `reader` or `system`. */
export const actorName = (actor: Actor): string => (actor.kind === 'key' ? `key:${actor.id}` : actor.kind);

/** The id of the key that acts, or null: what `createdBy` and `updatedBy` keep. */
export const keyIdOf = (actor: Actor): string | null => (actor.kind === 'key' ? actor.id : null);

export interface Log {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** One transaction, and the one instant at which all of it happens. */
export interface Tx {
  readonly db: Db;
  readonly now: number;
  emit(event: NewEvent): void;
}

/** Stores the answer that a result becomes, in the transaction of its effect. */
export type Receipt = (tx: Tx, result: unknown) => Promise<void>;

export interface Context {
  readonly read: Db;
  readonly clock: Clock;
  readonly actor: Actor;
  readonly log: Log;
  /** Runs `job` in one transaction and returns its result once that is durable. A job awaits nothing but the database. */
  write<T>(job: (tx: Tx) => Promise<T>): Promise<T>;
  /** Reads everything as it is at one instant, for long: see Database. */
  snapshot<T>(job: (db: Db) => Promise<T>): Promise<T>;
  /** After a write that deleted: see Database. */
  scrub(): Promise<void>;
}

export interface ContextParts {
  database: Database;
  clock: Clock;
  actor: Actor;
  log: Log;
  receipt?: Receipt | undefined;
}

export const createContext = ({ database, clock, actor, log, receipt }: ContextParts): Context => ({
  read: database.read,
  clock,
  actor,
  log,
  snapshot: (job) => database.snapshot(job),
  scrub: () => database.scrub(),
  write: (job) =>
    database.write(async (db) => {
      const events: NewEvent[] = [];
      const tx: Tx = { db, now: clock(), emit: (event) => void events.push(event) };
      const result = await job(tx);
      await receipt?.(tx, result);
      await appendEvents(db, tx.now, actorName(actor), events);
      return result;
    }),
});
