// What readers do: they draw a form and post. What a comment becomes is decided inside the transaction that saves it,
// so that no check can race; what only depends on its text is made ready before.
import { findArticleByReference } from '../articles/store.ts';
import type { Context, Log, Tx } from '../context.ts';
import { remembered } from '../core/lazy.ts';
import { type Allowance, onceMore } from '../core/rate-limit.ts';
import type { Db } from '../db/dialect.ts';
import { listSettings } from '../settings/store.ts';
import { siteView } from '../settings/view.ts';
import type { Asked, Opinion } from './akismet.ts';
import type { Facts, FormToken, Words } from './facts.ts';
import {
  FORM_MAX_SECONDS,
  FORM_MIN_SECONDS,
  HONEYPOT,
  issueFormToken,
  readFormToken,
  spentKey,
} from './form.ts';
import type { CommentForm, Policy } from './policy.schema.ts';
import { commentSettings, type PolicyDefaults, policyView } from './policy.service.ts';
import * as facts from './posting.store.ts';
import { drawChallenge, type SolvedChallenge, solvedChallenge } from './proof-of-work.ts';
import { closedRefusal, publicOnly, refusalOf, verdictOn } from './rules.ts';
import { BODY_MAX, NAME_MAX, type NewComment, type PostedComment } from './schema.ts';
import { fingerprintOf, type Sender, senderOf } from './sender.ts';
import * as store from './store.ts';
import { addComment } from './threads.ts';
import { postedView } from './view.ts';
import { lookOf, searchedText } from './words.ts';

export interface PostingDeps extends PolicyDefaults {
  /** Keys the hashes of senders, signs form tokens. */
  secret: string;
  isRateLimited: boolean;
  /** Asks an outside service about a comment, where one is configured. */
  askOutside?: ((asked: Asked, log: Log) => Promise<Opinion>) | undefined;
}

const MINUTE_SECONDS = 60;
const DAY_MS = 86_400_000;
const PER_ADDRESS = 10;
const PER_ARTICLE = 60;

/** A comment before it is decided about, and all that needs no transaction. */
export interface Attempt extends Words {
  policy: Policy;
  parentId: string | null;
  sender: Sender;
  address: string | null;
  fingerprint: string;
  staffName: string | undefined;
  isHoneypotFilled: boolean;
  formToken: string | undefined;
  hasSolution: boolean;
  challenge: SolvedChallenge | undefined;
  opinion: Opinion | undefined;
}

/** The looks of the newsroom's names, which every comment is compared with. */
const knownLookOf = remembered(10_000, lookOf);

/** The newsroom's name that a reader's cannot be told from. */
const staffNameLike = (name: string, staffNames: readonly string[]): string | undefined => {
  const look = lookOf(name);
  return look === '' ? undefined : staffNames.find((staff) => knownLookOf(staff) === look);
};

/** Everything of a comment that needs no transaction. */
export const attemptOf = async (
  { actor, read, clock }: Context,
  input: NewComment,
  deps: PostingDeps,
): Promise<Attempt> => {
  const {
    authorName,
    authorUrl = null,
    authorEmail,
    body,
    parentId = null,
    formToken,
    challengeSolution,
    homepage = '',
  } = input;
  const sender = senderOf(actor, authorEmail, deps.secret);
  const settings = await listSettings(read);
  const policy = policyView(settings, deps);
  const staffNames = [siteView(settings.site?.value).name, ...(await facts.listAuthorNames(read))];
  return {
    authorName,
    authorUrl,
    authorEmail,
    body,
    parentId,
    formToken,
    sender,
    text: searchedText([authorName, authorUrl ?? '', body]),
    policy,
    address: actor.kind === 'reader' ? actor.address : null,
    fingerprint: fingerprintOf(sender, { authorName, parentId, body }, deps.secret),
    staffName: staffNameLike(authorName, staffNames),
    isHoneypotFilled: homepage.trim() !== '',
    hasSolution: challengeSolution !== undefined,
    challenge: policy.proofOfWork
      ? await solvedChallenge(deps.secret, challengeSolution, clock())
      : undefined,
    opinion: undefined,
  };
};

export const findParent = async (db: Db, parentId: string | null): Promise<store.CommentRow | undefined> =>
  parentId === null ? undefined : store.findComment(db, parentId);

/** What this sender and this article have used of their share in the last minute. */
const allowancesOf = async (
  db: Db,
  { addressHash }: Sender,
  articleId: string,
  now: number,
): Promise<Allowance[]> => {
  const since = now - MINUTE_SECONDS * 1_000;
  const shared = { windowSeconds: MINUTE_SECONDS };
  const onArticle = await facts.listPostedOn(db, articleId, since, PER_ARTICLE);
  const article = { name: 'article', quota: PER_ARTICLE, ...shared, doneAt: onArticle };
  if (addressHash === null) return [article];
  const fromAddress = await facts.listPostedBy(db, 'addressHash', addressHash, since, PER_ADDRESS);
  return [{ name: 'address', quota: PER_ADDRESS, ...shared, doneAt: fromAddress }, article];
};

