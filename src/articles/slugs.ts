// The addresses of an article: the current slug, and after the first publication every one it has had, for redirects.
import { and, eq, like, ne, or, sql } from 'drizzle-orm';
import type { Actor } from '../context.ts';
import { Problem } from '../core/problem.ts';
import { freeSlug } from '../core/slugs.ts';
import { asInserted, type Db, prepared, slots } from '../db/dialect.ts';
import { hasBeenPublic } from './publication.ts';
import { readsAll } from './rules.ts';

/** The lock under which slugs are looked for and taken: two articles of one title must not find the same one free. */
const SLUGS_LOCK = 7_773;

/** A slug made from `title` that no other article has or had. */
export const slugFromTitle = async (db: Db, articleId: string, title: string): Promise<string> => {
  const { articleSlugs } = db.tables;
  await db.dialect.lockUntilCommit(db, SLUGS_LOCK);
  return freeSlug(title, `article-${articleId.slice(-8)}`, async (base) => {
    const query = prepared(db, 'article_slugs_like', () =>
      db
        .select({ slug: articleSlugs.slug })
        .from(articleSlugs)
        .where(
          and(
            or(
              eq(articleSlugs.slug, sql.placeholder('base')),
              like(articleSlugs.slug, sql.placeholder('numbered')),
            ),
            ne(articleSlugs.articleId, sql.placeholder('articleId')),
          ),
        ),
    );
    const rows = await query.execute({ base, numbered: `${base}-%`, articleId });
    return rows.map(({ slug }) => slug);
  });
};

const slugTaken = (detail: string, message: string): Problem =>
  new Problem('slug_taken', detail, { errors: [{ pointer: '/slug', code: 'slug_taken', message }] });

/**
 * Throws `slug_taken` where `slug` is the current one of another article than this, and, unless an editor asks, where
 * it is a former one: readers follow that, and anybody's draft would end it for good.
 */
export const requireFreeSlug = async (
  db: Db,
  actor: Actor,
  articleId: string,
  slug: string,
): Promise<void> => {
  const { articles, articleSlugs } = db.tables;
  const query = prepared(db, 'holder_of_slug', () =>
    db
      .select({ id: articles.id, current: articles.slug })
      .from(articleSlugs)
      .innerJoin(articles, eq(articles.id, articleSlugs.articleId))
      .where(eq(articleSlugs.slug, sql.placeholder('slug'))),
  );
  const [holder] = await query.execute({ slug });
  if (holder === undefined || holder.id === articleId) return;
  if (holder.current === slug) {
    throw slugTaken(`Another article is at ${slug}.`, 'is the slug of another article');
  }
  if (readsAll(actor)) return;
  throw slugTaken(
    `Readers of another article come by ${slug}; an editor may take it over.`,
    'was the slug of another article',
  );
};

/** Gives `slug` to an article that exists, with the former one of another taken over. Throws like `requireFreeSlug`. */
export const takeSlug = async (db: Db, actor: Actor, articleId: string, slug: string): Promise<void> => {
  const { articleSlugs } = db.tables;
  await db.dialect.lockUntilCommit(db, SLUGS_LOCK);
  await requireFreeSlug(db, actor, articleId, slug);
  const take = prepared(db, 'take_slug', () =>
    db
      .insert(articleSlugs)
      .values(slots(articleSlugs))
      .onConflictDoUpdate({
        target: articleSlugs.slug,
        set: { articleId: asInserted(articleSlugs).articleId },
      }),
  );
  await take.execute({ slug, articleId });
};

/** Forgets a slug that was never public, so that nothing redirects from it. */
const dropSlug = async (db: Db, articleId: string, slug: string): Promise<void> => {
  const { articleSlugs } = db.tables;
  await db
    .delete(articleSlugs)
    .where(and(eq(articleSlugs.slug, slug), eq(articleSlugs.articleId, articleId)));
};

type Addressed = Pick<
  Db['tables']['articles']['$inferSelect'],
  'id' | 'slug' | 'slugIsExplicit' | 'title' | 'publishedAt'
>;

/** Gives an article the slug it is to have; the one before leads to it, unless nobody can know that one. */
const reslug = async (db: Db, actor: Actor, row: Addressed, slug: string, now: number): Promise<string> => {
  if (slug === row.slug) return slug;
  await takeSlug(db, actor, row.id, slug);
  if (!hasBeenPublic(row, now)) await dropSlug(db, row.id, row.slug);
  return slug;
};

/** The slug after a change: an explicit one, or one that follows the title until the first publication. */
export const changedSlug = async (
  db: Db,
  actor: Actor,
  row: Addressed,
  { slug, title }: { slug?: string | undefined; title?: string | undefined },
  now: number,
): Promise<string> => {
  const isFollowing = !row.slugIsExplicit && !hasBeenPublic(row, now);
  const follows = isFollowing && title !== undefined && title !== row.title;
  return reslug(db, actor, row, slug ?? (follows ? await slugFromTitle(db, row.id, title) : row.slug), now);
};
