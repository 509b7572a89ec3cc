// Articles for the desk.
import * as z from 'zod';
import { may } from '../access/roles.ts';
import { flag, Id, referenceTo } from '../core/fields.ts';
import type { Cursors } from '../core/page.ts';
import type { ProblemCode } from '../core/problem.ts';
import type { Role } from '../db/schema/columns.ts';
import { createdReply, type Endpoint, endpoint, itemReply, okReply } from '../http/endpoint.ts';
import { listArticles, readArticle } from './desk.ts';
import {
  ARTICLE_LIMIT_BYTES,
  ArticleChange,
  NewArticle,
  PublishOptions,
  Release,
  ReturnOptions,
} from './input.ts';
import { ManagedArticleQuery } from './query.ts';
import { reassignAuthor } from './reassign.ts';
import { releaseArticles } from './release.ts';
import type { Move } from './rules.ts';
import type { ArticleDeps } from './saving.ts';
import { ManagedArticle, ManagedArticleList, ReleasedArticles } from './schema.ts';
import * as articles from './service.ts';
import { requirePublicContent, stageChange } from './staged.ts';

const ARTICLES = '/v1/manage/articles';
const params = z.strictObject({ id: Id });
const tag = 'Articles';
const item = { schema: ManagedArticle, headers: ['ETag'] as const };

export interface ArticleRouteDeps extends ArticleDeps {
  cursors: Cursors;
}

export const articleRoutes = (deps: ArticleRouteDeps): Endpoint[] => {
  /** POST …/{id}/{name}: one move of the table. */
  const moveTo = <B extends z.ZodType<articles.MoveOptions> | undefined = undefined>(
    name: Exclude<Move, 'delete' | 'trash'>,
    access: readonly Role[],
    more: {
      summary: string;
      description: string;
      problems?: readonly ProblemCode[];
      body?: B;
      example?: unknown;
    },
  ): Endpoint =>
    endpoint({
      method: 'POST',
      url: `${ARTICLES}/:id/${name}`,
      id: `${name}Article`,
      tag,
      access,
      params,
      ifMatch: 'required',
      answers: { 200: { description: 'The article where it stands now.', ...item } },
      ...more,
      problems: ['not_found', 'transition_refused', ...(more.problems ?? [])],
      run: (ctx, { params: { id }, ifMatch, body }) =>
        articles.moveArticle(ctx, deps, id, name, ifMatch, { ...body }),
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
      description: 'A draft; with `status: "published"` public at once, with `scheduledFor` at that instant.',
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
      problems: ['slug_taken', 'source_taken', 'reference_unknown', 'publish_incomplete', 'instant_past'],
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
      description:
        'JSON Merge Patch. A change of a published article is live at once; with `stage=true` it is kept aside, as by `PATCH …/staged`. What changes nothing makes no version.',
      access: may.writeArticles,
      params,
      query: z.strictObject({
        stage: flag.optional().meta({ type: 'boolean', description: 'The same as `PATCH …/staged`.' }),
      }),
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
        'instant_past',
      ],
      run: (ctx, { params: { id }, query: { stage }, body, ifMatch }) =>
        stage === true
          ? stageChange(ctx, deps, id, requirePublicContent(body), ifMatch)
          : articles.changeArticle(ctx, deps, id, body, ifMatch),
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
          ? articles.deleteArticle(ctx, id, ifMatch)
          : articles.moveArticle(ctx, deps, id, 'trash', ifMatch),
      reply: (article) => (article === undefined ? { status: 204 } : itemReply(article)),
    }),
    moveTo('submit', may.writeArticles, {
      summary: 'Submit a draft for review',
      description: 'An editor then publishes it or returns it. Until then a contributor may not change it.',
    }),
    moveTo('return', may.writeArticles, {
      summary: 'Take an article back from review',
      description: 'An editor says in `note` why; a writer may take back their own.',
      body: ReturnOptions,
      example: { note: 'The second quote needs a source.' },
    }),
    moveTo('publish', may.publishArticles, {
      summary: 'Publish an article, now or later',
      description:
        'It is public at once, or at the instant `at`, to the millisecond. Of a published article, what is staged goes live.',
      body: PublishOptions,
      example: { at: '2026-03-01T07:30:00+01:00' },
      problems: ['publish_incomplete', 'instant_past', 'staged_conflict', 'slug_taken', 'reference_unknown'],
    }),
    moveTo('unpublish', may.publishArticles, {
      summary: 'Take an article back to draft',
      description: 'To the public it is as if it had never been. A scheduled one is not published.',
    }),
    moveTo('archive', may.withdrawArticles, {
      summary: 'Withdraw an article',
      description: 'To the public it answers 410: it was here and is no more.',
    }),
    moveTo('restore', may.withdrawArticles, {
      summary: 'Take an article out of the trash or the archive',
      description: 'It comes back as a draft.',
    }),
    endpoint({
      method: 'POST',
      url: `${ARTICLES}/release`,
      id: 'releaseArticles',
      tag,
      summary: 'Publish several articles at one instant',
      description:
        'Up to 100, now or at the instant `at`: all of them, or none and one error for each that cannot go.',
      access: may.releaseArticles,
      body: Release,
      example: { articles: [{ id: '01890a5d-ac96-774b-bcce-b302099a8057', version: 3 }] },
      answers: { 200: { description: 'The articles, in the order asked.', schema: ReleasedArticles } },
      problems: ['release_refused', 'instant_past'],
      run: (ctx, { body }) => releaseArticles(ctx, deps, body),
      reply: okReply,
    }),
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
        .strictObject({ to: referenceTo('the author who takes over').meta({ examples: ['ada-okafor'] }) })
        .meta({ id: 'Reassignment' }),
      example: { to: 'ada-okafor' },
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
