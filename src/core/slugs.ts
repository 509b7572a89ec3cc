// A slug for a thing: the one asked for, or one made from its name that nobody has.
import { nextSlug, slugOf } from './text.ts';

/**
 * A free slug made from `name`: its own, or with -2, -3… behind. `taken` tells which slugs that begin with a base are
 * in use; `fallback` serves names without a letter that could be transliterated.
 */
export const freeSlug = async (
  name: string,
  fallback: string,
  taken: (base: string) => Promise<readonly string[]>,
): Promise<string> => {
  const base = slugOf(name) || fallback;
  const known = new Set(await taken(base));
  let slug = nextSlug(base, known);
  // A base of full length is cut to make room for its number, and may so run into slugs that do not begin with it.
  while (!slug.startsWith(base) && (await taken(slug)).includes(slug)) {
    known.add(slug);
    slug = nextSlug(base, known);
  }
  return slug;
};
