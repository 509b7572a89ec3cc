// The tags and bylines of a page of articles, in two queries however long the page: for the desk and for Delivery.
// Reads public columns alone, which is why the public side may use it.
import { asc, eq } from 'drizzle-orm';
import { type Db, prepared } from '../db/dialect.ts';
import type { Byline, TagLink } from './schema.ts';

export interface Links {
  tags: TagLink[];
  authors: Byline[];
}

/** Tags and bylines by article id, each in the editors' order. */
export const linksOf = async (db: Db, ids: readonly string[]): Promise<Map<string, Links>> => {
  const { articleAuthors, articleTags, authors, tags } = db.tables;
  const tagsQuery = prepared(db, 'tags_of_articles', () =>
    db
      .select({ articleId: articleTags.articleId, slug: tags.slug, name: tags.name })
      .from(articleTags)
      .innerJoin(tags, eq(tags.id, articleTags.tagId))
      .where(db.dialect.isAnyOf(articleTags.articleId, 'ids'))
      .orderBy(asc(articleTags.articleId), asc(articleTags.position)),
  );
  const authorsQuery = prepared(db, 'authors_of_articles', () =>
    db
      .select({
        articleId: articleAuthors.articleId,
        id: authors.id,
        slug: authors.slug,
        name: authors.name,
        avatarUrl: authors.avatarUrl,
        role: articleAuthors.role,
      })
      .from(articleAuthors)
      .innerJoin(authors, eq(authors.id, articleAuthors.authorId))
      .where(db.dialect.isAnyOf(articleAuthors.articleId, 'ids'))
      .orderBy(asc(articleAuthors.articleId), asc(articleAuthors.position)),
  );
  const bound = { ids: db.dialect.list(ids) };
  const links = new Map<string, Links>(ids.map((id) => [id, { tags: [], authors: [] }]));
  for (const { articleId, ...tag } of await tagsQuery.execute(bound)) links.get(articleId)?.tags.push(tag);
  for (const { articleId, ...byline } of await authorsQuery.execute(bound))
    links.get(articleId)?.authors.push(byline);
  return links;
};
