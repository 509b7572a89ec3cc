// Articles for the desk.
import { z } from 'zod';
import { may } from '../access/roles.ts';
import { flag, Id } from '../core/fields.ts';
import type { Cursors } from '../core/page.ts';
import type { ProblemCode } from '../core/problem.ts';
import { createdReply, type Endpoint, endpoint, itemReply, okReply } from '../http/endpoint.ts';
import { listArticles, readArticle } from './desk.ts';
import { ARTICLE_LIMIT_BYTES, ArticleChange, NewArticle } from './input.ts';
import { ManagedArticleQuery } from './query.ts';
import { reassignAuthor } from './reassign.ts';
import type { Move } from './rules.ts';
import { ManagedArticle, ManagedArticleList } from './schema.ts';
import * as articles from './service.ts';

const ARTICLES = '/v1/manage/articles';
const params = z.strictObject({ id: Id });
const tag = 'Articles';
const item = { schema: ManagedArticle, headers: ['ETag'] as const };

export interface ArticleRouteDeps extends articles.ArticleDeps {
  cursors: Cursors;
}

export const articleRoutes = (deps: ArticleRouteDeps): Endpoint[] => {
  /** POST …/{id}/{name}: one move of the table. */
  const moveTo = (
    name: Exclude<Move, 'delete' | 'trash'>,
    summary: string,
    description: string,
    problems: readonly ProblemCode[] = [],
  ): Endpoint =>
    endpoint({
      method: 'POST',
      url: `${ARTICLES}/:id/${name}`,
      id: `${name}Article`,
      tag,
      summary,
      description,
      access: name === 'publish' || name === 'unpublish' ? may.publishArticles : may.withdrawArticles,
      params,
      ifMatch: 'required',
      answers: { 200: { description: 'The article where it stands now.', ...item } },
      problems: ['not_found', 'transition_refused', ...problems],
      run: (ctx, { params: { id }, ifMatch }) => articles.moveArticle(ctx, deps, id, name, ifMatch),
      reply: itemReply,
    });

  return [
    endpoint({
      method: 'GET',
      url: ARTICLES,
      id: 'listManagedArticles',
      tag,
      summary: 'List all articles you may see',
      description: 'Editors see everything, moderators what is public, writers their own and what is public.',
      access: may.readArticles,
      query: ManagedArticleQuery,
      answers: { 200: { description: 'A page of articles.', schema: ManagedArticleList, headers: ['Link'] } },
      problems: ['cursor_invalid'],
      run: (ctx, { query }) => listArticles(ctx, deps, query),
      reply: okReply,
    }),
    endpoint({
      method: 'POST',
      url: ARTICLES,
      id: 'createArticle',
      tag,
      summary: 'Create an article',
      description: 'A draft, or with `status: "published"` public at once.',
      access: may.writeArticles,
      body: NewArticle,
      bodyLimitBytes: ARTICLE_LIMIT_BYTES,
      example: {
        title: 'Harbour bridge reopens after two years',
        body: { format: 'markdown', source: 'The bridge **reopened** on Monday.' },
        authors: ['ada-okafor'],
        tags: ['harbour', 'Public transport'],
      },
      answers: {
        201: { description: 'The article.', schema: ManagedArticle, headers: ['Location', 'ETag'] },
      },
      problems: ['slug_taken', 'source_taken', 'reference_unknown', 'publish_incomplete'],
      run: (ctx, { body }) => articles.createArticle(ctx, deps, body),
      reply: (article) => createdReply(article, `${ARTICLES}/${article.id}`),
    }),
    endpoint({
      method: 'GET',
      url: `${ARTICLES}/:id`,
      id: 'readManagedArticle',
      tag,
      summary: 'Read an article, public or not',
      access: may.readArticles,
      params,
      answers: { 200: { description: 'The article.', ...item } },
      problems: ['not_found'],
      run: (ctx, { params: { id } }) => readArticle(ctx, deps, id),
      reply: itemReply,
    }),
    endpoint({
      method: 'PATCH',
      url: `${ARTICLES}/:id`,
      id: 'updateArticle',
      tag,
      summary: 'Change an article',
      description: 'JSON Merge Patch. A change of a published article is live at once.',
      access: may.writeArticles,
      params,
      ifMatch: 'required',
      body: ArticleChange,
      bodyLimitBytes: ARTICLE_LIMIT_BYTES,
      example: { title: 'Harbour bridge reopens', subtitle: null, tags: ['harbour'] },
      answers: { 200: { description: 'The article as it is now.', ...item } },
      problems: [
        'not_found',
        'slug_taken',
        'source_taken',
        'transition_refused',
        'reference_unknown',
        'publish_incomplete',
      ],
      run: (ctx, { params: { id }, body, ifMatch }) => articles.changeArticle(ctx, deps, id, body, ifMatch),
      reply: itemReply,
    }),
    endpoint({
      method: 'DELETE',
      url: `${ARTICLES}/:id`,
      id: 'trashArticle',
      tag,
      summary: 'Put an article in the trash, or empty it from there',
      description:
        'With `permanent=true` an article in the trash is removed for good, and its comments with it.',
      access: may.writeArticles,
      params,
      query: z.strictObject({
        permanent: flag
          .optional()
          .meta({ type: 'boolean', description: 'Only from the trash, and only editors.' }),
      }),
      ifMatch: 'required',
      answers: {
        200: { description: 'The article, in the trash.', ...item },
        204: { description: 'Removed for good.' },
      },
      problems: ['not_found', 'transition_refused'],
      run: (ctx, { params: { id }, query: { permanent }, ifMatch }): Promise<ManagedArticle | undefined> =>
        permanent === true
          ? articles.deleteArticle(ctx, deps, id, ifMatch)
          : articles.moveArticle(ctx, deps, id, 'trash', ifMatch),
      reply: (article) => (article === undefined ? { status: 204 } : itemReply(article)),
    }),
    moveTo(
      'publish',
      'Publish an article',
      'It is public at once, and its first publication is kept for ever.',
      ['publish_incomplete'],
    ),
    moveTo('unpublish', 'Take an article back to draft', 'To the public it is as if it had never been.'),
    moveTo('archive', 'Withdraw an article', 'To the public it answers 410: it was here and is no more.'),
    moveTo('restore', 'Take an article out of the trash or the archive', 'It comes back as a draft.'),
    endpoint({
      method: 'POST',
      url: '/v1/manage/authors/:id/reassign',
      id: 'reassignAuthor',
      tag: 'Authors',
      summary: 'Hand all articles of an author to another',
      description:
        'Where an article names both, the first leaves the byline. Then the author can be deleted.',
      access: may.manageAuthors,
      params,
      body: z
        .strictObject({ to: Id.meta({ description: 'The author who takes over.' }) })
        .meta({ id: 'Reassignment' }),
      example: { to: '01890a5d-ac96-774b-bcce-b302099a8057' },
      answers: {
        200: {
          description: 'How many articles were handed over.',
          schema: z.strictObject({ articles: z.number().int() }).meta({ id: 'Reassigned' }),
        },
      },
      problems: ['not_found', 'reference_unknown'],
      run: (ctx, { params: { id }, body: { to } }) => reassignAuthor(ctx, id, to),
      reply: okReply,
    }),
  ];
};
