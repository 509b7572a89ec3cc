// Revisions of articles, written with every change and never changed after; and the texts that are no longer, or not
// yet, an article's own.
import { and, desc, eq, gt, inArray, lt } from 'drizzle-orm';
import { type Db, prepared, slots } from '../db/dialect.ts';
import type { Body } from './body.ts';

export type RevisionRow = Db['tables']['articleRevisions']['$inferSelect'];

/** At least one. */
export const insertRevisions = async (db: Db, rows: RevisionRow[]): Promise<void> => {
  const { articleRevisions } = db.tables;
  if (rows.length > 1) {
    await db.insert(articleRevisions).values(rows);
    return;
  }
  const insert = prepared(db, 'insert_revision', () =>
    db.insert(articleRevisions).values(slots(articleRevisions)),
  );
  await insert.execute(rows[0]!);
};

/** Under which version the texts of these articles were written, by article. */
export const findBodyNumbers = async (db: Db, ids: readonly string[]): Promise<Map<string, number>> => {
  const { articleBodies } = db.tables;
  const rows = await db
    .select({ id: articleBodies.articleId, n: articleBodies.n })
    .from(articleBodies)
    .where(inArray(articleBodies.articleId, [...ids]));
  return new Map(rows.map(({ id, n }) => [id, n]));
};

/** What a page of revisions needs: all but the content. */
const listed = ({ tables: { articleRevisions: r } }: Db) => ({
  articleId: r.articleId,
  n: r.n,
  kind: r.kind,
  action: r.action,
  at: r.at,
  madeBy: r.madeBy,
  fields: r.fields,
  note: r.note,
});

export type ListedRevision = Omit<RevisionRow, 'content' | 'bodyN'>;

/** Newest first, those before `below`. */
export const listRevisions = (
  db: Db,
  articleId: string,
  below: number | undefined,
  limit: number,
): Promise<ListedRevision[]> => {
  const { articleRevisions: r } = db.tables;
  return db
    .select(listed(db))
    .from(r)
    .where(and(eq(r.articleId, articleId), below === undefined ? undefined : lt(r.n, below)))
    .orderBy(desc(r.n))
    .limit(limit)
    .execute();
};

export const countRevisions = (db: Db, articleId: string): Promise<number> =>
  db.$count(db.tables.articleRevisions, eq(db.tables.articleRevisions.articleId, articleId));

/** What was done to an article since version `n`, newest first; staged changes, which changed nothing yet, left out. */
export const listChangesSince = (db: Db, articleId: string, n: number): Promise<ListedRevision[]> => {
  const { articleRevisions: r } = db.tables;
  return db
    .select(listed(db))
    .from(r)
    .where(and(eq(r.articleId, articleId), gt(r.n, n), eq(r.kind, 'live')))
    .orderBy(desc(r.n))
    .execute();
};

export const findRevision = async (
  db: Db,
  articleId: string,
  n: number,
): Promise<RevisionRow | undefined> => {
  const { articleRevisions: r } = db.tables;
  const [row] = await db
    .select()
    .from(r)
    .where(and(eq(r.articleId, articleId), eq(r.n, n)));
  return row;
};

/** Keeps a text for the revisions that had it, under the version that wrote it. */
export const keepBody = async (
  db: Db,
  articleId: string,
  n: number,
  { format, source }: Body,
): Promise<void> => {
  await db.insert(db.tables.articleRevisionBodies).values({ articleId, n, format, source });
};

/** A text by the version that wrote it: the article's own, or one that was kept. */
export const findBodyOf = async (db: Db, articleId: string, n: number): Promise<Body> => {
  const { articleBodies: own, articleRevisionBodies: kept } = db.tables;
  const [row] = await db
    .select({ format: kept.format, source: kept.source })
    .from(kept)
    .where(and(eq(kept.articleId, articleId), eq(kept.n, n)));
  if (row !== undefined) return row;
  const [current] = await db
    .select({ format: own.format, source: own.source })
    .from(own)
    .where(and(eq(own.articleId, articleId), eq(own.n, n)));
  return current!;
};
