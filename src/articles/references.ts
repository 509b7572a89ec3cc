// What an article names, found or made: its section, tags and authors; and the counts of public articles they keep.
import { addToArticleCounts } from '../authors/store.ts';
import type { Tx } from '../context.ts';
import { type Fault, Problem } from '../core/problem.ts';
import type { Db } from '../db/dialect.ts';
import { resolveTags } from '../tags/service.ts';
import { addToSectionCount, addToTagCounts, findSectionBySlug } from '../tags/store.ts';
import { type BylineRow, resolveBylines } from './bylines.ts';
import type { BylineInput } from './input.ts';
import type { Counted } from './state.ts';

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

export const unknownReferences = (errors: readonly Fault[]): Problem =>
  new Problem('reference_unknown', 'Something that the article names does not exist.', { errors });

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
  if (faults.length > 0) throw unknownReferences(faults);
  const rows = tags === undefined ? undefined : await resolveTags(tx, tags);
  return {
    sectionId: typeof section === 'string' ? found?.id : section,
    tagIds: rows?.map(({ id }) => id),
    bylines: byline?.bylines,
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
