// Articles for everybody: a list of them, whose keys one query finds, and one with its text.
import { eq, sql } from 'drizzle-orm';
import * as z from 'zod';
import { linksOf } from '../articles/links.ts';
import { ArticleQuery } from '../articles/query.ts';
import { Article, ArticleList, MovedArticle } from '../articles/schema.ts';
import { type ArticleUrl, dueAtOf, summaryView } from '../articles/view.ts';
import { IdOrSlug } from '../core/fields.ts';
import { isId } from '../core/id.ts';
import { type Cursors, readPage } from '../core/page.ts';
import { Problem } from '../core/problem.ts';
import { type Db, prepared } from '../db/dialect.ts';
import { type Endpoint, endpoint, publicReply } from '../http/endpoint.ts';
import { discussionSettings } from '../settings/discussion.ts';
import { type ListFilter, type ListKey, type ListSort, listKeys } from './article-lists.ts';
import { distinct, namesOn } from './cache-tags.ts';
import { earliest, nextTurnAt } from './due.ts';
import { namedBy } from './named.ts';
import { requirePublic } from './reference.ts';
import { publicColumns, type Summaries } from './summaries.ts';

const ARTICLES = '/v1/articles';
const tag = 'Articles';

export interface DeliveredArticleDeps {
  cursors: Cursors;
  urlOf: ArticleUrl;
  summaries: Summaries;
}

/** One article with its text, by id or by a slug it has or had. */
export const articleByReference = async (db: Db, reference: string) => {
  const { articleBodies, articles, articleSlugs, sections } = db.tables;
  const columns = () => ({
    ...publicColumns(db),
    commentCount: articles.commentCount,
    html: articleBodies.html,
  });
  const byId = prepared(db, 'article_by_id', () =>
    db
      .select(columns())
      .from(articles)
      .innerJoin(articleBodies, eq(articleBodies.articleId, articles.id))
      .leftJoin(sections, eq(sections.id, articles.sectionId))
      .where(eq(articles.id, sql.placeholder('reference'))),
  );
  const bySlug = prepared(db, 'article_by_slug', () =>
    db
      .select(columns())
      .from(articleSlugs)
      .innerJoin(articles, eq(articles.id, articleSlugs.articleId))
      .innerJoin(articleBodies, eq(articleBodies.articleId, articles.id))
      .leftJoin(sections, eq(sections.id, articles.sectionId))
      .where(eq(articleSlugs.slug, sql.placeholder('reference'))),
  );
  const [row] = isId(reference)
    ? await byId.execute({ reference: reference.toLowerCase() })
    : await bySlug.execute({ reference });
  return row;
};

const parameterFault = (parameter: string, code: string, message: string) =>
  new Problem('validation_failed', `Not valid: ${parameter}.`, { errors: [{ parameter, code, message }] });

/** `ids` is a list of its own: nothing else may shape it. */
const requireAlone = ({ ids: _, view: __, ...others }: ArticleQuery): void => {
  const other = Object.keys(others)[0];
  if (other !== undefined) throw parameterFault(other, 'not_combinable', 'cannot be combined with ids');
};

