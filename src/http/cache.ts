// Finished answers, kept before the router: a hit runs no hook, no handler and no query. An answer gets in only from
// answers.ts, so nothing can be served that was not public; it goes when an event names one of its tags.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { LRUCache } from 'lru-cache';
import type { Config } from '../config.ts';
import type { Clock } from '../core/clock.ts';
import type { Changes } from '../db/database.ts';
import { keyOf } from './cache-key.ts';
import { type Finished, KeptAnswer } from './kept-answer.ts';

/** How many tags are remembered with the time of their last purge; of those forgotten the latest time counts for all. */
const PURGES_KEPT = 10_000;
/** Requests that were seen once, as bits: each of these keeps a bit of memory, and all are forgotten when half are set. */
const SEEN_BITS = 65_536;

export interface CacheParts {
  changes: Changes;
  clock: Clock;
  /** True from the moment the process has been asked to stop. */
  isStopping(): boolean;
}

export interface CacheOptions {
  /** 0: nothing is kept. */
  maxBytes: number;
  /** Says on every answer whether it came from here. */
  isDebugged: boolean;
}

/** A request on its way through the router, and those that wait for the same answer. */
interface Miss {
  key: string;
  /** How many purges there had been before it began to read. */
  since: number;
  waiting: (readonly [IncomingMessage, ServerResponse])[];
  /** Lets those go on who wait; calling it again does nothing. */
  release(): void;
}

export class AnswerCache {
  /** What happened so far; for measuring and tests. */
  readonly figures = { hits: 0, misses: 0, joined: 0, refused: 0 };
  readonly #options: CacheOptions;
  readonly #kept: LRUCache<string, KeptAnswer>;
  readonly #keysOf = new Map<string, Set<string>>();
  readonly #misses = new Map<string, Miss>();
  readonly #missOf = new WeakMap<IncomingMessage, Miss>();
  readonly #purgedAt: LRUCache<string, number>;
  readonly #seen = new Uint8Array(SEEN_BITS);
  #seenCount = 0;
  #purges = 0;
  /** Whoever began to read before this many purges is too late, whatever it shows. */
  #floor = 0;
  #parts: CacheParts | undefined;
  #isCurrent: boolean | undefined;

  constructor(options: CacheOptions) {
    this.#options = options;
    this.#purgedAt = new LRUCache({
      max: PURGES_KEPT,
      dispose: (at, _, reason) => {
        if (reason === 'evict') this.#floor = Math.max(this.#floor, at);
      },
    });
    this.#kept = new LRUCache({
      maxSize: Math.max(1, options.maxBytes),
      sizeCalculation: ({ size }) => size,
      dispose: (answer, key) => this.#forget(answer, key),
    });
  }

  get isDebugged(): boolean {
    return this.#options.isDebugged;
  }

  /** How much is kept, at most `maxBytes`. */
  get bytes(): number {
    return this.#kept.calculatedSize;
  }

  /** How many answers are kept. */
  get entries(): number {
    return this.#kept.size;
  }

  /** Begins to keep answers, and to learn from `changes` which ones must go. */
  open(parts: CacheParts): void {
    if (this.#options.maxBytes === 0) return;
    parts.changes.subscribe((tags) => this.purge(tags));
    this.#parts = parts;
  }

  /** The listener of a server whose router is `route`. */
  before(route: RequestListener): RequestListener {
    const listen: RequestListener = (request, response) => {
      const parts = this.#parts;
      const key = parts === undefined ? undefined : keyOf(request);
      if (parts === undefined || key === undefined || !this.#isAware(parts)) return route(request, response);
      const now = parts.clock();
      const answer = this.#find(key, now);
      if (answer !== undefined) {
        this.figures.hits += 1;
        const { isDebugged } = this.#options;
        return answer.send(request, response, { now, isLast: parts.isStopping(), isDebugged });
      }
      const before = this.#misses.get(key);
      if (before !== undefined) {
        this.figures.joined += 1;
        before.waiting.push([request, response]);
        return undefined;
      }
      this.figures.misses += 1;
      const release = () => this.#release(miss, listen, route);
      const miss: Miss = { key, since: this.#purges, waiting: [], release };
      this.#misses.set(key, miss);
      this.#missOf.set(request, miss);
      // Where no answer was offered: it failed, was none of ours, or the client went away.
      response.once('close', release);
      return route(request, response);
    };
    return listen;
  }

  /** Once in a turn of the event loop: asking at each request would cost a quarter of all hits. */
  #isAware({ changes }: CacheParts): boolean {
    if (this.#isCurrent === undefined) {
      this.#isCurrent = changes.areKnown();
      setImmediate(() => {
        this.#isCurrent = undefined;
      });
    }
    return this.#isCurrent;
  }

  #find(key: string, now: number): KeptAnswer | undefined {
    const answer = this.#kept.get(key);
    if (answer === undefined || answer.dueAt === null || answer.dueAt > now) return answer;
    this.#kept.delete(key);
    return undefined;
  }

  #release(miss: Miss, listen: RequestListener, route: RequestListener): void {
    if (this.#misses.get(miss.key) !== miss) return;
    this.#misses.delete(miss.key);
    const isKept = this.#kept.has(miss.key);
    const present = miss.waiting.filter(([, response]) => !response.destroyed);
    // What is not kept they must all ask for themselves, at once: one behind the other the last would wait for ever.
    for (const [index, [request, response]] of present.entries()) {
      if (isKept || index === 0) listen(request, response);
      else route(request, response);
    }
  }

  /** Offers the finished answer to a request. It is refused where something it shows was purged since the request began. */
  offer(request: IncomingMessage, finished: Finished): void {
    const miss = this.#missOf.get(request);
    if (miss === undefined) return;
    const { key, since } = miss;
    const isLate = since < this.#floor || finished.tags.some((tag) => (this.#purgedAt.get(tag) ?? 0) > since);
    if (isLate || !this.#mayEnter(miss)) this.figures.refused += 1;
    else this.#keep(key, new KeptAnswer(finished, key.length));
    miss.release();
  }

  /** While there is room, everybody; then whoever is asked for again, so that addresses asked for once push nobody out. */
  #mayEnter({ key, waiting }: Miss): boolean {
    if (this.bytes < this.#options.maxBytes / 2 || waiting.length > 0) return true;
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

  #keep(key: string, answer: KeptAnswer): void {
    this.#kept.set(key, answer);
    if (!this.#kept.has(key)) return;
    for (const tag of answer.tags) {
      const keys = this.#keysOf.get(tag);
      if (keys === undefined) this.#keysOf.set(tag, new Set([key]));
      else keys.add(key);
    }
  }

  #forget({ tags }: KeptAnswer, key: string): void {
    for (const tag of tags) {
      const keys = this.#keysOf.get(tag);
      if (keys?.delete(key) && keys.size === 0) this.#keysOf.delete(tag);
    }
  }

  /** Forgets every answer that shows one of `tags`, or all of them. */
  purge(tags: readonly string[] | 'everything'): void {
    this.#purges += 1;
    if (tags === 'everything') {
      this.#floor = this.#purges;
      this.#kept.clear();
      return;
    }
    for (const tag of tags) {
      this.#purgedAt.set(tag, this.#purges);
      for (const key of this.#keysOf.get(tag) ?? []) this.#kept.delete(key);
    }
  }
}

/** FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
};

/** The cache that a configuration asks for; it keeps nothing before it is opened. */
export const createCache = ({ cacheMaxBytes, debugCache }: Pick<Config, 'cacheMaxBytes' | 'debugCache'>) =>
  new AnswerCache({ maxBytes: cacheMaxBytes, isDebugged: debugCache });
