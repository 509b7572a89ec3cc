// What must be known before a reader's comment is decided about, beside what store.ts finds: how much was posted
// lately, under which names the newsroom writes, which form tokens were used.
import { and, desc, eq, gt, lte, ne, sql } from 'drizzle-orm';
import { type Db, prepared } from '../db/dialect.ts';
import type { Sender } from './sender.ts';

/** When comments came by this e-mail or from this address after `since`, newest first, at most `most`. */
export const listPostedBy = async (
  db: Db,
  mark: 'emailKey' | 'addressHash',
  value: string,
  since: number,
  most: number,
): Promise<number[]> => {
  const { commentPrivate } = db.tables;
  const query = prepared(db, `posted_by ${mark}`, () =>
    db
      .select({ createdAt: commentPrivate.createdAt })
      .from(commentPrivate)
      .where(
        and(
          eq(commentPrivate[mark], sql.placeholder('value')),
          gt(commentPrivate.createdAt, sql.placeholder('since')),
        ),
      )
      .orderBy(desc(commentPrivate.createdAt))
      .limit(sql.placeholder('most')),
  );
  const rows = await query.execute({ value, since, most });
  return rows.map(({ createdAt }) => createdAt);
};

/** When this sender, by e-mail or by address, posted last, if that was after `since`. */
export const findLastPosted = async (
  db: Db,
  { emailKey, addressHash }: Sender,
  since: number,
): Promise<number | undefined> => {
  const found = [
    ...(await listPostedBy(db, 'emailKey', emailKey, since, 1)),
    ...(addressHash === null ? [] : await listPostedBy(db, 'addressHash', addressHash, since, 1)),
  ];
  return found.length === 0 ? undefined : Math.max(...found);
};

/** When readers' comments came to this article after `since`, newest first, at most `most`. */
export const listPostedOn = async (
  db: Db,
  articleId: string,
  since: number,
  most: number,
): Promise<number[]> => {
  const { comments } = db.tables;
  const query = prepared(db, 'posted_on_article', () =>
    db
      .select({ createdAt: comments.createdAt })
      .from(comments)
      .where(
        and(
          eq(comments.articleId, sql.placeholder('articleId')),
          gt(comments.createdAt, sql.placeholder('since')),
          eq(comments.isStaff, false),
        ),
      )
      .orderBy(desc(comments.createdAt))
      .limit(sql.placeholder('most')),
  );
  const rows = await query.execute({ articleId, since, most });
  return rows.map(({ createdAt }) => createdAt);
};

/** How many other e-mails this address has posted with after `since`, counted no further than `most`. */
export const countOtherEmails = async (
  db: Db,
  { addressHash, emailKey }: Sender,
  since: number,
  most: number,
): Promise<number> => {
  if (addressHash === null) return 0;
  const { commentPrivate } = db.tables;
  const query = prepared(db, 'other_emails_of_address', () =>
    db
      .selectDistinct({ emailKey: commentPrivate.emailKey })
      .from(commentPrivate)
      .where(
        and(
          eq(commentPrivate.addressHash, sql.placeholder('addressHash')),
          gt(commentPrivate.createdAt, sql.placeholder('since')),
          ne(commentPrivate.emailKey, sql.placeholder('emailKey')),
        ),
      )
      .limit(sql.placeholder('most')),
  );
  const rows = await query.execute({ addressHash, emailKey, since, most });
  return rows.length;
};

/** The names of all authors, in no order. */
export const listAuthorNames = async (db: Db): Promise<string[]> => {
  const query = prepared(db, 'author_names', () =>
    db.select({ name: db.tables.authors.name }).from(db.tables.authors),
  );
  const rows = await query.execute();
  return rows.map(({ name }) => name);
};

export const findSpentToken = async (db: Db, hash: string): Promise<{ hash: string } | undefined> => {
  const { spentTokens } = db.tables;
  const query = prepared(db, 'spent_token', () =>
    db
      .select({ hash: spentTokens.hash })
      .from(spentTokens)
      .where(eq(spentTokens.hash, sql.placeholder('hash'))),
  );
  const [row] = await query.execute({ hash });
  return row;
};

/** Remembers a token until `expiresAt`, and forgets those whose time has passed. */
export const insertSpentToken = async (
  db: Db,
  row: { hash: string; expiresAt: number },
  now: number,
): Promise<void> => {
  const { spentTokens } = db.tables;
  await db.delete(spentTokens).where(lte(spentTokens.expiresAt, now));
  await db.insert(spentTokens).values(row);
};
