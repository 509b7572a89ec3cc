// Each check alone, over facts in which nothing else hits; and their order.
import { test } from 'tap';
import { CHECKS } from '../../src/comments/checks.ts';
import type { Facts } from '../../src/comments/facts.ts';
import type { Policy } from '../../src/comments/policy.schema.ts';
import { verdictOn } from '../../src/comments/rules.ts';
import { REASONS } from '../../src/comments/schema.ts';
import { factsOf, now, policy } from './facts.ts';

const DAY_MS = 86_400_000;

/** The verdict and its reasons, with their details. */
const judged = (more: Partial<Facts>, policyMore: Partial<Policy> = {}) => {
  const { verdict, reasons } = verdictOn(factsOf({ policy: { ...policy, ...policyMore }, ...more }), now);
  return [
    verdict,
    ...reasons.map(({ reason, detail }) => (detail === null ? reason : `${reason}: ${detail}`)),
  ];
};

test('nothing against it: approved', async (t) => {
  t.same(judged({}), ['approved']);
});

test('honeypot', async (t) => {
  t.same(judged({ isHoneypotFilled: true }), ['spam', 'honeypot']);
});

test('blocked_sender: the e-mail in any case, and no detail, for it would be one', async (t) => {
  t.same(judged({}, { blockSenders: ['MARIA@Reader.example'] }), ['rejected', 'blocked_sender']);
  t.same(judged({}, { blockSenders: ['mario@reader.example'] }), ['approved']);
});

test('blocked_domain: of the e-mail, the website, the name or a link, with all below it', async (t) => {
  const blocked = { blockDomains: ['spam.example'] };
  const hit = ['rejected', 'blocked_domain: spam.example'];
  t.same(judged({ authorEmail: 'me@mail.spam.example' }, blocked), hit);
  t.same(judged({ authorUrl: 'https://www.spam.example/' }, blocked), hit);
  t.same(judged({ authorName: 'spam.example' }, blocked), hit);
  t.same(judged({ body: 'at https://spam.example/x' }, blocked), hit);
  t.same(judged({ body: 'at https://notspam.example/x' }, blocked), ['approved']);
});

test('blocked_address: by network, and nobody without an address', async (t) => {
  t.same(judged({}, { blockAddresses: ['203.0.113.0/24'] }), ['rejected', 'blocked_address']);
  t.same(judged({}, { blockAddresses: ['203.0.113.8'] }), ['approved']);
  t.same(judged({ address: null }, { blockAddresses: ['203.0.113.0/24'] }), ['approved']);
});

test('blocked_word and held_word: in the text, the name and the website', async (t) => {
  t.same(judged({ body: 'A CASINO!' }, { blockWords: ['casino'] }), ['rejected', 'blocked_word: casino']);
  t.same(judged({ authorName: 'Саsino' }, { holdWords: ['casino'] }), ['pending', 'held_word: casino']);
  t.same(judged({ authorUrl: 'https://casino.example/' }, { holdWords: ['casino'] }), [
    'pending',
    'held_word: casino',
  ]);
  t.same(judged({ body: 'A cascade' }, { blockWords: ['casino'], holdWords: ['cas'] }), ['approved']);
});

test('form_token: absent where required, not ours, used, too fresh, stale', async (t) => {
  const issued = (ms: number, isSpent = false) => judged({ formToken: { issuedAt: now - ms, isSpent } });
  t.same(judged({}, { requireFormToken: true }), ['pending', 'form_token: absent']);
  t.same(judged({ formToken: 'invalid' }), ['pending', 'form_token: invalid']);
  t.same(issued(10_000, true), ['pending', 'form_token: reused']);
  t.same(issued(2_999), ['pending', 'form_token: too_fresh']);
  t.same(issued(-1), ['pending', 'form_token: too_fresh'], 'of a clock that runs ahead');
  t.same(issued(3_000), ['approved']);
  t.same(issued(DAY_MS), ['approved']);
  t.same(issued(DAY_MS + 1), ['pending', 'form_token: stale']);
});

test('too_many_links: more than the policy says', async (t) => {
  const body = 'https://a.example and www.b.example';
  t.same(judged({ body }), ['pending', 'too_many_links: 2']);
  t.same(judged({ body }, { maxLinks: 2 }), ['approved']);
  t.same(judged({ body: 'https://a.example' }, { maxLinks: 0 }), ['pending', 'too_many_links: 1']);
});

test('hidden_characters: in the text or the name', async (t) => {
  t.same(judged({ body: 'a\u202Eb' }), ['pending', 'hidden_characters: U+202E']);
  t.same(judged({ authorName: 'Ma\u200Bria' }), ['pending', 'hidden_characters: U+200B']);
});

test('staff_lookalike, many_emails, first_time, policy_moderated', async (t) => {
  t.same(judged({ staffName: 'Ada Okafor' }), ['pending', 'staff_lookalike: Ada Okafor']);
  t.same(judged({ otherEmails: 1 }), ['approved'], 'two e-mails');
  t.same(judged({ otherEmails: 2 }), ['pending', 'many_emails'], 'a third');
  t.same(judged({ isKnownSender: false }), ['pending', 'first_time']);
  t.same(judged({}, { policy: 'moderated' }), ['pending', 'policy_moderated']);
  const article = { ...factsOf().article, commentPolicy: 'open' } as const;
  t.same(judged({ article }, { policy: 'moderated' }), ['approved'], 'the article’s word goes first');
});

test('akismet: its spam is spam, its silence waits', async (t) => {
  t.same(judged({ opinion: 'spam' }), ['spam', 'akismet']);
  t.same(judged({ opinion: 'unavailable' }), ['pending', 'akismet: unavailable']);
  t.same(judged({ opinion: 'ham' }), ['approved']);
});

test('every check runs, in the order of REASONS, and the gravest verdict wins', async (t) => {
  const everything = factsOf({
    isHoneypotFilled: true,
    body: 'casino mayor spam.example \u202E https://a.example https://b.example',
    formToken: 'invalid',
    staffName: 'Ada Okafor',
    otherEmails: 2,
    isKnownSender: false,
    opinion: 'spam',
    policy: {
      ...policy,
      policy: 'moderated',
      blockSenders: ['maria@reader.example'],
      blockDomains: ['spam.example'],
      blockAddresses: ['203.0.113.7'],
      blockWords: ['casino'],
      holdWords: ['mayor'],
    },
  });
  const { verdict, reasons } = verdictOn(everything, now);
  t.equal(verdict, 'spam');
  t.same(
    reasons.map(({ reason }) => reason),
    REASONS,
  );
  const rest = verdictOn({ ...everything, isHoneypotFilled: false, opinion: undefined }, now);
  t.equal(rest.verdict, 'rejected');
  // Akismet has two: what it says, and that it says nothing.
  t.equal(CHECKS.length, REASONS.length + 1);
});
