// All that is known when a comment is decided about. Loaded by posting.ts; refused by rules.ts, judged by checks.ts.
import type { Discussed } from '../articles/discussion.ts';
import type { Allowance } from '../core/rate-limit.ts';
import type { CommentReason, CommentStatus } from '../db/schema/columns.ts';
import type { Opinion } from './akismet.ts';
import type { Policy } from './policy.schema.ts';
import type { REASONS } from './schema.ts';
import type { SearchedText } from './words.ts';

/** Where a comment is to stand. `parent` is what `parentId` was found to be. */
export interface Place {
  article: Discussed & { id: string };
  parentId: string | null;
  parent: { articleId: string; status: CommentStatus; depth: number } | undefined;
}

/** What a reader wrote, and `text`: all of it, made ready to be searched. */
export interface Words {
  authorName: string;
  authorEmail: string;
  authorUrl: string | null;
  body: string;
  text: SearchedText;
}

/** What was sent for a form token: nothing, nothing of ours, or one of ours. */
export type FormToken = 'absent' | 'invalid' | { issuedAt: number; isSpent: boolean };

/** All that decides about a reader's comment. A sender is an e-mail or an address. */
export interface Facts extends Place, Words {
  policy: Policy;
  /** Null for whoever has none, such as the operator. */
  address: string | null;
  /** What this sender and this article have used of their share. */
  allowances: readonly Allowance[];
  /** The same sender has said the same in the same place. */
  isDuplicate: boolean;
  /** When this sender's last comment was posted, where that is less than the flood time ago. */
  lastPostedAt: number | undefined;
  /** A comment with this name and e-mail has been approved. */
  isKnownSender: boolean;
  /** Other e-mails that this address has posted with in the last 24 hours, counted to 2. */
  otherEmails: number;
  /** The newsroom's name that the reader's looks like. */
  staffName: string | undefined;
  isHoneypotFilled: boolean;
  formToken: FormToken;
  /** Whether this comment brings what is to be the solution of a challenge. */
  hasSolution: boolean;
  /** Whether that challenge is one of this article, solved and not used before. */
  isChallengeSolved: boolean;
  /** What the outside service says, where one was asked. */
  opinion: Opinion | undefined;
}

/** From the lightest to the gravest. */
export const VERDICTS = [
  'approved',
  'pending',
  'rejected',
  'spam',
] as const satisfies readonly CommentStatus[];
export type Verdict = (typeof VERDICTS)[number];

export interface Hit extends CommentReason {
  verdict: Verdict;
  reason: (typeof REASONS)[number];
}
