// Optimistic concurrency: what a caller believes the current version to be, held against what it is.
import { type Fault, Problem } from './problem.ts';

/** `'*'`: whatever it is; else the versions that would do, as text. Undefined: not said. */
export type Expected = '*' | readonly string[];

/** A version as an entity tag of the Management API: `"7"`. */
export const versionTag = (version: number): string => `"${version}"`;

/** The versions expected, where none of them is the current one; undefined where all is well. */
export const outdated = (expected: Expected | undefined, current: number): readonly string[] | undefined =>
  expected === undefined || expected === '*' || expected.includes(String(current)) ? undefined : expected;

/** What is answered then, with the current ETag; `errors` may say what was changed since. */
export const versionConflict = (current: number, errors?: readonly Fault[]): Problem =>
  new Problem('version_conflict', `The current version is ${versionTag(current)}.`, {
    headers: { ETag: versionTag(current) },
    ...(errors === undefined ? {} : { errors }),
  });

/** Throws `version_conflict`, with the current ETag, when another version than `current` is expected. */
export const requireVersion = (expected: Expected | undefined, current: number): void => {
  if (outdated(expected, current) !== undefined) throw versionConflict(current);
};
