// Comments: what a reader posts, and what moderators do about it.
import * as z from 'zod';
import { may } from '../access/roles.ts';
import { Id, IdOrSlug } from '../core/fields.ts';
import type { Cursors } from '../core/page.ts';
import { rateLimitHeaders } from '../core/rate-limit.ts';
import { createdReply, type Endpoint, endpoint, itemReply, noContent, okReply } from '../http/endpoint.ts';
import { decideOnComments } from './decisions.ts';
import { policyRoutes } from './policy.routes.ts';
import { type PostingDeps, postComment } from './posting.ts';
import { listComments } from './queue.ts';
import { reportComment } from './reports.ts';
import {
  CommentChange,
  CommentDecisionResults,
  CommentDecisions,
  CommentDeletion,
  ManagedComment,
  ManagedCommentList,
  ManagedCommentQuery,
  NewComment,
  NewCommentReport,
  PostedComment,
  StaffReply,
} from './schema.ts';
import * as comments from './service.ts';

const COMMENTS = '/v1/manage/comments';
const params = z.strictObject({ id: Id });
const tag = 'Comments';

/** 10,000 characters may each be written as two escapes of six bytes, and the rest of the body wants room too. */
const BODY_LIMIT_BYTES = 160 * 1024;

export interface CommentRouteDeps extends PostingDeps {
  cursors: Cursors;
}

