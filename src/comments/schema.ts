// What readers say about an article. The public shape has no field for what they told us in private; that is in the
// managed one alone.
import * as z from 'zod';
import {
  commaList,
  Email,
  flag,
  HttpUrl,
  Id,
  IdOut,
  Instant,
  listOf,
  paging,
  textOf,
} from '../core/fields.ts';
import { withoutControls } from '../core/text.ts';
import { COMMENT_STATUSES, REPORT_REASONS } from '../db/schema/columns.ts';

/** A comment on the article is at depth 1, and the deepest reply here. */
export const MAX_DEPTH = 5;

/** Why a comment was not public at once, in the order in which the checks of checks.ts run. */
export const REASONS = [
  'honeypot',
  'blocked_sender',
  'blocked_domain',
  'blocked_address',
  'blocked_word',
  'form_token',
  'held_word',
  'too_many_links',
  'hidden_characters',
  'staff_lookalike',
  'many_emails',
  'first_time',
  'policy_moderated',
  'akismet',
] as const;

export const NAME_MAX = 100;
export const BODY_MAX = 10_000;

/** What anyone may see. */
const publicFields = {
  id: IdOut,
  articleId: IdOut,
  parentId: IdOut.nullable().meta({
    description: 'The comment it replies to; null for one on the article itself.',
  }),
  depth: z
    .number()
    .int()
    .min(1)
    .max(MAX_DEPTH)
    .meta({ description: '1 for a comment on the article itself.' }),
  authorName: z.string().meta({ examples: ['Maria'] }),
  authorUrl: z.string().nullable().meta({ format: 'uri' }),
  isStaff: z.boolean().meta({ description: 'Written by the newsroom.' }),
  body: z.string().meta({ description: 'Plain text.' }),
  bodyHtml: z
    .string()
    .meta({ description: 'The text escaped, in paragraphs, its http(s) links made clickable.' }),
  createdAt: Instant,
  editedAt: Instant.nullable(),
  replyCount: z.number().int().meta({ description: 'Direct replies that are shown.' }),
  deleted: z.boolean().meta({ description: 'Kept without its text, because replies hang below it.' }),
};

export const Comment = z.strictObject(publicFields).meta({ id: 'Comment' });
export type Comment = z.infer<typeof Comment>;

/** What its writer is told: of all that is not approved, only that it waits. */
export const PostedComment = z
  .strictObject({
    ...publicFields,
    status: z.enum(['approved', 'pending']).meta({ description: 'Whether it is public at once.' }),
  })
  .meta({ id: 'PostedComment' });
export type PostedComment = z.infer<typeof PostedComment>;

const CommentReason = z
  .strictObject({ reason: z.string().meta({ examples: [...REASONS] }), detail: z.string().nullable() })
  .meta({ id: 'CommentReason' });

const ReportReason = z.enum(REPORT_REASONS);

const CommentReports = z
  .strictObject({
    count: z.number().int().meta({ description: 'Reports since the last decision.' }),
    reasons: z.array(
      z.strictObject({ reason: ReportReason, count: z.number().int() }).meta({ id: 'CommentReportCount' }),
    ),
  })
  .meta({ id: 'CommentReports', description: 'What readers report, the commonest reason first.' });

const CommentArticle = z
  .strictObject({ id: IdOut, slug: z.string(), title: z.string() })
  .meta({ id: 'CommentArticle' });

export const ManagedComment = z
  .strictObject({
    ...publicFields,
    status: z.enum(COMMENT_STATUSES),
    authorEmail: z
      .string()
      .nullable()
      .meta({ format: 'idn-email', description: 'Never public. Null for staff.' }),
    addressPrefix: z.string().nullable().meta({ description: 'The network it came from: /24 or /48.' }),
    userAgent: z.string().nullable(),
    moderation: z
      .strictObject({
        reasons: z.array(CommentReason).meta({ description: 'Why it was not approved at once.' }),
        reports: CommentReports,
      })
      .meta({ id: 'CommentModeration' }),
    version: z.number().int(),
    article: CommentArticle,
  })
  .meta({ id: 'ManagedComment' });
export type ManagedComment = z.infer<typeof ManagedComment>;

/** One line, blanks folded. */
const Name = z
  .string()
  .transform((text) => withoutControls(text).replace(/\s+/gu, ' ').trim())
  .pipe(textOf(NAME_MAX))
  .meta({ minLength: 1, maxLength: NAME_MAX, examples: ['Maria'] });

const Body = z
  .string()
  .transform(withoutControls)
  .pipe(textOf(BODY_MAX))
  .meta({
    minLength: 1,
    maxLength: BODY_MAX,
    description: 'Plain text.',
    examples: ['The bridge should have opened years ago.'],
  });

const ParentId = Id.nullable().optional().meta({ description: 'The comment to reply to.' });

