// The events as the audit log reads them: newest first, by one scan backwards of the positions or of an index that
// ends in them. Nothing is written here.
import { and, desc, eq, lt, type SQL, sql } from 'drizzle-orm';
import type { Position } from '../core/page.ts';
import type { Db } from '../db/dialect.ts';

export type EventRow = Db['tables']['events']['$inferSelect'];

export interface AuditFilter {
  /** `article:<id>` */
  subject?: string | undefined;
  /** `key:<id>`, `reader` or `system` */
  actor?: string | undefined;
}

const matching = ({ tables: { events } }: Db, { subject, actor }: AuditFilter): SQL | undefined =>
  and(
    subject === undefined ? undefined : eq(events.subject, subject),
    actor === undefined ? undefined : eq(events.actor, actor),
  );

export const listEvents = (
  db: Db,
  filter: AuditFilter,
  from: Position | undefined,
  limit: number,
): Promise<EventRow[]> => {
  const { events } = db.tables;
  return db
    .select()
    .from(events)
    .where(and(matching(db, filter), from && lt(events.position, Number(from.key))))
    .orderBy(desc(events.position))
    .limit(limit)
    .execute();
};

/** How many events there are, counted no further than `most`: the log only grows. */
export const countEvents = async (db: Db, filter: AuditFilter, most: number): Promise<number> => {
  const { events } = db.tables;
  const some = db.select({ position: events.position }).from(events).where(matching(db, filter)).limit(most);
  const [row] = await db
    .select({ counted: sql<number>`count(*)`.mapWith(Number) })
    .from(some.as('some_events'));
  return row!.counted;
};
