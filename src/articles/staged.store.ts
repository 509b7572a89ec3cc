// The change that is kept aside over a published article: one row, or none.
import { eq } from 'drizzle-orm';
import type { Db } from '../db/dialect.ts';

export type StagedRow = Db['tables']['articleStaged']['$inferSelect'];

export const findStaged = async (db: Db, articleId: string): Promise<StagedRow | undefined> => {
  const { articleStaged } = db.tables;
  const [row] = await db.select().from(articleStaged).where(eq(articleStaged.articleId, articleId));
  return row;
};

/** Replaces what is staged as a whole. */
export const saveStaged = async (db: Db, row: StagedRow): Promise<void> => {
  const { articleStaged } = db.tables;
  const { articleId, ...change } = row;
  await db
    .insert(articleStaged)
    .values(row)
    .onConflictDoUpdate({ target: articleStaged.articleId, set: change });
};

export const deleteStaged = async (db: Db, articleId: string): Promise<void> => {
  const { articleStaged } = db.tables;
  await db.delete(articleStaged).where(eq(articleStaged.articleId, articleId));
};
