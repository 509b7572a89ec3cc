// What few requests need is made by the first that does: such libraries together took a quarter of a start.
import { createRequire } from 'node:module';

/** The same value at each call, made at the first. */
export const lazily = <T>(make: () => T): (() => T) => {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

/** Loads a package in the middle of what cannot wait for an `import()`; the caller says what type it has. */
export const load: (name: string) => unknown = createRequire(import.meta.url);
