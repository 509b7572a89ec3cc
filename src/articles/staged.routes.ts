// What is kept aside over a published article, and corrections of one.
import * as z from 'zod';
import { may } from '../access/roles.ts';
import { Id } from '../core/fields.ts';
import { createdReply, type Endpoint, endpoint, itemReply } from '../http/endpoint.ts';
import { addCorrection, removeCorrection } from './corrections.ts';
import { ARTICLE_LIMIT_BYTES, NewCorrection, StagedChange } from './input.ts';
import type { ArticleDeps } from './saving.ts';
import { ManagedArticle } from './schema.ts';
import { dropStaged, readStaged, stageChange } from './staged.ts';

const ARTICLE = '/v1/manage/articles/:id';
const params = z.strictObject({ id: Id });
const tag = 'Articles';
const wouldBe = {
  description: 'The article as it would be; its ETag is that of the article.',
  schema: ManagedArticle,
  headers: ['ETag'] as const,
};

export const stagedRoutes = (deps: ArticleDeps): Endpoint[] => [
  endpoint({
    method: 'GET',
    url: `${ARTICLE}/staged`,
    id: 'readStagedChange',
    tag,
    summary: 'Read an article as it would be',
    description: 'With the change that is kept aside for it; 404 where none is.',
    access: may.readHistory,
    params,
    answers: { 200: wouldBe },
    problems: ['not_found', 'forbidden'],
    run: (ctx, { params: { id } }) => readStaged(ctx, deps, id),
    reply: itemReply,
  }),
  endpoint({
    method: 'PATCH',
    url: `${ARTICLE}/staged`,
    id: 'stageChange',
    tag,
    summary: 'Keep a change of a published article aside',
    description:
      'JSON Merge Patch of what the public reads, on top of what is staged already. `publish` makes it live as one change; a field that was changed live meanwhile is then a `staged_conflict`. It is dropped when the article is unpublished, withdrawn or trashed; its revision stays.',
    access: may.publishArticles,
    params,
    ifMatch: 'required',
    body: StagedChange,
    bodyLimitBytes: ARTICLE_LIMIT_BYTES,
    example: { title: 'Harbour bridge reopens, and closes again' },
    answers: { 200: wouldBe },
    problems: ['not_found', 'transition_refused', 'slug_taken', 'reference_unknown', 'publish_incomplete'],
    run: (ctx, { params: { id }, body, ifMatch }) => stageChange(ctx, deps, id, body, ifMatch),
    reply: itemReply,
  }),
  endpoint({
    method: 'DELETE',
    url: `${ARTICLE}/staged`,
    id: 'dropStagedChange',
    tag,
    summary: 'Throw away what is kept aside',
    access: may.publishArticles,
    params,
    ifMatch: 'required',
    answers: {
      200: { description: 'The article as it is.', schema: ManagedArticle, headers: ['ETag'] },
    },
    problems: ['not_found', 'transition_refused'],
    run: (ctx, { params: { id }, ifMatch }) => dropStaged(ctx, deps, id, ifMatch),
    reply: itemReply,
  }),
  endpoint({
    method: 'POST',
    url: `${ARTICLE}/corrections`,
    id: 'addCorrection',
    tag,
    summary: 'Correct a published article',
    description: 'Says below the article what was wrong. The text itself is changed by PATCH.',
    access: may.publishArticles,
    params,
    ifMatch: 'required',
    body: NewCorrection,
    example: { text: 'An earlier version said that the bridge has four lanes. It has two.' },
    answers: {
      201: {
        description: 'The article with the correction.',
        schema: ManagedArticle,
        headers: ['Location', 'ETag'],
      },
    },
    problems: ['not_found', 'transition_refused'],
    run: (ctx, { params: { id }, body: { text }, ifMatch }) => addCorrection(ctx, deps, id, text, ifMatch),
    reply: (article) =>
      createdReply(
        article,
        `/v1/manage/articles/${article.id}/corrections/${article.corrections.at(-1)!.id}`,
      ),
  }),
  endpoint({
    method: 'DELETE',
    url: `${ARTICLE}/corrections/:correctionId`,
    id: 'removeCorrection',
    tag,
    summary: 'Take a correction back',
    access: may.publishArticles,
    params: z.strictObject({ id: Id, correctionId: Id }),
    ifMatch: 'required',
    answers: {
      200: { description: 'The article without it.', schema: ManagedArticle, headers: ['ETag'] },
    },
    problems: ['not_found', 'transition_refused'],
    run: (ctx, { params: { id, correctionId }, ifMatch }) =>
      removeCorrection(ctx, deps, id, correctionId, ifMatch),
    reply: itemReply,
  }),
];
