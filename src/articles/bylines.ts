// Who is named by an article, in which order and role.
import { and, eq, notInArray, sql } from 'drizzle-orm';
import { findAuthorsByReference } from '../authors/store.ts';
import { isId } from '../core/id.ts';
import { type Fault, Problem } from '../core/problem.ts';
import { type Db, prepared } from '../db/dialect.ts';
import type { BylineInput } from './input.ts';

export interface BylineRow {
  authorId: string;
  role: string;
}

/**
 * The bylines that an input asks for, in its order, and a fault for each that names nobody. Throws
 * `validation_failed` where one author is named twice.
 */
export const resolveBylines = async (
  db: Db,
  inputs: readonly BylineInput[],
): Promise<{ bylines: BylineRow[]; faults: Fault[] }> => {
  if (inputs.length === 0) return { bylines: [], faults: [] };
  const references = inputs.map(({ author }) => (isId(author) ? author.toLowerCase() : author));
  const authors = await findAuthorsByReference(db, references.filter(isId), references);
  const known = new Map(authors.flatMap(({ id, slug }) => [[id, id] as const, [slug, id] as const]));
  const bylines: BylineRow[] = [];
  const faults: Fault[] = [];
  const twice: Fault[] = [];
  for (const [index, { role }] of inputs.entries()) {
    const pointer = `/authors/${index}`;
    const authorId = known.get(references[index]!);
    if (authorId === undefined) faults.push({ pointer, code: 'unknown_author', message: 'is not an author' });
    else if (bylines.some((byline) => byline.authorId === authorId)) {
      twice.push({ pointer, code: 'repeated', message: 'is named already' });
    } else bylines.push({ authorId, role });
  }
  if (twice.length > 0)
    throw new Problem('validation_failed', 'An author is named twice.', { errors: twice });
  return { bylines, faults };
};

export const replaceBylines = async (
  db: Db,
  articleId: string,
  bylines: readonly BylineRow[],
  listedAt: number | null,
): Promise<void> => {
  const { articleAuthors } = db.tables;
  const forget = prepared(db, 'delete_article_authors', () =>
    db.delete(articleAuthors).where(eq(articleAuthors.articleId, sql.placeholder('articleId'))),
  );
  await forget.execute({ articleId });
  if (bylines.length === 0) return;
  await db
    .insert(articleAuthors)
    .values(bylines.map((byline, position) => ({ ...byline, articleId, position, listedAt })));
};

/** Hands the bylines of `from` to `to`; where an article names both, that of `from` goes. */
export const moveBylines = async (db: Db, from: string, to: string): Promise<void> => {
  const { articleAuthors } = db.tables;
  const both = db
    .select({ id: articleAuthors.articleId })
    .from(articleAuthors)
    .where(eq(articleAuthors.authorId, to));
  await db
    .update(articleAuthors)
    .set({ authorId: to })
    .where(and(eq(articleAuthors.authorId, from), notInArray(articleAuthors.articleId, both)));
  await db.delete(articleAuthors).where(eq(articleAuthors.authorId, from));
};