export const commentRoutes = ({ cursors, ...deps }: CommentRouteDeps): Endpoint[] => [
  endpoint({
    method: 'POST',
    url: '/v1/articles/:article/comments',
    id: 'postComment',
    tag,
    summary: 'Comment on an article',
    description:
      'What is not public at once waits for a moderator: 202, with the same body whatever the verdict.',
    access: 'anyone',
    params: z.strictObject({ article: IdOrSlug }),
    body: NewComment,
    bodyLimitBytes: BODY_LIMIT_BYTES,
    example: {
      authorName: 'Maria',
      authorEmail: 'maria@reader.example',
      body: 'The bridge should have opened years ago.',
    },
    answers: {
      201: {
        description: 'It is public.',
        schema: PostedComment,
        headers: ['Location', 'RateLimit', 'RateLimit-Policy'],
      },
      202: { description: 'It waits.', schema: PostedComment, headers: ['RateLimit', 'RateLimit-Policy'] },
    },
    problems: [
      'not_found',
      'withdrawn',
      'comments_closed',
      'parent_invalid',
      'challenge_unsolved',
      'comment_duplicate',
      'comment_flood',
      'rate_limited',
    ],
    run: (ctx, { params: { article }, body }) => postComment(ctx, article, body, deps),
    reply: ({ comment, allowances, now }) => {
      const headers = rateLimitHeaders(allowances, now);
      return comment.status === 'approved'
        ? {
            status: 201,
            headers: { Location: `/v1/comments/${comment.id}`, ...headers },
            body: comment,
            commentId: comment.id,
          }
        : { status: 202, headers, body: comment, commentId: comment.id };
    },
  }),
  endpoint({
    method: 'POST',
    url: '/v1/comments/:id/reports',
    id: 'reportComment',
    tag,
    summary: 'Report a comment',
    description: 'Moderators see it. Reporting again changes nothing; the answer is the same.',
    access: 'anyone',
    params,
    limit: { name: 'report', perMinute: 30 },
    body: NewCommentReport,
    example: { reason: 'abuse' },
    answers: { 202: { description: 'Thank you.' } },
    problems: ['not_found', 'withdrawn'],
    run: (ctx, { params: { id }, body: { reason } }) => reportComment(ctx, id, reason, deps.secret),
    reply: () => ({ status: 202 }),
  }),
  endpoint({
    method: 'GET',
    url: COMMENTS,
    id: 'listManagedComments',
    tag,
    summary: 'List comments for moderation',
    access: may.moderateComments,
    query: ManagedCommentQuery,
    answers: {
      200: { description: 'A page of comments.', schema: ManagedCommentList, headers: ['Link'] },
    },
    problems: ['cursor_invalid', 'sort_unsupported'],
    run: (ctx, { query }) => listComments(ctx, cursors, query),
    reply: okReply,
  }),
  endpoint({
    method: 'POST',
    url: `${COMMENTS}/decisions`,
    id: 'decideOnComments',
    tag,
    summary: 'Decide on many comments',
    description:
      'Each decision stands for itself: the answer tells for each whether it holds. A status that a comment has already answers what readers reported.',
    access: may.moderateComments,
    body: CommentDecisions,
    example: [
      { id: '01890a5d-ac96-774b-bcce-b302099a8057', status: 'approved' },
      { id: '01890a5d-ac96-774b-bcce-b302099a8058', status: 'spam' },
    ],
    answers: { 200: { description: 'What became of each, in their order.', schema: CommentDecisionResults } },
    run: (ctx, { body }) => decideOnComments(ctx, body),
    reply: (items) => okReply({ items }),
  }),
  endpoint({
    method: 'GET',
    url: `${COMMENTS}/:id`,
    id: 'readManagedComment',
    tag,
    summary: 'Read a comment and who sent it',
    access: may.moderateComments,
    params,
    answers: { 200: { description: 'The comment.', schema: ManagedComment, headers: ['ETag'] } },
    problems: ['not_found'],
    run: (ctx, { params: { id } }) => comments.readComment(ctx, id),
    reply: itemReply,
  }),
  endpoint({
    method: 'PATCH',
    url: `${COMMENTS}/:id`,
    id: 'updateComment',
    tag,
    summary: 'Decide on a comment, or edit it',
    description: 'What is so already is no change. A deleted comment cannot be changed: 409.',
    access: may.moderateComments,
    params,
    ifMatch: 'optional',
    body: CommentChange,
    bodyLimitBytes: BODY_LIMIT_BYTES,
    example: { status: 'approved' },
    answers: { 200: { description: 'The comment as it is now.', schema: ManagedComment, headers: ['ETag'] } },
    problems: ['not_found', 'conflict'],
    run: (ctx, { params: { id }, body, ifMatch }) => comments.changeComment(ctx, id, body, ifMatch),
    reply: itemReply,
  }),
  endpoint({
    method: 'DELETE',
    url: `${COMMENTS}/:id`,
    id: 'deleteComment',
    tag,
    summary: 'Delete a comment',
    description: 'Its text and all that its writer told us are gone. With replies below it, its place stays.',
    access: may.moderateComments,
    params,
    query: CommentDeletion,
    ifMatch: 'optional',
    answers: {
      200: {
        description: 'What stays in its place, above the replies.',
        schema: ManagedComment,
        headers: ['ETag'],
      },
      204: { description: 'Deleted.' },
    },
    problems: ['not_found'],
    run: async (ctx, { params: { id }, query: { permanent }, ifMatch }) =>
      permanent === true ? comments.eraseComment(ctx, id, ifMatch) : comments.deleteComment(ctx, id, ifMatch),
    reply: (tombstone) => (tombstone ? itemReply(tombstone) : noContent()),
  }),
  endpoint({
    method: 'POST',
    url: '/v1/manage/articles/:id/comments',
    id: 'replyAsStaff',
    tag,
    summary: 'Comment as the newsroom',
    description: 'Signed with the author of the key, or with the name of the site where the key has none.',
    access: may.moderateComments,
    params,
    body: StaffReply,
    bodyLimitBytes: BODY_LIMIT_BYTES,
    example: { body: 'The port answered us this morning; we have added it above.' },
    answers: {
      201: { description: 'The comment, public.', schema: ManagedComment, headers: ['Location', 'ETag'] },
    },
    problems: ['not_found', 'parent_invalid'],
    run: (ctx, { params: { id }, body }) => comments.replyAsStaff(ctx, id, body),
    reply: (comment) => ({
      ...createdReply(comment, `/v1/comments/${comment.id}`),
      commentId: comment.id,
    }),
  }),
  ...policyRoutes(deps),
];
