// Optimistic concurrency: what a caller believes the current version to be, held against what it is.
import { Problem } from './problem.ts';

/** `'*'`: whatever it is; else the versions that would do, as text. Undefined: not said. */
export type Expected = '*' | readonly string[];

/** A version as an entity tag of the Management API: `"7"`. */
export const versionTag = (version: number): string => `"${version}"`;

/** Throws `version_conflict`, with the current ETag, when another version than `current` is expected. */
export const requireVersion = (expected: Expected | undefined, current: number): void => {
  if (expected === undefined || expected === '*' || expected.includes(String(current))) return;
  throw new Problem('version_conflict', `The current version is ${versionTag(current)}.`, {
    headers: { ETag: versionTag(current) },
  });
};
