// The comment policy over HTTP: its settings, what a comment would get under it, and the form that readers need.
import * as z from 'zod';
import { may } from '../access/roles.ts';
import { IdOrSlug } from '../core/fields.ts';
import { type Endpoint, endpoint, itemReply, okReply, publicReply } from '../http/endpoint.ts';
import {
  CommentForm,
  CommentSettings,
  CommentSettingsChange,
  CommentVerdict,
  TriedComment,
} from './policy.schema.ts';
import { changeCommentSettings, commentSettings } from './policy.service.ts';
import { drawForm, type PostingDeps } from './posting.ts';
import { tryComment } from './trying.ts';

const SETTINGS = '/v1/manage/settings/comments';
const tag = 'Comments';

/** Five lists of a thousand entries; the longest entry is an e-mail of 254 characters. */
const SETTINGS_LIMIT_BYTES = 2 * 1024 * 1024;
const TRY_LIMIT_BYTES = 160 * 1024;

export const policyRoutes = (deps: PostingDeps): Endpoint[] => [
  endpoint({
    method: 'GET',
    url: '/v1/articles/:article/comments/form',
    id: 'readCommentForm',
    tag,
    summary: 'Draw a comment form',
    description: 'To be drawn when the form is shown: its token tells how long the reader took to write.',
    access: 'anyone',
    params: z.strictObject({ article: IdOrSlug }),
    answers: {
      200: { description: 'What a form needs.', schema: CommentForm, headers: ['Cache-Control'] },
    },
    problems: ['not_found', 'withdrawn', 'comments_closed'],
    run: (ctx, { params: { article } }) => drawForm(ctx, article, deps),
    reply: (form) => ({ ...publicReply(form, null), headers: { 'Cache-Control': 'no-store' } }),
  }),
  endpoint({
    method: 'GET',
    url: SETTINGS,
    id: 'readCommentSettings',
    tag,
    summary: 'Read the comment policy',
    access: may.moderateComments,
    answers: {
      200: { description: 'The policy as it holds now.', schema: CommentSettings, headers: ['ETag'] },
    },
    run: (ctx) => commentSettings(ctx.read, deps),
    reply: itemReply,
  }),
  endpoint({
    method: 'PATCH',
    url: SETTINGS,
    id: 'updateCommentSettings',
    tag,
    summary: 'Change the comment policy',
    description: 'A list is replaced by the one that is sent. It holds from the next comment on.',
    access: may.moderateComments,
    ifMatch: 'optional',
    body: CommentSettingsChange,
    bodyLimitBytes: SETTINGS_LIMIT_BYTES,
    example: { policy: 'moderated', closeAfterDays: 30, blockWords: ['casino bonus'] },
    answers: {
      200: { description: 'The policy as it holds now.', schema: CommentSettings, headers: ['ETag'] },
    },
    run: (ctx, { body, ifMatch }) => changeCommentSettings(ctx, body, ifMatch, deps),
    reply: itemReply,
  }),
  endpoint({
    method: 'POST',
    url: `${SETTINGS}/try`,
    id: 'tryComment',
    tag,
    summary: 'Ask what a comment would get',
    description:
      'The verdict and every reason for it; nothing is stored. The form and the address are taken to be in order.',
    access: may.moderateComments,
    body: TriedComment,
    bodyLimitBytes: TRY_LIMIT_BYTES,
    example: {
      authorName: 'Maria',
      authorEmail: 'maria@reader.example',
      body: 'Casino bonus at https://a.example and https://b.example',
    },
    answers: { 200: { description: 'What it would get.', schema: CommentVerdict } },
    run: (ctx, { body }) => tryComment(ctx, body, deps),
    reply: okReply,
  }),
];
