// A free slug for a name.
import { test } from 'tap';
import { freeSlug } from '../../src/core/slugs.ts';

/** What a store answers: the slugs in use that are `base`, or begin with it and a hyphen. */
const storeOf = (slugs: readonly string[]) => async (base: string) =>
  slugs.filter((slug) => slug === base || slug.startsWith(`${base}-`));

test('a name gets its own slug, and where that is taken a number behind it', async (t) => {
  t.equal(await freeSlug('Ada Okafor', 'x', storeOf([])), 'ada-okafor');
  t.equal(await freeSlug('Ada Okafor', 'x', storeOf(['ada-okafor'])), 'ada-okafor-2');
  t.equal(await freeSlug('Ada Okafor', 'x', storeOf(['ada-okafor', 'ada-okafor-2'])), 'ada-okafor-3');
  t.equal(await freeSlug('Ada Okafor', 'x', storeOf(['ada-okafor-2'])), 'ada-okafor');
});

test('a name without a letter that has a Latin form gets the fallback', async (t) => {
  t.equal(await freeSlug('???', 'author-1', storeOf([])), 'author-1');
  t.equal(await freeSlug('???', 'author-1', storeOf(['author-1'])), 'author-1-2');
});

test('a slug of full length is cut for its number, and never runs into one that is taken', async (t) => {
  const taken: string[] = [];
  for (let n = 1; n <= 12; n++) taken.push(await freeSlug('word '.repeat(40), 'x', storeOf(taken)));
  t.equal(new Set(taken).size, 12);
  t.ok(taken.every((slug) => slug.length <= 100 && /^word(-word)*(-\d+)?$/.test(slug)));
});
