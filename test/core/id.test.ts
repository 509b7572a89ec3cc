import { test } from 'tap';
import { validate, version } from 'uuid';
import { isId, newId } from '../../src/core/id.ts';

/** The instant that a UUIDv7 carries in its first 48 bits. */
const instantOf = (id: string): number => Number.parseInt(id.slice(0, 13).replace('-', ''), 16);

const NOW = 1_772_346_600_000;

test('an id is a UUIDv7 of the instant given', async (t) => {
  const id = newId(NOW);
  t.ok(validate(id));
  t.equal(version(id), 7);
  t.equal(instantOf(id), NOW);
  t.equal(instantOf(newId(NOW + 5)), NOW + 5);
});

test('ids rise within one millisecond and from one to the next', async (t) => {
  const ids = Array.from({ length: 20_000 }, (_, n) => newId(NOW + 10_000 + Math.floor(n / 5_000)));
  t.same(ids, [...ids].sort());
  t.equal(new Set(ids).size, ids.length);
});

test('ids keep rising while the clock steps back a little', async (t) => {
  const before = newId(NOW + 60_000);
  const after = newId(NOW + 59_500);
  t.ok(after > before);
  t.equal(instantOf(after), NOW + 60_000);
});

test('a clock that is set back further is believed', async (t) => {
  newId(NOW + 120_000);
  t.equal(instantOf(newId(NOW)), NOW);
});

test('an id does not tell how many were made before it', async (t) => {
  const counterOf = (id: string) => id.slice(14, 23);
  const starts = Array.from({ length: 50 }, (_, n) => counterOf(newId(NOW + 200_000 + n)));
  t.ok(new Set(starts).size > 45, 'each millisecond starts its counter somewhere else');
});

test('any UUID in either case is an id, and nothing else is', async (t) => {
  const id = newId(NOW);
  const ids = [
    id,
    id.toUpperCase(),
    '550e8400-e29b-41d4-a716-446655440000',
    '00000000-0000-0000-0000-000000000000',
  ];
  for (const text of ids) t.equal(isId(text), true, text);
  const others = [
    '',
    'harbour-bridge',
    id.slice(1),
    `${id}0`,
    ` ${id}`,
    `${id}\n`,
    `{${id}}`,
    id.replaceAll('-', ''),
    'g'.repeat(36),
  ];
  for (const text of others) t.equal(isId(text), false, JSON.stringify(text));
});
