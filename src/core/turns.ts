// Long work in one process: pieces of it, and between them a turn of the event loop for everybody else.
import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * To be awaited between two pieces of work: others have their turn once `maxMs` have passed since the last. `now` in
 * milliseconds, from anywhere.
 */
export const takingTurns = (maxMs: number, now = () => performance.now()): (() => Promise<void>) => {
  let endsAt = now() + maxMs;
  return async () => {
    if (now() < endsAt) return;
    await nextTurn();
    endsAt = now() + maxMs;
  };
};

/** What `work` comes to within `ms`; if it takes longer, throws what `late` makes, and lets `work` go on by itself. */
export const within = async <T>(ms: number, work: Promise<T>, late: () => Error): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
};
