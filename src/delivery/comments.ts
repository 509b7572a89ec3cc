// Comments for everybody: those that are shown, while their article is public. The table of what senders told us is
// not named in this file, and no query here may join it.
import { and, asc, desc, eq, getTableColumns, gt, type SQL, sql } from 'drizzle-orm';
import * as z from 'zod';
import { isVisible } from '../articles/visibility.ts';
import { Comment, CommentCountQuery, CommentCounts, CommentList, CommentQuery } from '../comments/schema.ts';
import { commentView, type PublicRow } from '../comments/view.ts';
import { Id, IdOrSlug } from '../core/fields.ts';
import { type Cursors, mapPage, type Position, readPage } from '../core/page.ts';
import { notFound, Problem } from '../core/problem.ts';
import { after, before, type Db, prepared } from '../db/dialect.ts';
import { type Endpoint, endpoint, publicReply } from '../http/endpoint.ts';
import { distinct } from './cache-tags.ts';
import { isLasting, publicArticle } from './reference.ts';

const tag = 'Comments';

type Sort = NonNullable<CommentQuery['sort']>;

interface CommentFilter {
  articleId: string;
  parent: string | undefined;
  sort: Sort;
}

/** What anyone may see of a comment, or what it is made from. */
const publicColumns = ({ tables: { comments } }: Db) => {
  const { fingerprint, reasons, version, reportCount, decidedAt, ...columns } = getTableColumns(comments);
  return columns;
};

/** Written out and not bound: a partial index serves only a query that says its condition in so many words. */
const isShown = ({ tables: { comments } }: Db): SQL => eq(comments.shown, true).inlineParams();

/** How a list goes on after its last row, and its order. */
const orderOf = ({ tables: { comments } }: Db, sort: Sort): { beyond: SQL; by: SQL[] } => {
  const { createdAt, id, threadKey } = comments;
  const place = [sql.placeholder('key'), sql.placeholder('id')] as const;
  switch (sort) {
    case 'thread':
      return { beyond: gt(threadKey, sql.placeholder('key')), by: [asc(threadKey)] };
    case 'newest':
      return { beyond: before([createdAt, id], place), by: [desc(createdAt), desc(id)] };
    case 'oldest':
      return { beyond: after([createdAt, id], place), by: [asc(createdAt), asc(id)] };
  }
};

/** The shown comments of an article, or the direct replies to one of its comments. */
const matching = (db: Db, parent: string | undefined): SQL | undefined => {
  const { articleId, id, parentId } = db.tables.comments;
  const isHere = eq(articleId, sql.placeholder('articleId'));
  if (parent === undefined) return and(isHere, isShown(db));
  // The parent alone is looked up in the article: with both conditions on the replies SQLite, until it has counted
  // its rows, walks all comments of the article.
  const parentHere = db
    .select({ id })
    .from(db.tables.comments)
    .where(and(eq(id, sql.placeholder('parent')), isHere));
  return and(eq(parentId, parentHere), isShown(db));
};

const listed = (
  db: Db,
  { articleId, parent, sort }: CommentFilter,
  from: Position | undefined,
  limit: number,
): Promise<PublicRow[]> => {
  const name = `comments_${sort}${parent === undefined ? '' : '_replies'}${from === undefined ? '' : '_next'}`;
  const statement = prepared(db, name, () => {
    const { beyond, by } = orderOf(db, sort);
    return db
      .select(publicColumns(db))
      .from(db.tables.comments)
      .where(and(matching(db, parent), from && beyond))
      .orderBy(...by)
      .limit(sql.placeholder('limit'));
  });
  return statement.execute({ articleId, parent, key: from?.key, id: from?.id, limit });
};

const countListed = async (db: Db, { articleId, parent }: CommentFilter, most: number): Promise<number> => {
  const { comments } = db.tables;
  const statement = prepared(db, `comments_count${parent === undefined ? '' : '_replies'}`, () => {
    const counted = db
      .select({ id: comments.id })
      .from(comments)
      .where(matching(db, parent))
      .limit(sql.placeholder('most'))
      .as('counted');
    return db.select({ count: sql<number>`count(*)`.mapWith(Number) }).from(counted);
  });
  const [row] = await statement.execute({ articleId, parent, most });
  return row!.count;
};

/** Replies of one comment have no threads among them to show. */
const sortOf = ({ sort, parent }: CommentQuery): Sort => {
  if (parent === undefined) return sort ?? 'thread';
  if (sort !== 'thread') return sort ?? 'oldest';
  throw new Problem('sort_unsupported', 'Direct replies are sorted `oldest` or `newest`.', {
    errors: [
      { parameter: 'sort', code: 'sort_unsupported', message: 'cannot be `thread` together with `parent`' },
    ],
  });
};

