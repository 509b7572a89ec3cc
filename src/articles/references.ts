// What an article names, found or made: its section, tags and authors; and the counts of public articles they keep.
import { addToArticleCounts } from '../authors/store.ts';
import type { Tx } from '../context.ts';
import { type Fault, Problem } from '../core/problem.ts';
import type { Db } from '../db/dialect.ts';
import { resolveTags } from '../tags/service.ts';
import { addToSectionCount, addToTagCounts, findSectionBySlug } from '../tags/store.ts';
import { type BylineRow, listBylines, resolveBylines } from './bylines.ts';
import { findDeskRow } from './desk.store.ts';
import type { BylineInput } from './input.ts';
import { linksOf } from './links.ts';
import { type ArticleRow, listTagIds } from './store.ts';

export interface ReferenceInput {
  section?: string | null | undefined;
  tags?: readonly string[] | undefined;
  authors?: readonly BylineInput[] | undefined;
}

/** What an input names; undefined where it is silent. */
export interface References {
  sectionId: string | null | undefined;
  tagIds: string[] | undefined;
  bylines: BylineRow[] | undefined;
}

/** Finds the section and the authors, and finds or makes the tags. Throws `reference_unknown` naming every unknown one. */
export const resolveReferences = async (
  tx: Tx,
  { section, tags, authors }: ReferenceInput,
): Promise<References> => {
  const found = typeof section === 'string' ? await findSectionBySlug(tx.db, section) : undefined;
  const byline = authors === undefined ? undefined : await resolveBylines(tx.db, authors);
  const faults: Fault[] = [
    ...(typeof section === 'string' && found === undefined
      ? [{ pointer: '/section', code: 'unknown_section', message: 'is not a section' }]
      : []),
    ...(byline?.faults ?? []),
  ];
  if (faults.length > 0) {
    throw new Problem('reference_unknown', 'Something that the article names does not exist.', {
      errors: faults,
    });
  }
  const rows = tags === undefined ? undefined : await resolveTags(tx, tags);
  return {
    sectionId: typeof section === 'string' ? found?.id : section,
    tagIds: rows?.map(({ id }) => id),
    bylines: byline?.bylines,
  };
};

/** Where an article counts: empty while it is not public. */
export interface Counted {
  authors: readonly string[];
  tags: readonly string[];
  sections: readonly string[];
}

const NOWHERE: Counted = { authors: [], tags: [], sections: [] };

export const countedIn = async (db: Db, row: ArticleRow): Promise<Counted> => {
  if (row.status !== 'published') return NOWHERE;
  const bylines = await listBylines(db, row.id);
  return {
    authors: bylines.map(({ authorId }) => authorId),
    tags: await listTagIds(db, row.id),
    sections: row.sectionId === null ? [] : [row.sectionId],
  };
};

/** Moves the counts from where an article stood to where it stands. */
export const recount = async (db: Db, before: Counted, after: Counted): Promise<void> => {
  const less = (a: readonly string[], b: readonly string[]) => a.filter((id) => !b.includes(id));
  await addToArticleCounts(db, less(before.authors, after.authors), -1);
  await addToArticleCounts(db, less(after.authors, before.authors), 1);
  await addToTagCounts(db, less(before.tags, after.tags), -1);
  await addToTagCounts(db, less(after.tags, before.tags), 1);
  for (const id of less(before.sections, after.sections)) await addToSectionCount(db, id, -1);
  for (const id of less(after.sections, before.sections)) await addToSectionCount(db, id, 1);
};

/** The cache tags of every public answer that shows the article as it stands; none while it is not public. */
export const cacheTags = async (db: Db, id: string): Promise<string[]> => {
  const row = await findDeskRow(db, id);
  if (row === undefined || row.publicFrom === null) return [];
  const links = (await linksOf(db, [id])).get(id)!;
  return [
    `article:${id}`,
    'articles',
    `comments:${id}`,
    // Their lists count public articles.
    ...['authors', 'tags', 'sections'],
    ...links.authors.map((author) => `author:${author.id}`),
    ...links.tags.map((tag) => `tag:${tag.slug}`),
    ...(row.section === null ? [] : [`section:${row.section.slug}`]),
  ];
};
