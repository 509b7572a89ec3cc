import { test } from 'tap';
import type { Facts } from '../../src/comments/facts.ts';
import {
  gravest,
  isShown,
  parentRefusal,
  publicOnly,
  refusalOf,
  verdictOn,
} from '../../src/comments/rules.ts';
import { MAX_DEPTH } from '../../src/comments/schema.ts';
import { Problem } from '../../src/core/problem.ts';
import { article, factsOf, now, policy } from './facts.ts';

const parent = { articleId: 'here', status: 'approved', depth: 1 } as const;

const refusalWith = (more: Partial<Facts>) => refusalOf(factsOf(more), now)?.code;
const verdictWith = (more: Partial<Facts>) => {
  const { verdict, reasons } = verdictOn(factsOf(more), now);
  return { verdict, reasons: reasons.map(({ reason }) => reason) };
};

test('a known sender on an open article is approved, without a reason', async (t) => {
  t.equal(refusalWith({}), undefined);
  t.same(verdictWith({}), { verdict: 'approved', reasons: [] });
});

test('an article that is not public is not there', async (t) => {
  const codeOf = (row: typeof article | undefined, at: number) => {
    try {
      return publicOnly(row, at) === row;
    } catch (error) {
      return error instanceof Problem && error.code;
    }
  };
  t.equal(codeOf(undefined, now), 'not_found', 'unknown');
  t.equal(codeOf({ ...article, publicFrom: null as never }, now), 'not_found', 'a draft');
  t.equal(codeOf({ ...article, publicFrom: now + 1 }, now), 'not_found', 'scheduled');
  t.equal(codeOf({ ...article, publicUntil: now as never }, now), 'withdrawn', 'withdrawn');
  t.equal(codeOf(article, now), true, 'public');
  t.equal(codeOf(article, article.publicFrom), true, 'public from its very instant');
});

test('comments are closed by policy and from their closing instant on', async (t) => {
  t.equal(refusalWith({ article: { ...article, commentPolicy: 'closed' } }), 'comments_closed');
  t.equal(refusalWith({ article: { ...article, commentsCloseAt: now } }), 'comments_closed');
  t.equal(refusalWith({ article: { ...article, commentsCloseAt: now + 1 } }), undefined);
});

test('a parent must be visible, here, and above the deepest level', async (t) => {
  const under = (more: object) => refusalWith({ parentId: 'p', parent: { ...parent, ...more } });
  t.equal(under({}), undefined);
  t.equal(under({ depth: MAX_DEPTH - 1 }), undefined);
  t.equal(under({ depth: MAX_DEPTH }), 'parent_invalid', 'too deep');
  t.equal(under({ articleId: 'elsewhere' }), 'parent_invalid', 'of another article');
  for (const status of ['pending', 'spam', 'rejected', 'deleted'] as const) {
    t.equal(under({ status }), 'parent_invalid', status);
  }
  t.equal(refusalWith({ parentId: 'p', parent: undefined }), 'parent_invalid', 'unknown');
  t.match(parentRefusal({ article, parentId: 'p', parent: undefined })?.errors, [{ pointer: '/parentId' }]);
});

test('the same text from the same sender in the same place is refused', async (t) => {
  t.equal(refusalWith({ isDuplicate: true }), 'comment_duplicate');
});

test('without a flood time nobody waits, not even who was overtaken by a later comment', async (t) => {
  const unhurried = { ...policy, floodSeconds: 0 };
  for (const lastPostedAt of [now - 1, now, now + 5])
    t.equal(refusalWith({ policy: unhurried, lastPostedAt }), undefined);
});

test('a sender waits for the flood time, rounded up to whole seconds', async (t) => {
  const after = (ms: number) => refusalOf(factsOf({ lastPostedAt: now - ms }), now);
  t.match(after(0), { code: 'comment_flood', headers: { 'Retry-After': '15' } });
  t.match(after(1), { headers: { 'Retry-After': '15' } });
  t.match(after(14_999), { headers: { 'Retry-After': '1' } });
  t.equal(after(15_000), undefined);
});

test('a quota that is used up is waited for, and work that is asked for is done', async (t) => {
  const allowances = [{ name: 'address', quota: 1, windowSeconds: 60, doneAt: [now - 20_000] }];
  t.match(refusalOf(factsOf({ allowances }), now), {
    code: 'rate_limited',
    headers: {
      'Retry-After': '40',
      RateLimit: '"address";r=0;t=40',
      'RateLimit-Policy': '"address";q=1;w=60',
    },
  });
  const laborious = { ...policy, proofOfWork: true };
  t.equal(refusalWith({ policy: laborious }), 'challenge_unsolved');
  t.equal(refusalWith({ policy: laborious, isChallengeSolved: true }), undefined);
});

test('refusals come in their order, each hiding those behind it', async (t) => {
  // Each falls away in turn.
  const all: [string | undefined, Partial<Facts>][] = [
    ['comments_closed', { article: { ...article, commentPolicy: 'closed' } }],
    ['rate_limited', { allowances: [{ name: 'address', quota: 1, windowSeconds: 60, doneAt: [now] }] }],
    ['parent_invalid', { parentId: 'p' }],
    ['challenge_unsolved', { policy: { ...policy, proofOfWork: true } }],
    ['comment_duplicate', { isDuplicate: true }],
    ['comment_flood', { lastPostedAt: now }],
    [undefined, {}],
  ];
  for (const [index, [code]] of all.entries()) {
    t.equal(
      refusalWith(Object.assign({}, ...all.slice(index).map(([, facts]) => facts))),
      code,
      String(code),
    );
  }
});

test('a sender without an approved comment waits', async (t) => {
  t.same(verdictWith({ isKnownSender: false }), { verdict: 'pending', reasons: ['first_time'] });
});

test('on a moderated article everybody waits', async (t) => {
  const moderated = { ...article, commentPolicy: 'moderated' } as const;
  t.same(verdictWith({ article: moderated }), { verdict: 'pending', reasons: ['policy_moderated'] });
});

test('every hit is kept, in the order of the checks', async (t) => {
  const moderated = { ...article, commentPolicy: 'moderated' } as const;
  t.same(verdictOn(factsOf({ article: moderated, isKnownSender: false }), now), {
    verdict: 'pending',
    reasons: [
      { reason: 'first_time', detail: null },
      { reason: 'policy_moderated', detail: null },
    ],
  });
});

test('the gravest verdict wins', async (t) => {
  const of = (...verdicts: ReturnType<typeof gravest>[]) => gravest(verdicts.map((verdict) => ({ verdict })));
  t.equal(of('pending', 'spam', 'rejected', 'approved'), 'spam');
  t.equal(of('pending', 'rejected', 'approved'), 'rejected');
  t.equal(of('approved', 'pending'), 'pending');
  t.equal(of('approved'), 'approved');
  t.equal(of(), 'approved');
});

test('what is not approved is shown for its shown replies alone', async (t) => {
  t.equal(isShown({ status: 'approved', replyCount: 0 }), true);
  t.equal(isShown({ status: 'deleted', replyCount: 1 }), true);
  t.equal(isShown({ status: 'deleted', replyCount: 0 }), false);
});
