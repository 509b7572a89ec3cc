// The comment policy: what moderators set at run time. Words are words, not regular expressions: nobody can write one
// here that stops the server.
import * as z from 'zod';
import { Email, Id, IdOut, Instant, textOf } from '../core/fields.ts';
import { isNetwork } from '../core/networks.ts';
import { COMMENT_POLICIES } from '../db/schema/columns.ts';
import { NewComment, REASONS } from './schema.ts';
import { domainKey, foldWords } from './words.ts';

/** Of each list: far more than moderators keep by hand, and quickly searched. */
const MAX_ENTRIES = 1_000;

const fault = (code: string, message: string) => ({ params: { code }, message, abort: true });

const Word = textOf(100)
  // Why a comment was held is kept with it, and no e-mail may be.
  .refine(
    (text) => !text.includes('@'),
    fault('word_invalid', 'may not hold an @; e-mails belong into blockSenders'),
  )
  .refine((text) => foldWords(text) !== '', fault('word_invalid', 'must hold a letter or a digit'))
  .overwrite((text) => text.trim());

const Domain = textOf(253)
  .refine(
    (text) => domainKey(text.trim()) !== '',
    fault('domain_invalid', 'must be a domain, such as spam.example'),
  )
  .overwrite((text) => domainKey(text.trim()));

const Network = z
  .string()
  .max(50)
  .refine(isNetwork, fault('address_invalid', 'must be an IP address or a network such as 203.0.113.0/24'))
  .overwrite((text) => text.toLowerCase());

const listOfEntries = <T extends z.ZodType<string, string>>(entry: T, description: string, example: string) =>
  z
    .array(entry)
    .max(MAX_ENTRIES)
    .overwrite((entries) => [...new Set(entries)])
    .meta({ description, examples: [[example]] });

const fields = {
  policy: z.enum(COMMENT_POLICIES).meta({ description: 'What holds for articles without a commentPolicy.' }),
  maxLinks: z.number().int().min(0).max(100).meta({ description: 'A comment with more links is held.' }),
  floodSeconds: z
    .number()
    .int()
    .min(0)
    .max(86_400)
    .meta({ description: 'How long one sender waits between two comments; 0 turns the check off.' }),
  closeAfterDays: z.number().int().min(1).max(36_500).nullable().meta({
    description:
      'Articles older than this take no comments, unless they have a commentsCloseAt. Null: they stay open.',
  }),
  blockWords: listOfEntries(
    Word,
    'Words and phrases; a comment with one of them is rejected. Look-alike letters make no difference.',
    'casino bonus',
  ),
  holdWords: listOfEntries(Word, 'Words and phrases; a comment with one of them is held.', 'mayor'),
  blockSenders: listOfEntries(Email, 'E-mails whose comments are rejected.', 'spammer@mail.example'),
  blockDomains: listOfEntries(
    Domain,
    'Domains, with all below them; a comment that comes from there or leads there is rejected.',
    'spam.example',
  ),
  blockAddresses: listOfEntries(
    Network,
    'IP addresses and networks whose comments are rejected.',
    '203.0.113.0/24',
  ),
  requireFormToken: z.boolean().meta({ description: 'A comment without a form token is held.' }),
  proofOfWork: z
    .boolean()
    .meta({ description: 'A comment needs a solved challenge; readers without JavaScript are kept out.' }),
};

/** All that decides about comments on this site. */
const Policy = z.strictObject(fields);
export type Policy = z.output<typeof Policy>;

export const CommentSettings = z
  .strictObject({
    ...fields,
    version: z.number().int(),
    updatedAt: Instant.nullable().meta({ description: 'Null until the first change.' }),
  })
  .meta({ id: 'CommentSettings' });
export type CommentSettings = z.output<typeof CommentSettings>;

export const CommentSettingsChange = Policy.partial().meta({ id: 'CommentSettingsChange' });
export type CommentSettingsChange = z.output<typeof CommentSettingsChange>;

const Stored = z.array(z.string());

/**
 * As stored, without what settings/discussion.ts keeps; each optional, so that a later version may add one. What the
 * entries of a list must be was asked when they were saved, and is not asked with every comment.
 */
