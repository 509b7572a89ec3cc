// Preview links. Written by the desk; read by the desk and, with a token alone, by delivery/preview.ts.
import { and, asc, eq, gt, lte } from 'drizzle-orm';
import type { Position } from '../core/page.ts';
import { after, type Db } from '../db/dialect.ts';

export type PreviewRow = Db['tables']['articlePreviews']['$inferSelect'];
/** Without the answer, which may be long. */
export type ListedPreview = Omit<PreviewRow, 'answer'>;

const listed = ({ tables: { articlePreviews: p } }: Db) => ({
  id: p.id,
  articleId: p.articleId,
  n: p.n,
  createdAt: p.createdAt,
  createdBy: p.createdBy,
  expiresAt: p.expiresAt,
});

export const insertPreview = async (db: Db, row: PreviewRow): Promise<void> => {
  await db.insert(db.tables.articlePreviews).values(row);
};

/** Those that have not expired, oldest first. */
export const listPreviews = (
  db: Db,
  articleId: string,
  now: number,
  from: Position | undefined,
  limit: number,
): Promise<ListedPreview[]> => {
  const { articlePreviews: p } = db.tables;
  return db
    .select(listed(db))
    .from(p)
    .where(
      and(
        eq(p.articleId, articleId),
        gt(p.expiresAt, now),
        from && after([p.createdAt, p.id], [from.key, from.id]),
      ),
    )
    .orderBy(asc(p.createdAt), asc(p.id))
    .limit(limit)
    .execute();
};

export const countPreviews = (db: Db, articleId: string, now: number): Promise<number> => {
  const { articlePreviews: p } = db.tables;
  return db.$count(p, and(eq(p.articleId, articleId), gt(p.expiresAt, now)));
};

export const findPreview = async (
  db: Db,
  articleId: string,
  id: string,
): Promise<ListedPreview | undefined> => {
  const { articlePreviews: p } = db.tables;
  const [row] = await db
    .select(listed(db))
    .from(p)
    .where(and(eq(p.articleId, articleId), eq(p.id, id)));
  return row;
};

export const deletePreview = async (db: Db, id: string): Promise<void> => {
  await db.delete(db.tables.articlePreviews).where(eq(db.tables.articlePreviews.id, id));
};

/** Removes the links that have expired; returns how many there were. */
export const deleteExpiredPreviews = async (db: Db, now: number): Promise<number> => {
  const { articlePreviews: p } = db.tables;
  const rows = await db.delete(p).where(lte(p.expiresAt, now)).returning({ id: p.id });
  return rows.length;
};
