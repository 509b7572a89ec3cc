// What an answer shows, as cache tags. Every event that names one thing names all of its kind too (`tag:x` and `tags`),
// which is why the tag of the kind may stand for many.
import type { ArticleSummary } from '../articles/schema.ts';
import type { CacheTag } from '../core/cache-tag.ts';

/** Of each kind; the tags are sent as headers, twice, and clients read 16 KB of headers at most. */
const MOST_OF_A_KIND = 16;

/** The tags of these things; that of their kind where they are many. Each once. */
export const tagsOfKind = (kind: 'author' | 'tag' | 'section', names: readonly string[]): CacheTag[] => {
  const unique = [...new Set(names)];
  return unique.length > MOST_OF_A_KIND ? [`${kind}s`] : unique.map((name) => `${kind}:${name}` as const);
};

/**
 * The tags of the authors, tags and sections whose names stand on these articles, and of what decides with each of them
 * whether it takes comments.
 */
export const namesOn = (
  shown: readonly Pick<ArticleSummary, 'authors' | 'tags' | 'section'>[],
): CacheTag[] => [
  ...(shown.length > 0 ? (['discussion'] as const) : []),
  ...tagsOfKind(
    'author',
    shown.flatMap(({ authors }) => authors.map(({ id }) => id)),
  ),
  ...tagsOfKind(
    'tag',
    shown.flatMap(({ tags }) => tags.map(({ slug }) => slug)),
  ),
  ...tagsOfKind(
    'section',
    shown.flatMap(({ section }) => (section === null ? [] : [section.slug])),
  ),
];

/** Each tag once. */
export const distinct = (...tags: readonly CacheTag[]): CacheTag[] => [...new Set(tags)];
