// Whether the event loop has more to do than it can: then whoever asks is refused at once instead of waiting in a queue
// that only grows. Told by how late a timer comes, and within a turn by how long that turn has lasted already, so that
// it is known before the work is taken on and over as soon as the loop has caught up. (@fastify/under-pressure looks
// once a second, and in the second between lets everybody in or nobody.) Requests that wait for their turn (admission.ts)
// make no turn long: how long they have waited counts as well. Connections that wait to be accepted are not
// seen: the kernel keeps at most 511 of them, and node takes one a turn.

/** How often the loop is looked at: often enough to see each turn of a loop that is late. */
const LOOK_MS = 100;
/** How late two turns may be together. Any one piece of work is shorter: writes 20 ms, the largest text 300 ms. */
const MAX_LATE_MS = 1_000;

export interface Overload {
  /** For a request that has just begun. */
  isOver(): boolean;
  /** To be called every LOOK_MS, as the loop of `watchOverload` does. */
  look(): void;
}

/** `waitedMs`: how long the request had waited for its turn. `now` in milliseconds, from anywhere. */
export const createOverload = (waitedMs: () => number, now = () => performance.now()): Overload => {
  let lookedAt = now();
  let last = 0;
  let beforeLast = 0;
  const lateness = () => now() - lookedAt - LOOK_MS;
  return {
    // One long turn (garbage, a disk that hangs) is no overload; the shorter of the last two counts.
    isOver: () => Math.max(Math.min(last, beforeLast) + lateness(), waitedMs()) > MAX_LATE_MS,
    look() {
      beforeLast = last;
      last = Math.max(0, lateness());
      lookedAt = now();
    },
  };
};

/** An Overload of this process, which keeps no process alive. */
export const watchOverload = (waitedMs: () => number): Overload => {
  const overload = createOverload(waitedMs);
  setInterval(overload.look, LOOK_MS).unref();
  return overload;
};