export const NewComment = z
  .strictObject({
    authorName: Name,
    authorEmail: Email.meta({ description: 'Never published.', examples: ['maria@reader.example'] }),
    authorUrl: HttpUrl.nullable().optional(),
    body: Body,
    parentId: ParentId,
    formToken: textOf(200)
      .optional()
      .meta({ description: '`token` of the comment form; without one, a comment may be held.' }),
    challengeSolution: textOf(4_000).optional().meta({
      description:
        'Base64 of the JSON `{"challenge": …, "solution": {"counter": …, "derivedKey": …}}`: the `challenge` of the form as it was, and the counter that was found with the derived key in hexadecimal. The ALTCHA widget gives it so. Required where the form has a challenge.',
    }),
    homepage: textOf(2_000, 0)
      .optional()
      .meta({ description: 'Stays empty: it is hidden from readers, and whoever fills it in is a machine.' }),
  })
  .meta({ id: 'NewComment' });
export type NewComment = z.output<typeof NewComment>;

export const StaffReply = z.strictObject({ body: Body, parentId: ParentId }).meta({ id: 'StaffReply' });
export type StaffReply = z.output<typeof StaffReply>;

export const CommentChange = z
  .strictObject({
    status: z.enum(COMMENT_STATUSES).exclude(['deleted']).optional(),
    authorName: Name.optional(),
    authorUrl: HttpUrl.nullable().optional(),
    body: Body.optional(),
  })
  .meta({ id: 'CommentChange' });
export type CommentChange = z.output<typeof CommentChange>;

export const CommentList = listOf('CommentList', Comment);
export const ManagedCommentList = listOf('ManagedCommentList', ManagedComment);

export const CommentQuery = z.strictObject({
  ...paging,
  sort: z.enum(['thread', 'newest', 'oldest']).optional().meta({
    description: '`thread`: each reply under its parent. Default: `thread`, and `oldest` with `parent`.',
  }),
  parent: Id.optional().meta({
    description: 'Only the direct replies to this comment; not with `sort=thread`.',
  }),
});
export type CommentQuery = z.output<typeof CommentQuery>;

export const CommentCountQuery = z.strictObject({
  articles: commaList(Id, 100).meta({
    description: 'Ids of articles; those that are not public are left out.',
  }),
});

export const CommentCounts = z
  .strictObject({
    items: z.array(
      z
        .strictObject({
          articleId: IdOut,
          count: z.number().int().meta({ description: 'Approved comments.' }),
        })
        .meta({ id: 'CommentCount' }),
    ),
  })
  .meta({ id: 'CommentCounts' });
export type CommentCounts = z.infer<typeof CommentCounts>;

export const ManagedCommentQuery = z.strictObject({
  ...paging,
  status: commaList(z.enum(COMMENT_STATUSES)).optional().meta({
    description: 'Default: `pending`; with `reported=true` also `approved`; with `sameSenderAs` all.',
  }),
  article: Id.optional().meta({ description: 'Only comments on this article.' }),
  email: textOf(254).optional().meta({ description: 'Only from this e-mail, in any case.' }),
  sameSenderAs: Id.optional().meta({
    description: 'Only from the e-mail or the address that sent this comment, itself included.',
  }),
  q: textOf(200).optional().meta({ description: 'In the name or the text.' }),
  reason: z.enum(REASONS).optional().meta({ description: 'Held for this reason, among others.' }),
  reported: flag
    .meta({
      type: 'boolean',
      description: 'Only what readers reported since the last decision, or only the rest.',
    })
    .optional(),
  sort: z.enum(['createdAt', '-reports']).optional().meta({
    description:
      '`createdAt` (default): oldest first. `-reports`: most reported first; only with `reported=true`, and without `email` and `sameSenderAs`.',
  }),
});
export type ManagedCommentQuery = z.output<typeof ManagedCommentQuery>;

export const CommentDeletion = z.strictObject({
  permanent: flag.meta({ type: 'boolean', description: 'Remove it and all replies below it.' }).optional(),
});

export const NewCommentReport = z
  .strictObject({ reason: ReportReason.meta({ description: 'What is wrong with it.' }) })
  .meta({ id: 'NewCommentReport' });

const CommentDecision = z
  .strictObject({ id: Id, status: z.enum(COMMENT_STATUSES).exclude(['deleted']) })
  .meta({ id: 'CommentDecision' });

export const CommentDecisions = z.array(CommentDecision).min(1).max(100).meta({ id: 'CommentDecisions' });
export type CommentDecisions = z.output<typeof CommentDecisions>;

export const CommentDecisionResult = z
  .strictObject({
    id: IdOut,
    ok: z.boolean(),
    status: z.enum(COMMENT_STATUSES).nullable().meta({ description: 'As it is now; null where it failed.' }),
    version: z.number().int().nullable(),
    problem: z
      .strictObject({ code: z.string(), status: z.number().int(), detail: z.string() })
      .nullable()
      .meta({ description: 'Why it failed.' }),
  })
  .meta({ id: 'CommentDecisionResult' });
export type CommentDecisionResult = z.infer<typeof CommentDecisionResult>;

export const CommentDecisionResults = z
  .strictObject({
    items: z.array(CommentDecisionResult).meta({ description: 'One a decision, in their order.' }),
  })
  .meta({ id: 'CommentDecisionResults' });
