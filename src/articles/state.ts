// An article with everything that belongs to it, as one transaction has it; and what follows from that: who counts it,
// which answers show it, and what a revision keeps of it.
import type { Db } from '../db/dialect.ts';
import type { RevisionContent } from '../db/schema/columns.ts';
import { findSectionBySlug } from '../tags/store.ts';
import type { DeskRow } from './desk.store.ts';
import { type Links, linksOf } from './links.ts';
import { type ArticleRow, listTagIds } from './store.ts';

export interface State {
  row: DeskRow;
  links: Links;
  /** In the order of `links.tags`. */
  tagIds: string[];
}

export const stateOf = async (db: Db, row: ArticleRow): Promise<State> => {
  const section = row.sectionId === null ? undefined : await findSectionBySlug(db, row.sectionId);
  return {
    row: { ...row, section: section === undefined ? null : { slug: section.slug, name: section.name } },
    links: (await linksOf(db, [row.id])).get(row.id)!,
    tagIds: await listTagIds(db, row.id),
  };
};

export const authorIdsOf = ({ links }: Pick<State, 'links'>): string[] => links.authors.map(({ id }) => id);

/** Where an article counts: nowhere while it is not public. */
export interface Counted {
  authors: readonly string[];
  tags: readonly string[];
  sections: readonly string[];
}

export const NOWHERE: Counted = { authors: [], tags: [], sections: [] };

export const countedIn = (state: State): Counted => {
  const { row, tagIds } = state;
  if (row.status !== 'published') return NOWHERE;
  return {
    authors: authorIdsOf(state),
    tags: tagIds,
    sections: row.sectionId === null ? [] : [row.sectionId],
  };
};

/** The cache tags of every public answer that shows the article as it stands; none while it cannot be public. */
export const cacheTagsOf = ({ row, links }: State): string[] => {
  if (row.publicFrom === null) return [];
  return [
    `article:${row.id}`,
    'articles',
    `comments:${row.id}`,
    // Their lists count public articles.
    ...['authors', 'tags', 'sections'],
    ...links.authors.map((author) => `author:${author.id}`),
    ...links.tags.map((tag) => `tag:${tag.slug}`),
    ...(row.section === null ? [] : [`section:${row.section.slug}`]),
  ];
};

/** What a revision keeps: all that the public reads, or would. */
export const contentOf = ({ row, links, tagIds }: State): RevisionContent => ({
  slug: row.slug,
  title: row.title,
  subtitle: row.subtitle,
  summary: row.summary,
  language: row.language,
  section: row.sectionId === null || row.section === null ? null : { id: row.sectionId, ...row.section },
  tags: links.tags.map((tag, index) => ({ id: tagIds[index]!, ...tag })),
  authors: links.authors.map(({ id, slug, name, role }) => ({ id, slug, name, role })),
  cover: row.cover,
  canonicalUrl: row.canonicalUrl,
  seo: row.seo,
  metadata: { public: row.metadataPublic },
  corrections: row.corrections,
});
