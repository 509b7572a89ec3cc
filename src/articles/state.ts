// An article with everything that belongs to it, as one transaction has it; and what follows from that: who counts it,
// which answers show it, and what a revision keeps of it.
import type { Db } from '../db/dialect.ts';
import type { RevisionContent } from '../db/schema/columns.ts';
import { findSectionsById } from '../tags/store.ts';
import type { DeskRow } from './desk.store.ts';
import { type Links, linksOf } from './links.ts';
import { type ArticleRow, listTagIds } from './store.ts';

export interface State {
  row: DeskRow;
  links: Links;
  /** In the order of `links.tags`. */
  tagIds: string[];
}

/** Articles with all that belongs to them, in a constant number of queries and in the order of `rows`. */
export const statesOf = async (db: Db, rows: readonly ArticleRow[]): Promise<State[]> => {
  const ids = rows.map(({ id }) => id);
  const sections = await findSectionsById(
    db,
    rows.flatMap(({ sectionId }) => sectionId ?? []),
  );
  const links = await linksOf(db, ids);
  const tagIds = await listTagIds(db, ids);
  return rows.map((row) => {
    const section = sections.find(({ id }) => id === row.sectionId);
    return {
      row: { ...row, section: section === undefined ? null : { slug: section.slug, name: section.name } },
      links: links.get(row.id)!,
      tagIds: tagIds.get(row.id) ?? [],
    };
  });
};

/** An article with all that belongs to it. */
export const stateOf = async (db: Db, row: ArticleRow): Promise<State> => (await statesOf(db, [row]))[0]!;

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
