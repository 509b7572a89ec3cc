// When the public side changes by itself: an article that is due begins or ends being public with no one at work.
import { gt, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { type Db, prepared } from '../db/dialect.ts';

/** The earliest of these instants, null where there is none. */
export const earliest = (...instants: readonly (number | null)[]): number | null => {
  const due = instants.filter((instant) => instant !== null);
  return due.length === 0 ? null : Math.min(...due);
};

/** The next instant after `now` at which any article begins or ends being public: one probe of each of two indexes. */
export const nextTurnAt = async (db: Db, now: number): Promise<number | null> => {
  const query = prepared(db, 'next_turn', () => {
    const { articles } = db.tables;
    const next = (column: PgColumn, name: string) =>
      db
        .select({ at: sql<number | null>`min(${column})`.as(name) })
        .from(articles)
        .where(gt(column, sql.placeholder('now')))
        .as(name);
    const begin = next(articles.publicFrom, 'begins_at');
    const end = next(articles.publicUntil, 'ends_at');
    return db.select({ begin: begin.at, end: end.at }).from(begin).innerJoin(end, sql`1 = 1`);
  });
  const [row] = await query.execute({ now });
  return earliest(row!.begin, row!.end);
};