/** A comment that is shown. Throws `not_found`, or what its article answers. */
const commentById = async (db: Db, id: string, now: number) => {
  const { comments } = db.tables;
  const statement = prepared(db, 'comment', () =>
    db
      .select(publicColumns(db))
      .from(comments)
      .where(and(eq(comments.id, sql.placeholder('id')), isShown(db))),
  );
  const [row] = await statement.execute({ id });
  if (row === undefined) throw notFound();
  const article = await publicArticle(db, row.articleId, now);
  return { comment: commentView(row), dueAt: article.publicUntil };
};

/** How many approved comments each of these articles has, in their order; those that are not public are left out. */
const countsOf = async (db: Db, asked: readonly string[], now: number) => {
  const { articles } = db.tables;
  const statement = prepared(db, 'comment_counts', () =>
    db
      .select({
        articleId: articles.id,
        count: articles.commentCount,
        publicFrom: articles.publicFrom,
        publicUntil: articles.publicUntil,
      })
      .from(articles)
      .where(db.dialect.isAnyOf(articles.id, 'ids')),
  );
  const rows = new Map(
    (await statement.execute({ ids: db.dialect.list(asked) })).map((row) => [row.articleId, row]),
  );
  const items = [...new Set(asked)].flatMap((id) => {
    const row = rows.get(id);
    return row !== undefined && isVisible(row, now) ? [{ articleId: id, count: row.count }] : [];
  });
  const turns = [...rows.values()].flatMap(({ publicFrom, publicUntil }) => [publicFrom, publicUntil]);
  const dueAt = Math.min(...turns.filter((turn) => turn !== null && turn > now).map(Number));
  return { counts: { items } satisfies CommentCounts, dueAt: Number.isFinite(dueAt) ? dueAt : null };
};

export const deliveredComments = ({ cursors }: { cursors: Cursors }): Endpoint[] => [
  endpoint({
    method: 'GET',
    url: '/v1/articles/:article/comments',
    id: 'listComments',
    tag,
    summary: 'List the comments on an article',
    description: 'By default as a thread: flat, each reply under its parent, with its `depth`.',
    access: 'anyone',
    params: z.strictObject({ article: IdOrSlug }),
    query: CommentQuery,
    answers: { 200: { description: 'A page of comments.', schema: CommentList, headers: ['ETag', 'Link'] } },
    problems: ['not_found', 'withdrawn', 'cursor_invalid', 'sort_unsupported'],
    run: async ({ read: db, clock }, { params: { article }, query }) => {
      const { parent, sort: _, ...paging } = query;
      const sort = sortOf(query);
      const { id: articleId, slug, publicUntil } = await publicArticle(db, article, clock());
      const filter = { articleId, parent, sort };
      const page = await readPage(cursors, paging, {
        name: 'comments',
        filters: filter,
        rows: (from, count) => listed(db, filter, from, count),
        positionOf: ({ threadKey, createdAt, id }) => ({
          key: sort === 'thread' ? threadKey : createdAt,
          id,
        }),
        count: (most) => countListed(db, filter, most),
      });
      const tags = isLasting(article, slug) ? [`comments:${articleId}` as const] : null;
      return { page: mapPage(page, commentView), tags, dueAt: publicUntil };
    },
    reply: ({ page, tags, dueAt }) => publicReply(page, tags, dueAt),
  }),
  endpoint({
    method: 'GET',
    url: '/v1/comments/counts',
    id: 'countComments',
    tag,
    summary: 'Count the comments on several articles',
    access: 'anyone',
    query: CommentCountQuery,
    answers: { 200: { description: 'In the order asked for.', schema: CommentCounts, headers: ['ETag'] } },
    run: ({ read, clock }, { query: { articles } }) => countsOf(read, articles, clock()),
    // Those that are not public yet too: they may come to be.
    reply: ({ counts, dueAt }, { query: { articles } }) =>
      publicReply(counts, distinct(...articles.map((id) => `comments:${id}` as const)), dueAt),
  }),
  endpoint({
    method: 'GET',
    url: '/v1/comments/:id',
    id: 'readComment',
    tag,
    summary: 'Read a comment',
    access: 'anyone',
    params: z.strictObject({ id: Id }),
    answers: { 200: { description: 'The comment.', schema: Comment, headers: ['ETag'] } },
    problems: ['not_found', 'withdrawn'],
    run: ({ read, clock }, { params: { id } }) => commentById(read, id, clock()),
    reply: ({ comment, dueAt }) => publicReply(comment, [`comments:${comment.articleId}`], dueAt),
  }),
];