const formTokenOf = async (
  db: Db,
  token: string | undefined,
  articleId: string,
  secret: string,
): Promise<FormToken> => {
  if (token === undefined) return 'absent';
  const issuedAt = readFormToken(secret, articleId, token);
  if (issuedAt === undefined) return 'invalid';
  return { issuedAt, isSpent: (await facts.findSpentToken(db, spentKey(token))) !== undefined };
};

/** The attempt, and all that the database knows about it now. */
export const factsOf = async (
  db: Db,
  now: number,
  { formToken, challenge, ...attempt }: Attempt,
  article: Facts['article'],
  { secret, isRateLimited }: PostingDeps,
): Promise<Facts & { parent: store.CommentRow | undefined }> => {
  const { parentId, sender, authorName, fingerprint, policy } = attempt;
  return {
    ...attempt,
    article,
    parent: await findParent(db, parentId),
    allowances: isRateLimited ? await allowancesOf(db, sender, article.id, now) : [],
    isDuplicate: (await store.findDuplicate(db, article.id, fingerprint)) !== undefined,
    lastPostedAt: await facts.findLastPosted(db, sender, now - policy.floodSeconds * 1_000),
    isKnownSender: (await store.findApproved(db, sender.emailKey, authorName)) !== undefined,
    otherEmails: await facts.countOtherEmails(db, sender, now - DAY_MS, 2),
    formToken: await formTokenOf(db, formToken, article.id, secret),
    isChallengeSolved:
      challenge?.articleId === article.id && (await facts.findSpentToken(db, challenge.hash)) === undefined,
  };
};

/** What served for a comment serves for no other: its form token and its challenge. */
const spend = async (
  tx: Tx,
  { formToken: token, challenge }: Attempt,
  { formToken }: Facts,
): Promise<void> => {
  if (challenge !== undefined) await facts.insertSpentToken(tx.db, challenge, tx.now);
  if (token === undefined || typeof formToken === 'string' || formToken.isSpent) return;
  const expiresAt = formToken.issuedAt + FORM_MAX_SECONDS * 1_000 + 1;
  // What is too old is held for that, and need not be remembered.
  if (expiresAt > tx.now) await facts.insertSpentToken(tx.db, { hash: spentKey(token), expiresAt }, tx.now);
};

/**
 * The attempt with the opinion of the outside service, asked before the transaction and only where it can matter: of
 * what is refused or rejected anyway nobody else need know.
 */
const withOpinion = async (
  ctx: Context,
  reference: string,
  attempt: Attempt,
  deps: PostingDeps,
): Promise<Attempt> => {
  if (deps.askOutside === undefined) return attempt;
  const now = ctx.clock();
  const article = publicOnly(await findArticleByReference(ctx.read, reference), now);
  const known = await factsOf(ctx.read, now, attempt, article, deps);
  const isOpen =
    refusalOf(known, now) === undefined && /approved|pending/.test(verdictOn(known, now).verdict);
  return isOpen ? { ...attempt, opinion: await deps.askOutside(attempt, ctx.log) } : attempt;
};

export interface Posted {
  comment: PostedComment;
  /** What is left after it. */
  allowances: readonly Allowance[];
  now: number;
}

/** A reader's comment on the article of this id or slug. Throws what rules.ts refuses. */
export const postComment = async (
  ctx: Context,
  reference: string,
  input: NewComment,
  deps: PostingDeps,
): Promise<Posted> => {
  const attempt = await withOpinion(ctx, reference, await attemptOf(ctx, input, deps), deps);
  return ctx.write(async (tx): Promise<Posted> => {
    const article = publicOnly(await findArticleByReference(tx.db, reference), tx.now);
    await store.claimSenders(tx.db);
    const known = await factsOf(tx.db, tx.now, attempt, article, deps);
    const refusal = refusalOf(known, tx.now);
    if (refusal !== undefined) throw refusal;
    const { verdict, reasons } = verdictOn(known, tx.now);
    await spend(tx, attempt, known);
    const { authorName, authorUrl, body, fingerprint } = attempt;
    const said = {
      articleId: article.id,
      authorName,
      authorUrl,
      body,
      isStaff: false,
      status: verdict,
      fingerprint,
      reasons,
    };
    const row = await addComment(tx, known.parent, said, attempt.sender);
    const allowances = known.allowances.map((one) => onceMore(one, tx.now));
    return { comment: postedView(row), allowances, now: tx.now };
  });
};

/** What a comment form on this article needs. Throws as posting would where no comment can be taken. */
export const drawForm = async (ctx: Context, reference: string, deps: PostingDeps): Promise<CommentForm> => {
  const now = ctx.clock();
  const article = publicOnly(await findArticleByReference(ctx.read, reference), now);
  const policy = await commentSettings(ctx.read, deps);
  const refusal = closedRefusal({ article, policy }, now);
  if (refusal !== undefined) throw refusal;
  return {
    articleId: article.id,
    token: issueFormToken(deps.secret, article.id, now),
    honeypot: HONEYPOT,
    limits: {
      authorName: NAME_MAX,
      body: BODY_MAX,
      floodSeconds: policy.floodSeconds,
      minSeconds: FORM_MIN_SECONDS,
      maxSeconds: FORM_MAX_SECONDS,
    },
    ...(policy.proofOfWork ? { challenge: await drawChallenge(deps.secret, article.id, now) } : {}),
  };
};
