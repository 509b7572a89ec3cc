// Who is public, when: the only definition. Rules write an interval, queries compare it with an instant, and no
// public query reads a status; so an article due at a time is public at that time, whoever is awake.
import { and, gt, isNotNull, isNull, lte, or, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../db/dialect.ts';

type Articles = Pick<Db['tables']['articles'], 'publicFrom' | 'publicUntil'>;

/** An instant, in milliseconds, or the placeholder of a prepared query. */
type Instant = number | ReturnType<typeof sql.placeholder>;

/**
 * True where an article is public at `now`. `public_from` is tested for NULL too, so that partial indexes apply. It is
 * compared as an expression, so that its own index does not: nearly all that is public became so before now, and SQLite,
 * which takes a range with two ends for a small one, would read and sort a whole archive for the front page.
 */
export const visible = ({ publicFrom, publicUntil }: Articles, now: Instant): SQL | undefined =>
  and(
    isNotNull(publicFrom),
    lte(sql`+${publicFrom}`, sql`${now}`),
    or(isNull(publicUntil), gt(publicUntil, sql`${now}`)),
  );

/** The same, for a row in hand. */
export const isVisible = (
  row: { publicFrom: number | null; publicUntil: number | null },
  now: number,
): boolean =>
  row.publicFrom !== null && row.publicFrom <= now && (row.publicUntil === null || row.publicUntil > now);
