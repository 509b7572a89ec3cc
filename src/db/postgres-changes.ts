// How a process learns what others committed to PostgreSQL: on a connection of its own it listens, and reads the events
// since the last known position when it is woken, after each own commit, and twice a second in any case. That pulse also
// finds a connection that is dead without saying so; from then on nothing counts as known until one lives again.
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { CHANGES_CHANNEL } from './dialect.ts';
import { type ChangeListener, type Changes, type DatabaseLog, MAX_EVENTS_READ } from './engine.ts';
import { reasonOf } from './failures.ts';

const pulseMs = 500;
/** What is known may be this old; the contract says a second. */
const knownForMs = 1_000;
const shortestPauseMs = 20;
const longestPauseMs = 2_000;

interface EventRow {
  position: number;
  /** JSON, as text: see postgres.ts. */
  tags: string;
}

export class PostgresChanges implements Changes {
  readonly #listeners: ChangeListener[] = [];
  readonly #connectionString: string;
  readonly #log: DatabaseLog | undefined;
  readonly #stop = new AbortController();
  #client: pg.Client | undefined;
  #running: Promise<void> | undefined;
  /** The last event that listeners know of; undefined before the first connection. */
  #position: number | undefined;
  #knownUntil = Number.NEGATIVE_INFINITY;
  /** How long to wait before the next attempt to connect. */
  #pauseMs = shortestPauseMs;
  #reading: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(connectionString: string, log: DatabaseLog | undefined) {
    this.#connectionString = connectionString;
    this.#log = log;
  }

  subscribe(listener: ChangeListener): void {
    this.#listeners.push(listener);
    this.#running ??= this.#run();
  }

  areKnown(): boolean {
    return performance.now() < this.#knownUntil;
  }

  /** Resolves when the listeners know all that was committed before the call, or nothing counts as known. Never rejects. */
  catchUp(): Promise<void> {
    if (this.#reading === undefined) {
      this.#reading = this.#read().finally(() => {
        this.#reading = undefined;
      });
      return this.#reading;
    }
    // The read that is under way may have begun too early.
    this.#next ??= this.#reading.then(() => {
      this.#next = undefined;
      return this.catchUp();
    });
    return this.#next;
  }

  /** How many events up to `last` nobody was told of yet; 0 where nobody listens. */
  behind(last: number): number {
    return last - (this.#position ?? last);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.#listen().catch((error: unknown) =>
        this.#log?.warn({ reason: reasonOf(error) }, 'the connection that listens for changes was lost'),
      );
      this.#knownUntil = Number.NEGATIVE_INFINITY;
      const pauseMs = this.#pauseMs * (0.5 + Math.random());
      this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs);
      await pause(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** Listens until it is told to stop. Throws when the connection is lost. */
  async #listen(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#connectionString,
      application_name: 'masthead changes',
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
      query_timeout: knownForMs,
    });
    const lost = new Promise<never>((_, reject) => {
      client.on('error', reject);
      client.once('end', () => reject(new Error('the connection ended')));
    });
    lost.catch(() => undefined);
    try {
      await client.connect();
      // In this order: what is committed between the two wakes us, and is read at the latest with the next.
      await client.query(`listen ${CHANGES_CHANNEL}`);
      client.on('notification', () => void this.catchUp());
      this.#client = client;
      while (!this.#stop.signal.aborted) {
        await this.catchUp();
        if (!this.areKnown()) throw new Error('the events could not be read');
        await Promise.race([lost, this.#pulse()]);
        this.#pauseMs = shortestPauseMs;
      }
    } finally {
      this.#client = undefined;
      // A dead connection would not answer.
      const ended = client.end().catch(() => undefined);
      if (this.#stop.signal.aborted)
        await Promise.race([ended, pause(knownForMs, undefined, { ref: false })]);
    }
  }

  async #pulse(): Promise<void> {
    await pause(pulseMs, undefined, { signal: this.#stop.signal, ref: false }).catch(() => undefined);
  }

  async #read(): Promise<void> {
    const client = this.#client;
    if (client === undefined) return;
    const startedAt = performance.now();
    try {
      await this.#readWith(client);
      this.#knownUntil = startedAt + knownForMs;
    } catch {
      // Such as a connection that breaks in the middle of a read. Whoever listens notices, and connects again.
      this.#knownUntil = Number.NEGATIVE_INFINITY;
    }
  }

  async #readWith(client: pg.Client): Promise<void> {
    const position = this.#position;
    const events =
      position === undefined
        ? []
        : (
            await client.query<EventRow>(
              // A number of ours, written out: the simple protocol needs no statement that a proxy could lose.
              `select position, tags from events where position > ${position} order by position limit ${MAX_EVENTS_READ + 1}`,
            )
          ).rows;
    if (position !== undefined && events.length <= MAX_EVENTS_READ) {
      this.#position = events.at(-1)?.position ?? position;
      for (const { tags } of events) this.#tell(JSON.parse(tags));
      return;
    }
    // Nobody knows what there was before the first look; after it, reading on would take too long.
    const { rows } = await client.query<{ last: number }>(
      'select coalesce(max(position), 0) as last from events',
    );
    this.#position = rows[0]!.last;
    this.#tell('everything');
  }

  #tell(tags: Parameters<ChangeListener>[0]): void {
    for (const listener of this.#listeners) listener(tags);
  }
}
