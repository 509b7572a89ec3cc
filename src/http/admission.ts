// Many requests that come in one instant: as many are begun as fit into a turn of the event loop, the others in the next
// ones, in the order they came. To read and check two hundred comments in one turn would keep everybody else waiting.
// Who comes alone is let in at once; all it costs is one look at the clock.
import type { RequestListener } from 'node:http';

/** So long a turn takes on new requests… */
const MAX_TURN_MS = 2;
/** …and so many of them: the work of some begins only when they have been let in. */
const MAX_AT_ONCE = 16;

export interface Admission {
  /** Lets somebody begin who has just come: at once, or in their turn. */
  enter(begin: () => void): void;
  /** How long the one who was let in last had waited, in ms: 0 while nobody has to. */
  waitedMs(): number;
}

interface Waiting {
  since: number;
  begin(): void;
}

/** `now` in milliseconds, from anywhere. */
export const createAdmission = (now = () => performance.now()): Admission => {
  const waiting: Waiting[] = [];
  /** Whether somebody came in this turn, or waits for the next. */
  let isWatched = false;
  let endsAt = 0;
  let room = 0;
  let waitedMs = 0;

  const open = (): void => {
    endsAt = now() + MAX_TURN_MS;
    room = MAX_AT_ONCE;
  };
  const hasRoom = (): boolean => room > 0 && now() < endsAt;
  /** One in each callback: what a request does at once is done before the next callback runs. */
  const letIn = (): void => {
    if (!hasRoom()) return;
    room--;
    // There are no more of these callbacks than wait.
    const { since, begin } = waiting.shift()!;
    waitedMs = now() - since;
    begin();
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
    enter(begin) {
      if (!isWatched) {
        isWatched = true;
        open();
        setImmediate(close);
      }
      if (waiting.length > 0 || !hasRoom()) {
        waiting.push({ since: now(), begin });
        return;
      }
      room--;
      waitedMs = 0;
      begin();
    },
    waitedMs: () => waitedMs,
  };
};

/** The listener of a server whose router is `route`: what is asked of the API waits for its turn, and the probes do not. */
export const inTurn =
  ({ enter }: Admission, route: RequestListener): RequestListener =>
  (request, response) => {
    if (!request.url?.startsWith('/v1/')) return route(request, response);
    enter(() => {
      // Who went away meanwhile is past being answered, and would be waited for.
      if (!response.destroyed) route(request, response);
    });
  };
