import fc from 'fast-check';
import { test } from 'tap';
import { parseInstant, systemClock, toInstant, toInstantOrNull } from '../../src/core/clock.ts';

const FIRST = parseInstant('0001-01-01T00:00:00Z') ?? Number.NaN;
const LAST = parseInstant('9999-12-31T23:59:59.999Z') ?? Number.NaN;

test('an instant is written in UTC with milliseconds', async (t) => {
  t.equal(toInstant(1_772_346_600_000), '2026-03-01T06:30:00.000Z');
  t.equal(toInstant(0), '1970-01-01T00:00:00.000Z');
  t.equal(toInstantOrNull(0), '1970-01-01T00:00:00.000Z');
  t.equal(toInstantOrNull(null), null);
});

test('the system clock gives whole milliseconds of now', async (t) => {
  const [before, now, after] = [Date.now(), systemClock(), Date.now()];
  t.ok(Number.isInteger(now) && before <= now && now <= after);
});

test('an instant is read with any offset and any fraction', async (t) => {
  const cases: Record<string, string> = {
    '2026-03-01T06:30:00Z': '2026-03-01T06:30:00.000Z',
    '2026-03-01t06:30:00z': '2026-03-01T06:30:00.000Z',
    '2026-03-01T07:30:00+01:00': '2026-03-01T06:30:00.000Z',
    '2026-02-28T23:45:00-06:45': '2026-03-01T06:30:00.000Z',
    '2026-03-01T06:30:00-00:00': '2026-03-01T06:30:00.000Z',
    '2026-03-01T06:30:00.5Z': '2026-03-01T06:30:00.500Z',
    '2026-03-01T06:30:00.1239999999Z': '2026-03-01T06:30:00.123Z',
    '2024-02-29T00:00:00Z': '2024-02-29T00:00:00.000Z',
    '0099-05-01T00:00:00Z': '0099-05-01T00:00:00.000Z',
    '9999-12-31T23:59:59.999Z': '9999-12-31T23:59:59.999Z',
  };
  for (const [text, instant] of Object.entries(cases))
    t.equal(toInstantOrNull(parseInstant(text) ?? null), instant, text);
});

test('what is not an instant is not read', async (t) => {
  const shapes = [
    '',
    'now',
    '2026',
    '2026-03-01',
    '20260301T063000Z',
    ' 2026-03-01T06:30:00Z',
    '2026-03-01T06:30:00Z\n',
  ];
  const noOffset = [
    '2026-03-01T06:30:00',
    '2026-03-01T06:30:00.000',
    '2026-03-01T06:30Z',
    '2026-03-01 06:30:00Z',
  ];
  const offsets = ['+1:00', '+0100', '+24:00', '+01:60', '+01', 'CET'].map(
    (offset) => `2026-03-01T06:30:00${offset}`,
  );
  const dates = [
    '2026-02-30',
    '2025-02-29',
    '2026-04-31',
    '2026-00-10',
    '2026-13-01',
    '2026-01-00',
    '2026-01-32',
  ];
  const times = [
    '24:00:00',
    '25:00:00',
    '23:60:00',
    '23:59:60',
    '23:59:61',
    '1:00:00',
    '23:59:59.',
    '23:59:59,5',
  ];
  const years = [
    '0000-12-31T23:59:59Z',
    '+012026-01-01T00:00:00Z',
    '-0001-01-01T00:00:00Z',
    '10000-01-01T00:00:00Z',
  ];
  const beyond = ['0001-01-01T00:00:00+00:01', '9999-12-31T23:59:59-00:01'];
  const impossible = [
    ...dates.map((date) => `${date}T00:00:00Z`),
    ...times.map((time) => `2026-01-01T${time}Z`),
  ];
  for (const text of [...shapes, ...noOffset, ...offsets, ...impossible, ...years, ...beyond]) {
    t.equal(parseInstant(text), undefined, JSON.stringify(text));
  }
});

test('every instant of the years 1 to 9999 is read as it was written', async (t) => {
  fc.assert(fc.property(fc.integer({ min: FIRST, max: LAST }), (ms) => parseInstant(toInstant(ms)) === ms));
  t.equal(toInstant(FIRST), '0001-01-01T00:00:00.000Z');
});