export const StoredPolicy = z
  .object({
    maxLinks: z.number(),
    floodSeconds: z.number(),
    blockWords: Stored,
    holdWords: Stored,
    blockSenders: Stored,
    blockDomains: Stored,
    blockAddresses: Stored,
    requireFormToken: z.boolean(),
    proofOfWork: z.boolean(),
  })
  .partial();

/** What holds until the first change; the flood time's own default is configured. */
export const POLICY_DEFAULTS: Omit<Policy, 'policy' | 'closeAfterDays' | 'floodSeconds'> = {
  maxLinks: 1,
  blockWords: [],
  holdWords: [],
  blockSenders: [],
  blockDomains: [],
  blockAddresses: [],
  requireFormToken: false,
  proofOfWork: false,
};

export const TriedComment = z
  .strictObject({
    articleId: Id.optional().meta({ description: 'Default: an article that says nothing itself.' }),
    ...NewComment.pick({ authorName: true, authorEmail: true, authorUrl: true, body: true, parentId: true })
      .shape,
  })
  .meta({ id: 'TriedComment' });
export type TriedComment = z.output<typeof TriedComment>;

export const CommentVerdict = z
  .strictObject({
    verdict: z
      .enum(['approved', 'pending', 'rejected', 'spam'])
      .nullable()
      .meta({ description: 'What it would become; null where it would be refused.' }),
    refusal: z
      .string()
      .nullable()
      .meta({ description: 'The code of the problem that it would meet.', examples: ['comments_closed'] }),
    reasons: z.array(
      z
        .strictObject({ reason: z.enum(REASONS), detail: z.string().nullable() })
        .meta({ id: 'CommentVerdictReason' }),
    ),
  })
  .meta({ id: 'CommentVerdict' });
export type CommentVerdict = z.output<typeof CommentVerdict>;

const hex = (description: string) => z.string().meta({ description, pattern: '^[0-9a-f]+$' });

export const CommentChallenge = z
  .strictObject({
    parameters: z
      .strictObject({
        algorithm: z.string().meta({ examples: ['PBKDF2/SHA-256'] }),
        nonce: hex('What the password begins with.'),
        salt: hex('The salt of the derivation.'),
        cost: z.number().int().meta({ description: 'Iterations of one derivation.' }),
        keyLength: z.number().int().meta({ description: 'Bytes of a derived key.' }),
        keyPrefix: hex('How the derived key of the solution begins.'),
        keySignature: hex('For the server.'),
        data: z
          .strictObject({ articleId: IdOut, expiresAt: z.number().int() })
          .meta({ id: 'CommentChallengeData', description: 'For the server.' }),
      })
      .meta({ id: 'CommentChallengeParameters' }),
    signature: hex('Over the parameters.'),
  })
  .meta({
    id: 'CommentChallenge',
    description:
      'Only where the policy asks for proof of work: a challenge of ALTCHA (version 2), which its widget solves, or `solveChallenge` of `altcha-lib`. To be found is the `counter`, from 0, with which the key derived from `nonce` and `counter` (32 bits, big-endian) begins with `keyPrefix`.',
  });

export type CommentChallenge = z.output<typeof CommentChallenge>;

/** What a comment form needs. */
export const CommentForm = z
  .strictObject({
    articleId: IdOut,
    token: z.string().meta({ description: 'Send it as `formToken`; good for one comment on this article.' }),
    honeypot: z.string().meta({
      description: 'A field to put into the form and to hide from readers; machines fill it in.',
      examples: ['homepage'],
    }),
    limits: z
      .strictObject({
        authorName: z.number().int().meta({ description: 'Characters of a name, at most.' }),
        body: z.number().int().meta({ description: 'Characters of a comment, at most.' }),
        floodSeconds: z.number().int().meta({ description: 'To wait between two comments.' }),
        minSeconds: z.number().int().meta({ description: 'A comment sent earlier than this is held.' }),
        maxSeconds: z.number().int().meta({ description: 'A comment sent later than this is held.' }),
      })
      .meta({ id: 'CommentFormLimits' }),
    challenge: CommentChallenge.optional(),
  })
  .meta({ id: 'CommentForm' });
export type CommentForm = z.output<typeof CommentForm>;
