// A comment with nothing against it, as the rules see it: every test of them changes what it is about.
import type { Facts } from '../../src/comments/facts.ts';
import { POLICY_DEFAULTS, type Policy } from '../../src/comments/policy.schema.ts';
import { searchedText } from '../../src/comments/words.ts';

export const now = Date.UTC(2026, 2, 1, 6, 30);

/** Public for a second. */
export const article = {
  id: 'here',
  commentPolicy: null,
  commentsCloseAt: null,
  publishedAt: now - 1_000,
  publicFrom: now - 1_000,
  publicUntil: null,
};

export const policy: Policy = {
  ...POLICY_DEFAULTS,
  policy: 'open',
  closeAfterDays: null,
  floodSeconds: 15,
};

/** A known reader's words on an open article, and what is to be different. */
export const factsOf = (more: Partial<Facts> = {}): Facts => {
  const words = { authorName: 'Maria', authorUrl: null, body: 'At last!', ...more };
  return {
    article,
    parentId: null,
    parent: undefined,
    policy,
    authorEmail: 'maria@reader.example',
    address: '203.0.113.7',
    allowances: [],
    isDuplicate: false,
    lastPostedAt: undefined,
    isKnownSender: true,
    otherEmails: 0,
    staffName: undefined,
    isHoneypotFilled: false,
    formToken: 'absent',
    hasSolution: false,
    isChallengeSolved: false,
    opinion: undefined,
    ...words,
    text: searchedText([words.authorName, words.authorUrl ?? '', words.body]),
  };
};
