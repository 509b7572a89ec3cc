// Parts that many answers show, kept as the answers are: with a database that a test plays.
import fc from 'fast-check';
import { test } from 'tap';
import type { CacheTag } from '../../src/core/cache-tag.ts';
import type { ChangeListener } from '../../src/db/database.ts';
import { AnswerCache } from '../../src/http/cache.ts';
import { jsonOf, Written } from '../../src/http/written.ts';

interface Part {
  said: number;
  tags: CacheTag[];
  dueAt: number | null;
  size: number;
}

const setUp = (maxPartsBytes = 1_000_000) => {
  const state = { isKnown: true, made: 0 };
  let tell: ChangeListener = () => undefined;
  const cache = new AnswerCache({ maxBytes: 1_000_000, maxPartsBytes, isDebugged: false });
  const parts = cache.parts<Part>();
  const open = () =>
    cache.open({
      changes: {
        subscribe: (listener) => {
          tell = listener;
        },
        areKnown: () => state.isKnown,
      },
      clock: () => 0,
      isStopping: () => false,
    });
  const make = async (keys: readonly string[]) =>
    new Map(
      keys
        .filter((key) => key !== 'nothing')
        .map((key): [string, Part] => [
          key,
          { said: ++state.made, tags: [`article:${key}`], dueAt: key === 'due' ? 100 : null, size: 1_000 },
        ]),
    );
  /** What is said of each key, in the order of `keys`. */
  const ask = async (keys: readonly string[], now = 0) => {
    const found = await parts.of(keys, now, make);
    return keys.map((key) => found.get(key)?.said);
  };
  open();
  return { cache, parts, state, ask, make, tell: (tags: readonly string[] | 'everything') => tell(tags) };
};

const turn = () => new Promise(setImmediate);

test('a part is made once, and again when what it shows has changed', async (t) => {
  const { ask, tell, cache } = setUp();
  t.same(await ask(['a', 'nothing', 'b']), [1, undefined, 2]);
  t.same(await ask(['b', 'c', 'a']), [2, 3, 1]);
  tell(['article:b', 'articles']);
  t.same(await ask(['a', 'b', 'c']), [1, 4, 3]);
  tell('everything');
  t.same(await ask(['a']), [5]);
  t.equal(cache.bytes, 1_000);
  t.equal(cache.entries, 0, 'answers are counted by themselves');
});

test('what was purged while it was made is given to who asked, and not kept', async (t) => {
  for (const purged of [['article:a'], 'everything'] as const) {
    const { parts, make, ask, tell } = setUp();
    const late = await parts.of(['a'], 0, async (keys) => {
      const made = await make(keys);
      tell(purged);
      return made;
    });
    t.equal(late.get('a')?.said, 1);
    t.same(await ask(['a']), [2]);
    t.same(await ask(['a']), [2]);
  }
});

test('a part ends at its own instant', async (t) => {
  const { ask } = setUp();
  t.same(await ask(['due'], 99), [1]);
  t.same(await ask(['due'], 99), [1]);
  t.same(await ask(['due'], 100), [2]);
});

test('while it is not known what others wrote, every part is made anew', async (t) => {
  const { ask, state } = setUp();
  t.same(await ask(['a']), [1]);
  await turn();
  state.isKnown = false;
  t.same(await ask(['a']), [2]);
  await turn();
  state.isKnown = true;
  t.same(await ask(['a']), [1]);
});

test('parts asked for once neither push out what is asked for often nor grow their share', async (t) => {
  const { ask, cache } = setUp(100_000);
  t.same(await ask(['a']), [1]);
  for (let n = 0; n < 500; n++) {
    await ask([`once-${n}`]);
    if (n % 20 === 0) t.same(await ask(['a']), [1]);
  }
  t.ok(cache.bytes <= 51_000, `${cache.bytes} bytes`);
});

test('a body of written items is sent as JSON.stringify would write it', async (t) => {
  const item = fc.record({
    value: fc.record({ id: fc.string(), rest: fc.jsonValue() }),
    more: fc.array(fc.jsonValue(), { maxLength: 1 }),
  });
  fc.assert(
    fc.property(fc.array(item), fc.option(fc.jsonValue(), { nil: undefined }), (items, next) => {
      const plain = items.map(({ value, more }) => ({ ...value, ...(more.length > 0 ? { more } : {}) }));
      const written = items.map(({ value, more }) => {
        const first = new Written(value);
        return more.length > 0 ? first.with({ more }) : first;
      });
      const text = jsonOf({ name: 'x', items: written, next });
      if (text !== JSON.stringify({ name: 'x', items: plain, next })) throw new Error(text);
      if (JSON.stringify(written) !== JSON.stringify(plain)) throw new Error('elsewhere it is its value');
    }),
  );
  for (const body of ['text', null, 1, { status: 'ok' }, { items: [1, 'two'], nextCursor: null }])
    t.equal(jsonOf(body), JSON.stringify(body));
});