const listArticles = async (
  db: Db,
  { cursors, summaries }: DeliveredArticleDeps,
  query: ArticleQuery,
  now: number,
) => {
  const how = { now, withText: query.view === 'full' };
  if (query.ids !== undefined) {
    requireAlone(query);
    const { items, dueAt, tags: names } = await summaries(db, [...new Set(query.ids)], how);
    return {
      body: { items, nextCursor: null },
      dueAt: earliest(dueAt, await nextTurnAt(db, now)),
      tags: distinct('articles', ...names),
    };
  }
  const {
    section,
    tag: tagged,
    author,
    language,
    publishedAfter,
    publishedBefore,
    exclude,
    sort = '-publishedAt',
  } = query;
  if (sort === '-modifiedAt' && (section ?? tagged ?? author) !== undefined) {
    throw new Problem('sort_unsupported', '-modifiedAt cannot be combined with section, tag or author.', {
      errors: [{ parameter: 'sort', code: 'sort_unsupported', message: 'not with section, tag or author' }],
    });
  }
  const sections = await namedBy(db, 'sections', section);
  const tags = await namedBy(db, 'tags', tagged);
  const authors = await namedBy(db, 'authors', author);
  const filter: ListFilter = {
    sections: sections.ids,
    tags: tags.ids,
    authors: authors.ids,
    languages: language,
    after: publishedAfter,
    before: publishedBefore,
    exclude,
  };
  const weights = { tags: tags.articles, authors: authors.articles };
  const keys = (from: Parameters<typeof listKeys>[1]['from'], count: number): Promise<ListKey[]> =>
    listKeys(db, { filter, sort: sort satisfies ListSort, now, from, count, weights });
  const page = await readPage(cursors, query, {
    name: 'articles',
    filters: { section, tag: tagged, author, language, publishedAfter, publishedBefore, exclude, sort },
    rows: keys,
    positionOf: ({ id, key }) => ({ id, key }),
    count: async (most) => (await keys(undefined, most)).length,
  });
  const ids = page.items.map(({ id }) => id);
  const { items, dueAt, tags: names } = await summaries(db, ids, how);
  const narrowed = [sections, tags, authors].flatMap((named) => named.tags);
  return {
    body: { ...page, items },
    dueAt: earliest(dueAt, await nextTurnAt(db, now)),
    // Each article of a list that is narrowed carries the tags of what narrows it.
    tags: distinct(...(narrowed.length > 0 ? narrowed : (['articles'] as const)), ...names),
  };
};

export const deliveredArticles = (deps: DeliveredArticleDeps): Endpoint[] => [
  endpoint({
    method: 'GET',
    url: ARTICLES,
    id: 'listArticles',
    tag,
    summary: 'List articles',
    description:
      'Newest first, summaries. Several values of one filter mean any of them; several filters mean all.',
    access: 'anyone',
    query: ArticleQuery,
    answers: {
      200: {
        description: 'A page of articles.',
        schema: ArticleList,
        headers: ['ETag', 'Link', 'Cache-Control'],
      },
    },
    problems: ['cursor_invalid', 'sort_unsupported'],
    run: ({ read, clock }, { query }) => listArticles(read, deps, query, clock()),
    reply: ({ body, tags, dueAt }) => publicReply(body, tags, dueAt),
  }),
  endpoint({
    method: 'GET',
    url: `${ARTICLES}/:article`,
    id: 'readArticle',
    tag,
    summary: 'Read an article',
    description:
      'By id or slug. A slug that the article used to have answers 308 with the address it has now.',
    access: 'anyone',
    params: z.strictObject({ article: IdOrSlug }),
    answers: {
      200: { description: 'The article.', schema: Article, headers: ['ETag', 'Cache-Control'] },
      308: { description: 'The article has another slug now.', schema: MovedArticle, headers: ['Location'] },
    },
    problems: ['not_found', 'withdrawn'],
    run: async ({ read: db, clock }, { params: { article: reference } }) => {
      const now = clock();
      const row = requirePublic(await articleByReference(db, reference), now);
      if (!isId(reference) && row.slug !== reference) return { movedTo: row.slug };
      const links = (await linksOf(db, [row.id])).get(row.id)!;
      const context = { now, urlOf: deps.urlOf, discussion: await discussionSettings(db) };
      const summary = summaryView(row, links, context);
      return {
        body: { ...summary, bodyHtml: row.html, commentCount: row.commentCount },
        dueAt: dueAtOf(row, context),
        tags: distinct(`article:${row.id}`, ...namesOn([summary])),
      };
    },
    reply: (answer) =>
      'movedTo' in answer
        ? { status: 308, headers: { Location: `${ARTICLES}/${answer.movedTo}` }, body: answer, tags: null }
        : publicReply(answer.body, answer.tags, answer.dueAt),
  }),
];
