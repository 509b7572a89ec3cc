// The moderators' queue: comments with what their senders told us and what readers report. Each list is a scan of an
// index in its own order: one a status, or one a key of the sender who is asked for, merged.
import { and, asc, desc, eq, inArray, or, type SQL, sql } from 'drizzle-orm';
import type { Position } from '../core/page.ts';
import { foldKey } from '../core/text.ts';
import { after, before, type Db } from '../db/dialect.ts';
import type { CommentStatus } from '../db/schema/columns.ts';
import { countReports, type ReasonCount } from './reports.store.ts';
import type { CommentRow } from './store.ts';

type SenderRow = Db['tables']['commentPrivate']['$inferSelect'];
type Comments = Db['tables']['comments'];

/** A comment with all that moderators see around it; `sender` is null for staff and for what was deleted. */
export interface ManagedRow {
  comment: CommentRow;
  sender: SenderRow | null;
  article: { id: string; slug: string; title: string };
  reports: ReasonCount[];
}

/** By what a sender is known. */
export type SenderKeys = Pick<SenderRow, 'emailKey' | 'addressHash'>;

export interface QueueFilter {
  status: readonly CommentStatus[];
  article?: string | undefined;
  email?: string | undefined;
  /** From any of these keys. */
  sender?: SenderKeys | undefined;
  q?: string | undefined;
  reason?: string | undefined;
  reported?: boolean | undefined;
  sort: 'createdAt' | '-reports';
}

/** `text` anywhere in one of these columns, whatever its case as far as the database knows it. */
const contains = (columns: readonly Comments['authorName' | 'body'][], text: string): SQL | undefined => {
  const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  return or(...columns.map((column) => sql`lower(${column}) like lower(${pattern}) escape '\\'`));
};

/** Written out and not bound: a partial index serves only a query that says its condition in so many words. */
const isReported = ({ tables: { comments } }: Db, reported: boolean): SQL =>
  reported ? sql`${comments.reportCount} > 0` : sql`${comments.reportCount} = 0`;

const matching = (db: Db, { article, email, q, reason, reported }: QueueFilter): SQL | undefined => {
  const { comments, commentPrivate } = db.tables;
  return and(
    article === undefined ? undefined : eq(comments.articleId, article),
    email === undefined ? undefined : eq(commentPrivate.emailKey, foldKey(email)),
    q === undefined ? undefined : contains([comments.authorName, comments.body], q),
    // The reasons are JSON text on both engines; a quote within a detail is escaped there, so this is a whole string.
    reason === undefined ? undefined : sql`cast(${comments.reasons} as text) like ${`%"${reason}"%`}`,
    reported === undefined ? undefined : isReported(db, reported),
  );
};

/** A condition a key of the sender that is asked for; undefined where none is. */
const isFrom = ({ tables: { commentPrivate } }: Db, { email, sender }: QueueFilter): SQL[] | undefined => {
  const { emailKey, addressHash } = commentPrivate;
  if (sender !== undefined) {
    const byEmail = eq(emailKey, sender.emailKey);
    return sender.addressHash === null ? [byEmail] : [byEmail, eq(addressHash, sender.addressHash)];
  }
  return email === undefined ? undefined : [eq(emailKey, foldKey(email))];
};

interface Scan {
  where: SQL | undefined;
  beyond(from: Position): SQL;
  order: SQL[];
}

const scansOf = (db: Db, filter: QueueFilter): Scan[] => {
  const { comments, commentPrivate } = db.tables;
  const statuses = [...new Set(filter.status)];
  const senders = isFrom(db, filter);
  if (senders !== undefined) {
    const { createdAt, commentId } = commentPrivate;
    return senders.map((isTheirs) => ({
      where: and(isTheirs, inArray(comments.status, statuses)),
      beyond: ({ key, id }) => after([createdAt, commentId], [key, id]),
      order: [asc(createdAt), asc(commentId)],
    }));
  }
  const { createdAt, id, reportCount } = comments;
  return statuses.map((status) =>
    filter.sort === '-reports'
      ? {
          where: eq(comments.status, status),
          beyond: (from) => before([reportCount, id], [from.key, from.id]),
          order: [desc(reportCount), desc(id)],
        }
      : {
          where: eq(comments.status, status),
          beyond: (from) => after([createdAt, id], [from.key, from.id]),
          order: [asc(createdAt), asc(id)],
        },
  );
};

