// From an id or a slug, current or former, to the public article behind it: what every answer about an article
// begins with, so that a draft, a trashed article and nothing at all cannot be told apart anywhere.
import { eq, sql } from 'drizzle-orm';
import { isVisible } from '../articles/visibility.ts';
import { isId } from '../core/id.ts';
import { notFound, Problem } from '../core/problem.ts';
import { type Db, prepared } from '../db/dialect.ts';

export interface PublicArticle {
  id: string;
  slug: string;
  commentPolicy: 'open' | 'moderated' | 'closed' | null;
  commentsCloseAt: number | null;
  publicFrom: number | null;
  publicUntil: number | null;
}

const columnsOf = ({ tables: { articles } }: Db) => ({
  id: articles.id,
  slug: articles.slug,
  commentPolicy: articles.commentPolicy,
  commentsCloseAt: articles.commentsCloseAt,
  publicFrom: articles.publicFrom,
  publicUntil: articles.publicUntil,
});

/**
 * Whether an answer under this reference lasts as long as what it shows. A former slug does not: another article may
 * take it over, without a word to the one that had it.
 */
export const isLasting = (reference: string, slug: string): boolean => isId(reference) || reference === slug;

/** What a row says to the public. Throws `not_found`, or `withdrawn` where the article was public and is so no more. */
export const requirePublic = <Row extends Pick<PublicArticle, 'publicFrom' | 'publicUntil'>>(
  row: Row | undefined,
  now: number,
): Row => {
  if (row === undefined || row.publicFrom === null || row.publicFrom > now) throw notFound();
  if (!isVisible(row, now)) throw new Problem('withdrawn', 'The publisher has withdrawn this article.');
  return row;
};

/** The public article behind an id or slug; throws like `requirePublic`. */
export const publicArticle = async (db: Db, reference: string, now: number): Promise<PublicArticle> => {
  const { articles, articleSlugs } = db.tables;
  const byId = prepared(db, 'reference_id', () =>
    db
      .select(columnsOf(db))
      .from(articles)
      .where(eq(articles.id, sql.placeholder('reference'))),
  );
  const bySlug = prepared(db, 'reference_slug', () =>
    db
      .select(columnsOf(db))
      .from(articleSlugs)
      .innerJoin(articles, eq(articles.id, articleSlugs.articleId))
      .where(eq(articleSlugs.slug, sql.placeholder('reference'))),
  );
  const [row] = isId(reference)
    ? await byId.execute({ reference: reference.toLowerCase() })
    : await bySlug.execute({ reference });
  return requirePublic(row, now);
};
