// Finished answers, kept before the router: a hit runs no hook, no handler and no query. An answer gets in only from
// answers.ts, so nothing can be served that was not public; it goes when an event names one of its tags.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Config } from '../config.ts';
import type { Clock } from '../core/clock.ts';
import type { Changes } from '../db/database.ts';
import { keyOf } from './cache-key.ts';
import { type Finished, KeptAnswer } from './kept-answer.ts';
import { KeptParts } from './kept-parts.ts';
import { Purges, type Tagged, TaggedStore } from './tagged-store.ts';

export interface CacheDeps {
  changes: Changes;
  clock: Clock;
  /** True from the moment the process has been asked to stop. */
  isStopping(): boolean;
}

export interface CacheOptions {
  /** For answers; 0: nothing is kept. */
  maxBytes: number;
  /** For each kind of what they are put together from. */
  maxPartsBytes: number;
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
  readonly #kept: TaggedStore<KeptAnswer>;
  /** That of the answers, and those of parts. */
  readonly #stores: Pick<TaggedStore<Tagged>, 'bytes' | 'purge'>[];
  readonly #purges = new Purges();
  readonly #misses = new Map<string, Miss>();
  readonly #missOf = new WeakMap<IncomingMessage, Miss>();
  #deps: CacheDeps | undefined;
  #isCurrent: boolean | undefined;

  constructor(options: CacheOptions) {
    this.#options = options;
    this.#kept = new TaggedStore(options.maxBytes);
    this.#stores = [this.#kept];
  }

  get isDebugged(): boolean {
    return this.#options.isDebugged;
  }

  /** How much is kept, in answers and in parts of them. */
  get bytes(): number {
    return this.#stores.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** How many answers are kept. */
  get entries(): number {
    return this.#kept.entries;
  }

  /** A place for one kind of what answers are put together from, which goes as they do. */
  parts<V extends Tagged>(): KeptParts<V> {
    const store = new TaggedStore<V>(this.#options.maxPartsBytes);
    this.#stores.push(store);
    return new KeptParts(store, this.#purges, () => this.#deps !== undefined && this.#isAware(this.#deps));
  }

  /** Begins to keep answers, and to learn from `changes` which ones must go. */
  open(deps: CacheDeps): void {
    if (this.#options.maxBytes === 0) return;
    deps.changes.subscribe((tags) => this.purge(tags));
    this.#deps = deps;
  }

  /** The listener of a server whose router is `route`. */
  before(route: RequestListener): RequestListener {
    const listen: RequestListener = (request, response) => {
      const deps = this.#deps;
      const key = deps === undefined ? undefined : keyOf(request);
      if (deps === undefined || key === undefined || !this.#isAware(deps)) return route(request, response);
      const now = deps.clock();
      const answer = this.#kept.get(key, now);
      if (answer !== undefined) {
        this.figures.hits += 1;
        const { isDebugged } = this.#options;
        return answer.send(request, response, { now, isLast: deps.isStopping(), isDebugged });
      }
      const before = this.#misses.get(key);
      if (before !== undefined) {
        this.figures.joined += 1;
        before.waiting.push([request, response]);
        return undefined;
      }
      this.figures.misses += 1;
      const release = () => this.#release(miss, listen, route);
      const miss: Miss = { key, since: this.#purges.count, waiting: [], release };
      this.#misses.set(key, miss);
      this.#missOf.set(request, miss);
      // The client went away.
      response.once('close', release);
      return route(request, response);
    };
    return listen;
  }

  /** Once in a turn of the event loop: asking at each request would cost a quarter of all hits. */
  #isAware({ changes }: CacheDeps): boolean {
    if (this.#isCurrent === undefined) {
      this.#isCurrent = changes.areKnown();
      setImmediate(() => {
        this.#isCurrent = undefined;
      });
    }
    return this.#isCurrent;
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
    const { key, since, waiting } = miss;
    const isWanted = waiting.length > 0;
    if (this.#purges.isLate(finished.tags, since) || !(isWanted || this.#kept.mayKeep(key)))
      this.figures.refused += 1;
    else this.#kept.keep(key, new KeptAnswer(finished, key.length));
    miss.release();
  }

  /** To be told of every answer of the router: those who wait for one that was not offered go on by themselves. */
  answered(request: IncomingMessage): void {
    this.#missOf.get(request)?.release();
  }

  /** Forgets every answer that shows one of `tags`, or all of them, and what such answers are put together from. */
  purge(tags: readonly string[] | 'everything'): void {
    this.#purges.add(tags);
    for (const store of this.#stores) store.purge(tags);
  }
}

/** Of what the cache may take, the part for what answers are put together from. */
const PARTS_SHARE = 1 / 4;

/** The cache that a configuration asks for; it keeps nothing before it is opened. */
export const createCache = ({ cacheMaxBytes, debugCache }: Pick<Config, 'cacheMaxBytes' | 'debugCache'>) =>
  new AnswerCache({
    maxBytes: cacheMaxBytes * (1 - PARTS_SHARE),
    maxPartsBytes: cacheMaxBytes * PARTS_SHARE,
    isDebugged: debugCache,
  });
