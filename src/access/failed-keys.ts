// How often an address has sent a key that opens nothing. Counted in the database, so that it holds across processes,
// and in a fixed number of places: whoever tries keys from ever new addresses fills no disk. Two addresses may share a
// place, which does no harm: a good key is never asked for this.
import type { Log } from '../context.ts';
import type { Clock } from '../core/clock.ts';
import { networkOf } from '../core/networks.ts';
import { type Allowance, currently, limitRefusal, onceMore } from '../core/rate-limit.ts';
import { keyedHash } from '../core/signature.ts';
import type { Database } from '../db/database.ts';
import { claimFailures, updateFailures } from './store.ts';

const PER_MINUTE = 20;
/** Letters of a hash in base64url that name a place: there are 4,096, a row of some 300 bytes each. */
const PLACE_LENGTH = 2;

const allowanceOf = (doneAt: readonly number[], now: number): Allowance =>
  currently({ name: 'failed_keys', quota: PER_MINUTE, windowSeconds: 60, doneAt }, now);

/** Where failures from an address are counted; without the secret nobody can aim at somebody else's place. */
const placeOf = (address: string, secret: string): string =>
  keyedHash(secret, 'failed key', networkOf(address)?.host ?? 'unknown').slice(0, PLACE_LENGTH);

const refusalOf = (allowance: Allowance, now: number) => limitRefusal([allowance], now);

/** Counts a failure of this address. Throws `rate_limited` where there have been too many. */
export type CountFailedKey = (address: string) => Promise<void>;

export interface FailedKeysDeps {
  database: Database;
  clock: Clock;
  /** Hides the addresses. */
  secret: string;
  log: Log;
}

export const createFailedKeys = ({ database, clock, secret, log }: FailedKeysDeps): CountFailedKey => {
  /** What this process knows of each place: who has failed too often is refused without asking the database again. */
  const known = new Map<string, readonly number[]>();

  return async (address) => {
    const place = placeOf(address, secret);
    const now = clock();
    const ours = allowanceOf(known.get(place) ?? [], now);
    const refusal = refusalOf(ours, now);
    if (refusal !== undefined) throw refusal;
    // Before the database has answered: of many at once no more may pass than one by one.
    known.set(place, onceMore(ours, now).doneAt);

    const found = await database
      .write(async (db) => {
        const before = allowanceOf(await claimFailures(db, place), now);
        if (refusalOf(before, now) === undefined)
          await updateFailures(db, place, onceMore(before, now).doneAt);
        return before;
      })
      .catch((error: unknown) => {
        // Where nothing can be written, each process goes on counting alone.
        log.warn({ err: error }, 'a failed key could not be counted');
        return ours;
      });
    const late = refusalOf(found, now);
    const all = late === undefined ? onceMore(found, now) : found;
    if (all.doneAt.length > known.get(place)!.length) known.set(place, all.doneAt);
    if (late !== undefined) throw late;
  };
};
