// Values that go when an event names one of their tags, or at an instant of their own, bounded in bytes. What was asked
// for once pushes nothing out that is asked for again.
import { LRUCache } from 'lru-cache';
import type { CacheTag } from '../core/cache-tag.ts';

/** How many tags are remembered with the time of their last purge; of those forgotten the latest time counts for all. */
const PURGES_KEPT = 10_000;
/** Keys that were seen once, as bits: each of these keeps a bit of memory, and all are forgotten when half are set. */
const SEEN_BITS = 65_536;

/** What was purged and when, counted in purges: whoever began to read before that must not keep what it read. */
export class Purges {
  readonly #purgedAt: LRUCache<string, number>;
  #count = 0;
  /** Whoever began to read before this many purges is too late, whatever it shows. */
  #floor = 0;

  constructor() {
    this.#purgedAt = new LRUCache({
      max: PURGES_KEPT,
      dispose: (at, _, reason) => {
        if (reason === 'evict') this.#floor = Math.max(this.#floor, at);
      },
    });
  }

  /** How many there were: to be noted before anything is read that a kept value shall show. */
  get count(): number {
    return this.#count;
  }

  add(tags: readonly string[] | 'everything'): void {
    this.#count += 1;
    if (tags === 'everything') this.#floor = this.#count;
    else for (const tag of tags) this.#purgedAt.set(tag, this.#count);
  }

  /** Whether one of `tags` was purged after the first `since` purges. */
  isLate(tags: readonly string[], since: number): boolean {
    return since < this.#floor || tags.some((tag) => (this.#purgedAt.get(tag) ?? 0) > since);
  }
}

export interface Tagged {
  /** What it shows. */
  readonly tags: readonly CacheTag[];
  /** When it becomes another one by itself, in ms since the epoch. */
  readonly dueAt: number | null;
  /** What it takes in memory, in bytes. */
  readonly size: number;
}

export class TaggedStore<V extends Tagged> {
  readonly #maxBytes: number;
  readonly #kept: LRUCache<string, V>;
  readonly #keysOf = new Map<string, Set<string>>();
  readonly #seen = new Uint8Array(SEEN_BITS);
  #seenCount = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#kept = new LRUCache({
      maxSize: Math.max(1, maxBytes),
      sizeCalculation: ({ size }) => size,
      dispose: (value, key) => this.#forget(value, key),
    });
  }

  /** How much is kept, at most `maxBytes`. */
  get bytes(): number {
    return this.#kept.calculatedSize;
  }

  get entries(): number {
    return this.#kept.size;
  }

  has(key: string): boolean {
    return this.#kept.has(key);
  }

  get(key: string, now: number): V | undefined {
    const value = this.#kept.get(key);
    if (value === undefined || value.dueAt === null || value.dueAt > now) return value;
    this.#kept.delete(key);
    return undefined;
  }

  /** Whether a new value may be kept under `key`: while there is room, any; then what is asked for again. */
  mayKeep(key: string): boolean {
    if (this.bytes < this.#maxBytes / 2) return true;
    const bit = hashOf(key) % SEEN_BITS;
    if (this.#seen[bit] === 1) return true;
    this.#seen[bit] = 1;
    this.#seenCount += 1;
    if (this.#seenCount > SEEN_BITS / 2) {
      this.#seen.fill(0);
      this.#seenCount = 0;
    }
    return false;
  }

  keep(key: string, value: V): void {
    this.#kept.set(key, value);
    if (!this.#kept.has(key)) return;
    for (const tag of value.tags) {
      const keys = this.#keysOf.get(tag);
      if (keys === undefined) this.#keysOf.set(tag, new Set([key]));
      else keys.add(key);
    }
  }

  #forget({ tags }: V, key: string): void {
    for (const tag of tags) {
      const keys = this.#keysOf.get(tag);
      if (keys?.delete(key) && keys.size === 0) this.#keysOf.delete(tag);
    }
  }

  /** Forgets every value that shows one of `tags`, or all of them. */
  purge(tags: readonly string[] | 'everything'): void {
    if (tags === 'everything') this.#kept.clear();
    else for (const tag of tags) for (const key of this.#keysOf.get(tag) ?? []) this.#kept.delete(key);
  }
}

/** FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
};
