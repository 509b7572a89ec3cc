// What happened, written in the transaction in which it happened. One table serves the audit log, the purging of
// caches and later consumers. It holds no text and no e-mail: ids, versions and cache tags only.
import { sql } from 'drizzle-orm';
import { type Db, prepared, slots } from '../db/dialect.ts';

export const ACTIONS = [
  'article.created',
  'article.updated',
  'article.submitted',
  'article.returned',
  'article.scheduled',
  'article.published',
  'article.unpublished',
  'article.archived',
  'article.trashed',
  'article.restored',
  'article.deleted',
  'article.staged',
  'article.unstaged',
  'preview.created',
  'preview.revoked',
  'author.created',
  'author.updated',
  'author.deleted',
  'author.reassigned',
  'section.created',
  'section.updated',
  'section.deleted',
  'section.merged',
  'tag.created',
  'tag.updated',
  'tag.deleted',
  'tag.merged',
  'list.created',
  'list.updated',
  'list.deleted',
  'comment.posted',
  'comment.approved',
  'comment.held',
  'comment.marked_spam',
  'comment.rejected',
  'comment.edited',
  'comment.deleted',
  'comment.erased',
  'comment.anonymised',
  'comment.reported',
  'comment.reports_dismissed',
  'key.created',
  'key.updated',
  'key.rotated',
  'key.revoked',
  'settings.updated',
  'privacy.exported',
  'privacy.erased',
] as const;

export type Action = (typeof ACTIONS)[number];

export const SUBJECT_KINDS = [
  'article',
  'preview',
  'author',
  'section',
  'tag',
  'list',
  'comment',
  'key',
  'settings',
  'privacy',
] as const;
export type SubjectKind = (typeof SUBJECT_KINDS)[number];

/** `tags`: the cache tags of every public answer that shows what changed; empty where nothing public changed. */
export interface NewEvent {
  action: Action;
  subject: `${SubjectKind}:${string}`;
  version?: number;
  tags: readonly string[];
  /** Time itself did it, in whosoever's transaction it was seen. */
  bySystem?: true;
}

/** The lock under which positions are given on PostgreSQL; the number only has to be nobody else's. */
const POSITIONS_LOCK = 7_771;

/**
 * Appends `events` in order, as the last statements before COMMIT: the position is taken under a lock that is held
 * until then, so the order of positions is the order of commits. Two statements, because one would read its snapshot
 * before it waits for the lock.
 */
export const appendEvents = async (
  db: Db,
  at: number,
  actor: string,
  events: readonly NewEvent[],
): Promise<void> => {
  if (events.length === 0) return;
  const table = db.tables.events;
  await db.dialect.lockAndAnnounce(db, POSITIONS_LOCK);
  const rows = events.map(({ action, subject, version, tags, bySystem }) => ({
    at,
    actor: bySystem ? 'system' : actor,
    action,
    subject,
    version: version ?? null,
    tags: [...new Set(tags)],
  }));
  /** The nth place after the last one. */
  const place = (n: number) => sql`(select coalesce(max(${table.position}), 0) from ${table}) + ${n}`;
  // Most writes do one thing, and one that makes and publishes an article two.
  if (rows.length <= 2) {
    const append = prepared(db, 'append_event', () =>
      db.insert(table).values({ ...slots(table), position: place(1) }),
    );
    for (const row of rows) await append.execute(row);
  } else await db.insert(table).values(rows.map((row, index) => ({ ...row, position: place(index + 1) })));
};
