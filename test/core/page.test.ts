// Cursors and pages: what they promise whatever the rows are.
import * as fc from 'fast-check';
import { test } from 'tap';
import {
  COUNTED_ITEMS,
  createCursors,
  type ListIdentity,
  type ListSource,
  mapPage,
  type Position,
  readPage,
} from '../../src/core/page.ts';

const cursors = createCursors('a secret for tests, long enough to be one');

const key = fc.oneof(
  fc.maxSafeInteger(),
  fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
);
const position: fc.Arbitrary<Position> = fc.record({ key, id: fc.uuid() });
const list: fc.Arbitrary<ListIdentity> = fc.record({
  name: fc.string(),
  filters: fc.dictionary(
    fc.string(),
    fc.oneof(fc.string(), fc.boolean(), fc.constant(undefined), fc.array(fc.string())),
  ),
});

const isRefused = (identity: ListIdentity, cursor: string): boolean => {
  try {
    cursors.read(identity, cursor);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'cursor_invalid';
  }
};

test('a cursor gives back the position it was written for', async () => {
  fc.assert(
    fc.property(list, position, (identity, at) => {
      const cursor = cursors.write(identity, at);
      const back = cursors.read(identity, cursor);
      return back?.key === at.key && back.id === at.id && /^[\w-]+$/.test(cursor);
    }),
  );
});

test('a cursor with any byte edited, cut off or added is refused', async () => {
  fc.assert(
    fc.property(list, position, fc.nat(), fc.integer({ min: 1, max: 255 }), (identity, at, where, change) => {
      const cursor = cursors.write(identity, at);
      const bytes = Buffer.from(cursor, 'base64url');
      const index = where % bytes.length;
      bytes[index] = (bytes[index] ?? 0) ^ change;
      return [
        bytes.toString('base64url'),
        cursor.slice(0, -1),
        cursor.slice(1),
        `${cursor}A`,
        `${cursor}=`,
        ` ${cursor}`,
      ].every((edited) => isRefused(identity, edited));
    }),
  );
});

test('a cursor of another list, with other filters or of another secret is refused', async (t) => {
  fc.assert(
    fc.property(list, list, position, (identity, other, at) => {
      fc.pre(
        JSON.stringify([identity.name, identity.filters]) !== JSON.stringify([other.name, other.filters]),
      );
      fc.pre(
        other.name !== identity.name ||
          Object.keys(other.filters).length !== Object.keys(identity.filters).length,
      );
      fc.pre(!Object.values({ ...identity.filters, ...other.filters }).includes(undefined));
      return isRefused(other, cursors.write(identity, at));
    }),
  );
  const authors = { name: 'authors', filters: { active: true } };
  const cursor = cursors.write(authors, { key: 'Ada', id: '1' });
  t.ok(isRefused({ name: 'authors', filters: { active: false } }, cursor));
  t.ok(isRefused({ name: 'authors', filters: {} }, cursor));
  t.throws(() => createCursors('another secret').read(authors, cursor), { code: 'cursor_invalid' });
});

test('the order in which filters stand, and those not given, make no other list', async (t) => {
  const at = { key: 1, id: 'x' };
  const cursor = cursors.write({ name: 'a', filters: { b: 1, c: 2 } }, at);
  t.strictSame(cursors.read({ name: 'a', filters: { c: 2, b: 1, d: undefined } }, cursor), at);
});

test('nonsense is no cursor, and no cursor is the start', async (t) => {
  for (const nonsense of ['', 'x', '????', 'A'.repeat(1_000), '{"key":1}'])
    t.ok(isRefused({ name: 'a', filters: {} }, nonsense));
  t.equal(cursors.read({ name: 'a', filters: {} }, undefined), undefined);
});

const numbers = (rows: readonly number[]): ListSource<number> => ({
  name: 'numbers',
  filters: {},
  rows: async (from, count) =>
    rows.filter((row) => from === undefined || row > Number(from.key)).slice(0, count),
  positionOf: (row) => ({ key: row, id: String(row) }),
  count: async (most) => Math.min(most, rows.length),
});

test('a walk gives every row once, whatever the size of its pages', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 40 }), fc.integer({ min: 1, max: 12 }), async (size, limit) => {
      const rows = Array.from({ length: size }, (_, index) => index);
      const walked: number[] = [];
      let cursor: string | undefined;
      do {
        const page = await readPage(cursors, { limit, cursor }, numbers(rows));
        walked.push(...page.items);
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
      return JSON.stringify(walked) === JSON.stringify(rows);
    }),
  );
});

test('a total is exact as far as it is counted, and says where it is not', async (t) => {
  const of = (size: number) =>
    readPage(
      cursors,
      { limit: 1, total: true },
      { ...numbers([]), count: async (most) => Math.min(most, size) },
    );
  t.strictSame(await of(0), { items: [], nextCursor: null, total: 0 });
  t.strictSame(await of(COUNTED_ITEMS), { items: [], nextCursor: null, total: COUNTED_ITEMS });
  t.strictSame(await of(COUNTED_ITEMS + 1), {
    items: [],
    nextCursor: null,
    total: COUNTED_ITEMS,
    totalCapped: true,
  });
});

test('a page holds twenty where nothing is said, and keeps all else when its items are seen otherwise', async (t) => {
  const rows = Array.from({ length: 21 }, (_, index) => index);
  const page = await readPage(cursors, { total: true }, numbers(rows));
  t.equal(page.items.length, 20);
  t.type(page.nextCursor, 'string');
  t.strictSame(mapPage(page, String), { ...page, items: page.items.map(String) });
});
