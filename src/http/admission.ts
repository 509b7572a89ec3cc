// Many requests that come in one instant: as many are begun as fit into a turn of the event loop, the others in the next
// ones, in the order they came. To read and check two hundred comments in one turn would keep everybody else waiting.
// Who comes alone is let in at once; all it costs is one look at the clock.

/** So long a turn takes on new requests… */
const MAX_TURN_MS = 2;
/** …and so many of them: the work of some begins only when they have been let in. */
const MAX_AT_ONCE = 16;

export interface Admission {
  /** For a request that has just come: undefined when it may begin, else how long it has waited, once its turn has come. */
  enter(): Promise<number> | undefined;
  /** How long the one who came first of those who wait has waited; 0 where nobody does. */
  waitedMs(): number;
}

interface Waiting {
  since: number;
  enter(waitedMs: number): void;
}

/** `now` in milliseconds, from anywhere. */
export const createAdmission = (now = () => performance.now()): Admission => {
  const waiting: Waiting[] = [];
  /** Whether somebody came in this turn, or waits for the next. */
  let isWatched = false;
  let endsAt = 0;
  let room = 0;

  const open = (): void => {
    endsAt = now() + MAX_TURN_MS;
    room = MAX_AT_ONCE;
  };
  const hasRoom = (): boolean => room > 0 && now() < endsAt;
  /** One in each callback: what a request does at once is done before the next callback runs. */
  const letIn = (): void => {
    if (!hasRoom()) return;
    room--;
    const next = waiting.shift();
    next?.enter(now() - next.since);
  };
  // What an immediate asks for comes in the next turn, in this order.
  const close = (): void => {
    isWatched = waiting.length > 0;
    if (!isWatched) return;
    setImmediate(open);
    for (let most = Math.min(waiting.length, MAX_AT_ONCE); most > 0; most--) setImmediate(letIn);
    setImmediate(close);
  };

  return {
    enter() {
      if (!isWatched) {
        isWatched = true;
        open();
        setImmediate(close);
      }
      if (waiting.length === 0 && hasRoom()) {
        room--;
        return undefined;
      }
      return new Promise((resolve) => waiting.push({ since: now(), enter: resolve }));
    },
    waitedMs: () => (waiting[0] === undefined ? 0 : now() - waiting[0].since),
  };
};
