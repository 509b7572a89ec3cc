// How many requests a minute one key or one address may make. Counted in the memory of each process, so that counting
// costs no write; what must hold across processes (comments, failed keys) is counted in the database by its slice.
import { LRUCache } from 'lru-cache';
import { type Actor, actorName } from '../context.ts';
import type { Clock } from '../core/clock.ts';
import { networkOf } from '../core/networks.ts';
import { type Allowance, currently, limitRefusal, onceMore, rateLimitHeaders } from '../core/rate-limit.ts';
import type { Endpoint, Limit } from './endpoint.ts';

/** Ten a second, which is more than people and their tools ask for. */
const PER_KEY: Limit = { name: 'key', perMinute: 600 };
/** How many are counted at once; of more, whoever has been quiet longest is forgotten. Each takes up to 5 kB. */
const MAX_CALLERS = 10_000;
const MINUTE_SECONDS = 60;

/** What bounds the requests to an endpoint: of every key, and of every address where the endpoint says so. */
export const limitOf = ({ access, limit }: Pick<Endpoint, 'access' | 'limit'>): Limit | undefined =>
  access === 'anyone' ? limit : PER_KEY;

/** By what a caller is counted: a key by its id, whatever its secret is; all whose address is none (`unknown`) as one. */
const callerOf = (actor: Actor): string =>
  actor.kind === 'reader' ? (networkOf(actor.address)?.host ?? 'unknown') : actorName(actor);

/** Counts a request to `endpoint`: gives the headers that tell what is left. Throws `rate_limited`. */
export type TakeRequest = (endpoint: Endpoint, actor: Actor) => Record<string, string>;

export const createLimits = (clock: Clock): TakeRequest => {
  const taken = new LRUCache<string, Allowance>({ max: MAX_CALLERS });
  return (endpoint, actor) => {
    const limit = limitOf(endpoint);
    if (limit === undefined) return {};
    const { name, perMinute } = limit;
    const caller = `${name} ${callerOf(actor)}`;
    const now = clock();
    const unused = { name, quota: perMinute, windowSeconds: MINUTE_SECONDS, doneAt: [] };
    const before = currently(taken.get(caller) ?? unused, now);
    // What is refused is not counted: who keeps asking still gets the whole of the quota.
    const refusal = limitRefusal([before], now);
    if (refusal !== undefined) throw refusal;
    const after = onceMore(before, now);
    taken.set(caller, after);
    return rateLimitHeaders([after], now);
  };
};
