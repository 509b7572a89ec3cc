// What a comment that is not refused is judged by: small pure checks of (facts, now), in the order in which a
// moderator reads their reasons. All of them run. A further check is a fact, a reason in schema.ts and a row here.
import { commentPolicyOf } from '../articles/discussion.ts';
import { membershipOf } from '../core/networks.ts';
import { foldKey } from '../core/text.ts';
import type { Facts, Hit } from './facts.ts';
import { FORM_MAX_SECONDS, FORM_MIN_SECONDS } from './form.ts';
import { hiddenCharacterIn } from './hidden-characters.ts';
import { blockedDomainIn, countLinks, firstWordIn } from './words.ts';

type Check = (facts: Facts, now: number) => Hit | undefined;

/** A check that hits with the detail it finds; `detail` never holds an e-mail or an address. */
const check =
  (
    verdict: Hit['verdict'],
    reason: Hit['reason'],
    find: (facts: Facts, now: number) => string | boolean | undefined,
  ): Check =>
  (facts, now) => {
    const found = find(facts, now);
    if (found === undefined || found === false) return undefined;
    return { verdict, reason, detail: found === true ? null : found };
  };

/** What is wrong with the form that the comment came from. */
const formTokenFault = ({ formToken, policy }: Facts, now: number): string | undefined => {
  if (formToken === 'absent') return policy.requireFormToken ? 'absent' : undefined;
  if (formToken === 'invalid') return 'invalid';
  if (formToken.isSpent) return 'reused';
  const ageMs = now - formToken.issuedAt;
  if (ageMs < FORM_MIN_SECONDS * 1_000) return 'too_fresh';
  return ageMs > FORM_MAX_SECONDS * 1_000 ? 'stale' : undefined;
};

/** In the order of REASONS. */
export const CHECKS: readonly Check[] = [
  check('spam', 'honeypot', ({ isHoneypotFilled }) => isHoneypotFilled),
  check('rejected', 'blocked_sender', ({ policy, authorEmail }) => {
    const emailKey = foldKey(authorEmail);
    return policy.blockSenders.some((email) => foldKey(email) === emailKey);
  }),
  check('rejected', 'blocked_domain', ({ policy, authorEmail, authorUrl, authorName, body }) =>
    blockedDomainIn([authorEmail, authorUrl ?? '', authorName, body], policy.blockDomains),
  ),
  check(
    'rejected',
    'blocked_address',
    ({ policy, address }) => address !== null && membershipOf(policy.blockAddresses)(address),
  ),
  check('rejected', 'blocked_word', ({ policy, text }) => firstWordIn(text, policy.blockWords)),
  check('pending', 'form_token', formTokenFault),
  check('pending', 'held_word', ({ policy, text }) => firstWordIn(text, policy.holdWords)),
  check('pending', 'too_many_links', ({ policy, body }) => {
    const links = countLinks(body);
    return links > policy.maxLinks && String(links);
  }),
  check(
    'pending',
    'hidden_characters',
    ({ authorName, body }) => hiddenCharacterIn(authorName) ?? hiddenCharacterIn(body),
  ),
  check('pending', 'staff_lookalike', ({ staffName }) => staffName),
  // Two are a couple at one table; the third is the one that makes it a crowd.
  check('pending', 'many_emails', ({ otherEmails }) => otherEmails >= 2),
  check('pending', 'first_time', ({ isKnownSender }) => !isKnownSender),
  check(
    'pending',
    'policy_moderated',
    ({ article, policy }) => commentPolicyOf(article, policy) === 'moderated',
  ),
  check('spam', 'akismet', ({ opinion }) => opinion === 'spam'),
  check('pending', 'akismet', ({ opinion }) => opinion === 'unavailable' && opinion),
];
