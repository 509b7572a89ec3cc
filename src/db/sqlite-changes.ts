// How a process learns what another one committed to the same file: SQLite counts commits (PRAGMA data_version), and
// when the count has moved, the events since the last known position say what they were. One way for own commits too:
// their positions would otherwise jump over lower ones of another process.
import type BetterSqlite3 from 'better-sqlite3';
import { type ChangeListener, type Changes, MAX_EVENTS_READ } from './engine.ts';

interface EventRow {
  position: number;
  tags: string;
}

const lookingIn = (reading: BetterSqlite3.Database) => ({
  version: reading.prepare<[]>('pragma data_version').pluck(),
  last: reading.prepare<[]>('select coalesce(max(position), 0) from events').pluck(),
  since: reading.prepare<[number, number], EventRow>(
    'select position, tags from events where position > ? order by position limit ?',
  ),
});

export class SqliteChanges implements Changes {
  readonly #listeners: ChangeListener[] = [];
  readonly #reading: BetterSqlite3.Database;
  #look: ReturnType<typeof lookingIn> | undefined;
  #seenVersion: unknown;
  #position = 0;

  /** `reading` is not the connection that writes: its own commits would not count. */
  constructor(reading: BetterSqlite3.Database) {
    this.#reading = reading;
  }

  subscribe(listener: ChangeListener): void {
    if (this.#look === undefined) {
      this.#look = lookingIn(this.#reading);
      this.#seenVersion = this.#look.version.get();
      this.#position = Number(this.#look.last.get());
    }
    this.#listeners.push(listener);
  }

  areKnown(): boolean {
    try {
      this.look();
      return true;
    } catch {
      // Another process recovers the journal, or the disk fails: those who read the database will hear of it.
      return false;
    }
  }

  /** How many events there are that nobody was told of yet; 0 where nobody listens. */
  get behind(): number {
    return this.#look === undefined ? 0 : Number(this.#look.last.get()) - this.#position;
  }

  /** Tells the listeners of what was committed since the last look. Throws what the driver throws. */
  look(): void {
    if (this.#look === undefined) return;
    const version = this.#look.version.get();
    if (version === this.#seenVersion) return;
    const events = this.#look.since.all(this.#position, MAX_EVENTS_READ + 1);
    if (events.length > MAX_EVENTS_READ) {
      this.#position = Number(this.#look.last.get());
      this.#tell('everything');
    } else {
      this.#position = events.at(-1)?.position ?? this.#position;
      for (const { tags } of events) this.#tell(JSON.parse(tags));
    }
    // Only now: what failed is looked for again.
    this.#seenVersion = version;
  }

  #tell(tags: Parameters<ChangeListener>[0]): void {
    for (const listener of this.#listeners) listener(tags);
  }
}
