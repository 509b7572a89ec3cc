// What a comment form carries: a token that says when it was drawn, and for which article. A machine that posts at
// once, or with yesterday's form, or twice with the same one, shows itself. The token says nothing about the reader.
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Nobody reads, writes and sends faster. */
export const FORM_MIN_SECONDS = 3;
/** A page left open overnight still works. */
export const FORM_MAX_SECONDS = 24 * 60 * 60;

/** The field that no reader sees and machines fill in. */
export const HONEYPOT = 'homepage';

const signatureOf = (secret: string, articleId: string, payload: string): Buffer =>
  createHmac('sha256', secret).update(`comment form\n${articleId}\n${payload}`).digest();

/** A token for one form on this article. */
export const issueFormToken = (secret: string, articleId: string, now: number): string => {
  // Two readers may open the page in the same millisecond.
  const payload = `${now.toString(36)}.${randomBytes(9).toString('base64url')}`;
  return `${payload}.${signatureOf(secret, articleId, payload).toString('base64url')}`;
};

/** When a token for this article was issued; undefined for what is none of ours. */
export const readFormToken = (secret: string, articleId: string, token: string): number | undefined => {
  const [payload, at, signature] = /^(([\da-z]{1,10})\.[\w-]{12})\.([\w-]{43})$/.exec(token)?.slice(1) ?? [];
  if (payload === undefined || at === undefined || signature === undefined) return undefined;
  const expected = signatureOf(secret, articleId, payload);
  const isOurs = timingSafeEqual(Buffer.from(signature, 'base64url'), expected);
  return isOurs ? Number.parseInt(at, 36) : undefined;
};

/** What is remembered of a token that was used; the token itself would let whoever reads the table post with it. */
export const spentKey = (token: string): string => createHash('sha256').update(token).digest('base64url');
