// What a caller may still do, as response headers (draft-ietf-httpapi-ratelimit-headers-10: RateLimit-Policy and
// RateLimit are Lists of RFC 9651, an item a quota).
import { Problem } from './problem.ts';

/** Something that may be done `quota` times in any `windowSeconds`. */
export interface Allowance {
  name: string;
  quota: number;
  windowSeconds: number;
  /** When it was done within the window, newest first; more than `quota` need not be known. */
  doneAt: readonly number[];
}

/** Seconds from `now` until `at`, rounded up: who waits so long is let in. */
const secondsUntil = (at: number, now: number): number => Math.max(0, Math.ceil((at - now) / 1_000));

/** How long to wait until all of these allow it once more; 0 where they do now. */
export const waitSeconds = (allowances: readonly Allowance[], now: number): number =>
  Math.max(
    0,
    ...allowances.map(({ quota, windowSeconds, doneAt }) => {
      const inTheWay = doneAt[quota - 1];
      return inTheWay === undefined ? 0 : secondsUntil(inTheWay + windowSeconds * 1_000, now);
    }),
  );

/** The allowance as it is now: without what has left the window, and what a clock that was set back left in the future. */
export const currently = (allowance: Allowance, now: number): Allowance => {
  const { windowSeconds, doneAt } = allowance;
  return { ...allowance, doneAt: doneAt.filter((at) => at > now - windowSeconds * 1_000 && at <= now) };
};

/** The allowance after it was done once more. */
export const onceMore = (allowance: Allowance, now: number): Allowance => ({
  ...allowance,
  doneAt: [now, ...allowance.doneAt],
});

/** Why it may not be done now; undefined where all of these allow it. */
export const limitRefusal = (allowances: readonly Allowance[], now: number): Problem | undefined => {
  const seconds = waitSeconds(allowances, now);
  if (seconds === 0) return undefined;
  return new Problem('rate_limited', `Try again in ${seconds} seconds.`, {
    headers: { 'Retry-After': String(seconds), ...rateLimitHeaders(allowances, now) },
  });
};

/** `RateLimit` and `RateLimit-Policy`; nothing where nothing is limited. */
export const rateLimitHeaders = (allowances: readonly Allowance[], now: number): Record<string, string> => {
  if (allowances.length === 0) return {};
  const policies = allowances.map(
    ({ name, quota, windowSeconds }) => `"${name}";q=${quota};w=${windowSeconds}`,
  );
  const limits = allowances.map(({ name, quota, windowSeconds, doneAt }) => {
    const oldest = doneAt.slice(0, quota).at(-1);
    const reset = oldest === undefined ? windowSeconds : secondsUntil(oldest + windowSeconds * 1_000, now);
    return `"${name}";r=${Math.max(0, quota - doneAt.length)};t=${reset}`;
  });
  return { RateLimit: limits.join(', '), 'RateLimit-Policy': policies.join(', ') };
};
