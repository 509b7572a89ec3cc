// What else to read beside an article: what shares the most tags with it, the newest first; then the newest of its
// section. Bounded whatever the size of a tag: only the newest articles of its rarest tags are looked at.
import { and, asc, eq, sql } from 'drizzle-orm';
import * as z from 'zod';
import { view } from '../articles/query.ts';
import { ArticleList } from '../articles/schema.ts';
import { IdOrSlug, limitOf } from '../core/fields.ts';
import { type Db, prepared } from '../db/dialect.ts';
import { type Endpoint, endpoint, publicReply } from '../http/endpoint.ts';
import { type ListFilter, type ListKey, listKeys } from './article-lists.ts';
import { distinct } from './cache-tags.ts';
import { earliest, nextTurnAt } from './due.ts';
import { isLasting, publicArticle } from './reference.ts';
import type { Summaries } from './summaries.ts';

/** Together at most five hundred candidates, found and ranked in a few milliseconds. */
const RAREST_TAGS = 10;
const NEWEST_OF_A_TAG = 50;

const DEFAULT_RELATED = 5;
const MAX_RELATED = 20;

/** Where an article stands: its section, and its tags, those that the fewest articles have first. */
const standingOf = async (db: Db, id: string): Promise<{ section: string | null; tags: string[] }> => {
  const { articles, articleTags, tags } = db.tables;
  const query = prepared(db, 'related_standing', () =>
    db
      .select({ section: articles.sectionId, tag: tags.id })
      .from(articles)
      .leftJoin(articleTags, eq(articleTags.articleId, articles.id))
      .leftJoin(tags, eq(tags.id, articleTags.tagId))
      .where(eq(articles.id, sql.placeholder('id')))
      .orderBy(asc(tags.articleCount), asc(tags.id)),
  );
  const rows = await query.execute({ id });
  return { section: rows[0]?.section ?? null, tags: rows.flatMap(({ tag }) => tag ?? []) };
};

/** How many of `tags` each of these articles has. */
const sharedCounts = async (
  db: Db,
  ids: readonly string[],
  tags: readonly string[],
): Promise<Map<string, number>> => {
  const { articleTags } = db.tables;
  const query = prepared(db, 'related_shared', () =>
    db
      .select({ id: articleTags.articleId, shared: sql<number>`count(*)`.mapWith(Number) })
      .from(articleTags)
      .where(
        and(db.dialect.isAnyOf(articleTags.articleId, 'ids'), db.dialect.isAnyOf(articleTags.tagId, 'tags')),
      )
      .groupBy(articleTags.articleId),
  );
  const rows = await query.execute({ ids: db.dialect.list(ids), tags: db.dialect.list(tags) });
  return new Map(rows.map(({ id, shared }) => [id, shared]));
};

/** The ids of at most `limit` public articles that go with this one, the nearest first, and never itself. */
const relatedIds = async (db: Db, id: string, limit: number, now: number): Promise<string[]> => {
  const newest = (filter: ListFilter, count: number): Promise<ListKey[]> =>
    listKeys(db, {
      filter,
      sort: '-publishedAt',
      now,
      from: undefined,
      count,
      weights: { tags: 0, authors: 0 },
    });
  const { section, tags } = await standingOf(db, id);
  const scans = tags
    .slice(0, RAREST_TAGS)
    .map((tag) => newest({ tags: [tag], exclude: [id] }, NEWEST_OF_A_TAG));
  const candidates = new Map((await Promise.all(scans)).flat().map((key) => [key.id, key]));
  const shared = await sharedCounts(db, [...candidates.keys()], tags);
  const ranked = [...candidates.values()].sort(
    (a, b) => shared.get(b.id)! - shared.get(a.id)! || b.key - a.key || b.id.localeCompare(a.id),
  );
  const near = ranked.slice(0, limit).map((key) => key.id);
  if (section === null || near.length === limit) return near;
  const filling = await newest({ sections: [section], exclude: [id, ...near] }, limit - near.length);
  return [...near, ...filling.map((key) => key.id)];
};

export const deliveredRelated = ({ summaries }: { summaries: Summaries }): Endpoint[] => [
  endpoint({
    method: 'GET',
    url: '/v1/articles/:article/related',
    id: 'listRelatedArticles',
    tag: 'Articles',
    summary: 'List what else to read beside an article',
    description:
      'Articles that share the most tags with it, newest first, then the newest of its section; fewer where there are no more.',
    access: 'anyone',
    params: z.strictObject({ article: IdOrSlug }),
    query: z.strictObject({ limit: limitOf(MAX_RELATED, DEFAULT_RELATED), view }),
    answers: {
      200: {
        description: 'One page; there is no next.',
        schema: ArticleList,
        headers: ['ETag', 'Cache-Control'],
      },
    },
    problems: ['not_found', 'withdrawn'],
    run: async ({ read: db, clock }, { params: { article }, query: { limit = DEFAULT_RELATED, view } }) => {
      const now = clock();
      const { id, slug, publicUntil } = await publicArticle(db, article, now);
      const ids = await relatedIds(db, id, limit, now);
      const shown = await summaries(db, ids, { now, withText: view === 'full' });
      return {
        body: { items: shown.items, nextCursor: null },
        tags: isLasting(article, slug) ? distinct(`article:${id}`, 'articles', ...shown.tags) : null,
        dueAt: earliest(publicUntil, shown.dueAt, await nextTurnAt(db, now)),
      };
    },
    reply: ({ body, tags, dueAt }) => publicReply(body, tags, dueAt),
  }),
];
