// What an article was, and the links by which others read what it would be.
import * as z from 'zod';
import { may } from '../access/roles.ts';
import { Id, paging } from '../core/fields.ts';
import type { Cursors } from '../core/page.ts';
import { type Endpoint, endpoint, itemReply, noContent, okReply } from '../http/endpoint.ts';
import { NewPreview, PreviewLink, PreviewList } from './previews.schema.ts';
import { createPreview, listPreviews, type PreviewDeps, revokePreview } from './previews.ts';
import { restoreRevision } from './restoration.ts';
import { Revision, RevisionList } from './revisions.schema.ts';
import { listRevisions, readRevision } from './revisions.ts';
import type { ArticleDeps } from './saving.ts';
import { ManagedArticle } from './schema.ts';

const ARTICLE = '/v1/manage/articles/:id';
const tag = 'Articles';
const params = z.strictObject({ id: Id });

const Version = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, 'must be a whole number from 1')
  .transform(Number)
  .meta({ type: 'integer', minimum: 1, description: 'The version that the change made.', examples: [3] });
const revisionParams = z.strictObject({ id: Id, version: Version });

export interface RevisionRouteDeps extends ArticleDeps, PreviewDeps {
  cursors: Cursors;
}

export const revisionRoutes = (deps: RevisionRouteDeps): Endpoint[] => {
  const makePreview = (path: string, id: string, description: string): Endpoint =>
    endpoint({
      method: 'POST',
      url: `${ARTICLE}/${path}`,
      id,
      tag,
      summary: 'Make a preview link',
      description,
      access: may.readHistory,
      params,
      body: NewPreview,
      example: { expiresIn: 3_600 },
      answers: {
        201: { description: 'The link, shown this once.', schema: PreviewLink, headers: ['Location'] },
      },
      problems: ['not_found', 'forbidden', 'transition_refused'],
      run: (ctx, { params: { id: articleId }, body }) => createPreview(ctx, deps, articleId, body),
      reply: (preview, { params: { id: articleId } }) => {
        const { token, url, ...storedBody } = preview;
        const Location = `/v1/manage/articles/${articleId}/previews/${preview.id}`;
        return { status: 201, headers: { Location }, body: preview, storedBody };
      },
    });

  return [
    endpoint({
      method: 'GET',
      url: `${ARTICLE}/revisions`,
      id: 'listRevisions',
      tag,
      summary: 'List the revisions of an article',
      description: 'Every saved change, newest first: who, when, and which fields.',
      access: may.readHistory,
      params,
      query: z.strictObject(paging),
      answers: { 200: { description: 'A page of revisions.', schema: RevisionList, headers: ['Link'] } },
      problems: ['not_found', 'forbidden', 'cursor_invalid'],
      run: (ctx, { params: { id }, query }) => listRevisions(ctx, deps.cursors, id, query),
      reply: okReply,
    }),
    endpoint({
      method: 'GET',
      url: `${ARTICLE}/revisions/:version`,
      id: 'readRevision',
      tag,
      summary: 'Read a revision',
      description: 'With the public content that the article had then, its text included.',
      access: may.readHistory,
      params: revisionParams,
      answers: { 200: { description: 'The revision.', schema: Revision } },
      problems: ['not_found', 'forbidden'],
      run: (ctx, { params: { id, version } }) => readRevision(ctx, id, version),
      reply: okReply,
    }),
    endpoint({
      method: 'POST',
      url: `${ARTICLE}/revisions/:version/restore`,
      id: 'restoreRevision',
      tag,
      summary: 'Go back to a revision',
      description:
        'As a new change: public content and text become what they were; address, notes and private metadata stay. A section, an author or a tag that has been deleted or merged away since is left out; a public article of which no author would be left keeps those it has.',
      access: may.writeArticles,
      params: revisionParams,
      ifMatch: 'required',
      answers: {
        200: { description: 'The article as it is now.', schema: ManagedArticle, headers: ['ETag'] },
      },
      problems: ['not_found', 'transition_refused', 'publish_incomplete'],
      run: (ctx, { params: { id, version }, ifMatch }) => restoreRevision(ctx, deps, id, version, ifMatch),
      reply: itemReply,
    }),
    makePreview(
      'previews',
      'createPreview',
      'Whoever has the link reads the article as it would be now, what is staged included, until it ends.',
    ),
    makePreview('preview', 'createPreviewAlias', 'The same as `POST …/previews`.'),
    endpoint({
      method: 'GET',
      url: `${ARTICLE}/previews`,
      id: 'listPreviews',
      tag,
      summary: 'List the preview links of an article',
      description: 'Those that have not ended, without their tokens.',
      access: may.readHistory,
      params,
      query: z.strictObject(paging),
      answers: { 200: { description: 'A page of links.', schema: PreviewList, headers: ['Link'] } },
      problems: ['not_found', 'forbidden', 'cursor_invalid'],
      run: (ctx, { params: { id }, query }) => listPreviews(ctx, deps.cursors, id, query),
      reply: okReply,
    }),
    endpoint({
      method: 'DELETE',
      url: `${ARTICLE}/previews/:previewId`,
      id: 'revokePreview',
      tag,
      summary: 'Revoke a preview link',
      access: may.readHistory,
      params: z.strictObject({ id: Id, previewId: Id }),
      answers: { 204: { description: 'It opens nothing any more.' } },
      problems: ['not_found', 'forbidden'],
      run: (ctx, { params: { id, previewId } }) => revokePreview(ctx, id, previewId),
      reply: noContent,
    }),
  ];
};