const managed = (db: Db) => {
  const { articles, comments, commentPrivate } = db.tables;
  return db
    .select({
      comment: comments,
      sender: commentPrivate,
      article: { id: articles.id, slug: articles.slug, title: articles.title },
    })
    .from(comments)
    .innerJoin(articles, eq(articles.id, comments.articleId))
    .leftJoin(commentPrivate, eq(commentPrivate.commentId, comments.id));
};

const withReports = async (db: Db, rows: readonly Omit<ManagedRow, 'reports'>[]): Promise<ManagedRow[]> => {
  const reported = rows.flatMap(({ comment }) => (comment.reportCount > 0 ? [comment.id] : []));
  const reports = await countReports(db, reported);
  return rows.map((row) => ({ ...row, reports: reports.get(row.comment.id) ?? [] }));
};

export const findManagedComment = async (db: Db, id: string): Promise<ManagedRow | undefined> => {
  const [row] = await withReports(db, await managed(db).where(eq(db.tables.comments.id, id)));
  return row;
};

/** By what the sender of this comment is known; undefined for staff and for what was deleted. */
export const findSenderKeys = async (db: Db, commentId: string): Promise<SenderKeys | undefined> => {
  const { commentPrivate } = db.tables;
  const [row] = await db
    .select({ emailKey: commentPrivate.emailKey, addressHash: commentPrivate.addressHash })
    .from(commentPrivate)
    .where(eq(commentPrivate.commentId, commentId));
  return row;
};

/** All comments of this e-mail, oldest first. */
export const listCommentsOf = async (db: Db, emailKey: string): Promise<ManagedRow[]> => {
  const { commentPrivate } = db.tables;
  const rows = await managed(db)
    .where(eq(commentPrivate.emailKey, emailKey))
    .orderBy(asc(commentPrivate.createdAt), asc(commentPrivate.commentId));
  return withReports(db, rows);
};

type Found = Omit<ManagedRow, 'reports'>;

const ORDERS: Record<QueueFilter['sort'], (a: Found, b: Found) => number> = {
  createdAt: (a, b) => a.comment.createdAt - b.comment.createdAt || a.comment.id.localeCompare(b.comment.id),
  '-reports': (a, b) =>
    b.comment.reportCount - a.comment.reportCount || b.comment.id.localeCompare(a.comment.id),
};

/** In the order of `sort`. */
export const listManagedComments = async (
  db: Db,
  filter: QueueFilter,
  from: Position | undefined,
  limit: number,
): Promise<ManagedRow[]> => {
  const scans = await Promise.all(
    scansOf(db, filter).map(({ where, beyond, order }) =>
      managed(db)
        .where(and(where, matching(db, filter), from && beyond(from)))
        .orderBy(...order)
        .limit(limit)
        .execute(),
    ),
  );
  // A comment may be found by both keys of its sender.
  const found = new Map(scans.flat().map((row) => [row.comment.id, row]));
  const page = [...found.values()].sort(ORDERS[filter.sort]).slice(0, limit);
  return withReports(db, page);
};

/** How many there are, counted no further than `most`. */
export const countManagedComments = (db: Db, filter: QueueFilter, most: number): Promise<number> => {
  const { comments, commentPrivate } = db.tables;
  const senders = isFrom(db, filter);
  const counted = db
    .select({ id: comments.id })
    .from(comments)
    .leftJoin(commentPrivate, eq(commentPrivate.commentId, comments.id))
    .where(and(inArray(comments.status, [...filter.status]), senders && or(...senders), matching(db, filter)))
    .limit(most)
    .as('counted');
  return db.$count(counted);
};
