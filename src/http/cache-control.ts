// How long others may keep a public answer.

const SHARED_CACHE_SECONDS = 60;
const STALE_SECONDS = 600;

/**
 * How long a shared cache may keep an answer: never past `dueAt`, the instant (ms since the epoch) at which the
 * answer becomes another one by itself.
 */
export const cacheControl = (dueAt: number | null, now: number): string => {
  const seconds = dueAt === null ? Number.POSITIVE_INFINITY : Math.max(0, Math.floor((dueAt - now) / 1_000));
  const shared = Math.min(SHARED_CACHE_SECONDS, seconds);
  return `public, max-age=0, s-maxage=${shared}, stale-while-revalidate=${Math.min(STALE_SECONDS, seconds - shared)}`;
};
