// Cache tags: the names of what an answer shows. An event carries those of every answer that it changes; a kept answer,
// here or in a CDN, goes when one of its own is among them.

/**
 * A thing by its id, a tag, section or list by its slug, the comments of an article by its id; or all of a kind; what the
 * site says of comments (`discussion`).
 */
export type CacheTag =
  | `${'article' | 'author' | 'tag' | 'section' | 'list' | 'comments'}:${string}`
  | 'articles'
  | 'authors'
  | 'tags'
  | 'sections'
  | 'site'
  | 'discussion';
