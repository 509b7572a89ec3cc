// Instants are numbers, milliseconds since the epoch (UTC); RFC 3339 text exists only at the edges, and is read and
// written here. Nothing else in src touches `Date`, so that a test can set the time.

export type Clock = () => number;

export const systemClock: Clock = () => Date.now();

/** RFC 3339, UTC, milliseconds: `2026-03-01T06:30:00.000Z`. */
export const toInstant = (ms: number): string => new Date(ms).toISOString();

export const toInstantOrNull = (ms: number | null): string | null => (ms === null ? null : toInstant(ms));

/** As HTTP says it, to the second (RFC 9110 §5.6.7): `Sun, 01 Mar 2026 06:30:00 GMT`. */
export const toHttpDate = (ms: number): string => new Date(ms).toUTCString();

// RFC 3339 §5.6 `date-time`; its leap second (:60) has no number of its own and is left out.
const DATE_TIME =
  /^(\d{4}-\d\d-\d\d)T((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.(\d+))?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/i;

const FIRST_MS = Date.parse('0001-01-01T00:00:00Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');
const MINUTE_MS = 60_000;

/**
 * Milliseconds since the epoch of an RFC 3339 instant with any offset; smaller fractions are cut off. `undefined` when
 * the text is not one, lacks its offset, or names a day or an hour that never was, or a year outside 0001–9999 UTC.
 */
export const parseInstant = (text: string): number | undefined => {
  const [whole, date, time, fraction = '', sign, hours, minutes] = DATE_TIME.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const local = new Date(`${date}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}Z`);
  // Engines read 30 February as 2 March, and month 13 as no date at all.
  if (Number.isNaN(local.getTime()) || local.toISOString().slice(0, 10) !== date) return undefined;
  const offsetMs =
    sign === undefined ? 0 : Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
  const ms = local.getTime() - offsetMs;
  return ms >= FIRST_MS && ms <= LAST_MS ? ms : undefined;
};
