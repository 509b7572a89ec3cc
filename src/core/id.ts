// Ids are UUIDv7 (RFC 9562 §5.7): they sort by the instant given, and within one millisecond by a counter that starts
// at a random number, so that an id does not tell how many others were made.
import { randomInt } from 'node:crypto';
import { v7 } from 'uuid';

/** A clock set back by no more than this is waited for; one set back further is believed. */
const HELD_MS = 1_000;
/** Half of the counter's 32 bits stay free above the start: more than one millisecond can use. */
const COUNTER_START = 2 ** 31;

const latest = { ms: Number.NEGATIVE_INFINITY, counter: 0 };

/** A new id of the instant `nowMs`, greater than every earlier one of this process (but see HELD_MS). */
export const newId = (nowMs: number): string => {
  if (nowMs > latest.ms || nowMs < latest.ms - HELD_MS) {
    latest.ms = nowMs;
    latest.counter = randomInt(COUNTER_START);
  } else {
    latest.counter++;
  }
  return v7({ msecs: latest.ms, seq: latest.counter });
};

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/** Whether `text` is a UUID of any version, in either case. */
export const isId = (text: string): boolean => UUID.test(text);
