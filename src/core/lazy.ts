// What few requests need is made by the first that does: such libraries together took a quarter of a start.
import { createRequire } from 'node:module';
import { LRUCache } from 'lru-cache';
import type { Clock } from './clock.ts';

/** The same value at each call, made at the first. */
export const lazily = <T>(make: () => T): (() => T) => {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

/** The same value at each call within `ttlMs` of the one that made it. */
export const kept = <T>(ttlMs: number, clock: Clock, make: () => T): (() => T) => {
  let made: { value: T; at: number } | undefined;
  return () => {
    const now = clock();
    // A clock that was set back must not keep it for ever.
    if (made === undefined || now >= made.at + ttlMs || now < made.at) made = { value: make(), at: now };
    return made.value;
  };
};

/** `make`, and what it made of the last `max` texts. */
export const remembered = (max: number, make: (text: string) => string): ((text: string) => string) => {
  // Room for all of them is taken at once, which needs its time.
  const made = lazily(() => new LRUCache<string, string>({ max, memoMethod: make }));
  // Never undefined: a memo makes what it lacks.
  return (text) => made().memo(text);
};

/** Loads a package in the middle of what cannot wait for an `import()`; the caller says what type it has. */
export const load: (name: string) => unknown = createRequire(import.meta.url);
