// Proof of work, off by default: a reader's browser computes for half a second, which costs a reader nothing and a
// spammer a machine. The challenge is ALTCHA's (https://altcha.org, version 2), whose widget solves it without asking
// any other server. Who is without JavaScript cannot comment while it is on.
import { createHash, createHmac, randomInt } from 'node:crypto';
import { type Challenge, createChallenge, verifySolution } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import * as z from 'zod';
import type { CommentChallenge } from './policy.schema.ts';

/** As long as the form that it comes with. */
const CHALLENGE_TTL_MS = 24 * 60 * 60 * 1_000;

// On two-core hardware: 0.4 s to solve, under a millisecond to verify.
const COST = 1_000;
const COUNTER_MIN = 1_000;
const COUNTER_MAX = 2_000;

/** Keys of their own, so that a signature of one kind is never one of another. */
const keysOf = (secret: string) => {
  const key = (purpose: string) => createHmac('sha256', secret).update(purpose).digest('hex');
  return {
    hmacSignatureSecret: key('comment challenge'),
    hmacKeySignatureSecret: key('comment challenge solution'),
  };
};

/** A challenge for one comment on this article. */
export const drawChallenge = async (
  secret: string,
  articleId: string,
  now: number,
): Promise<CommentChallenge> => {
  const challenge = await createChallenge({
    algorithm: 'PBKDF2/SHA-256',
    cost: COST,
    counter: randomInt(COUNTER_MIN, COUNTER_MAX),
    // The library's own expiry reads the machine's clock; this one is compared with ours.
    data: { articleId, expiresAt: now + CHALLENGE_TTL_MS },
    deriveKey,
    ...keysOf(secret),
  });
  // Both signatures are there because both secrets were given, and the data because it was.
  return challenge as CommentChallenge;
};

/** As far as it must hold before the library looks at it. */
const Solved = z.object({
  challenge: z.object({
    parameters: z
      .looseObject({ data: z.object({ articleId: z.string(), expiresAt: z.number() }) })
      // The library verifies the signature over all of it before it reads anything.
      .transform((parameters) => parameters as unknown as Challenge['parameters']),
    signature: z.string(),
  }),
  solution: z.object({ counter: z.number(), derivedKey: z.string() }),
});

/** A challenge that was solved: for which article, and by what it is remembered until when. */
export interface SolvedChallenge {
  articleId: string;
  hash: string;
  expiresAt: number;
}

/** What the widget sent, base64 of JSON, as the challenge it solves; undefined where it solves none of ours. */
export const solvedChallenge = async (
  secret: string,
  sent: string | undefined,
  now: number,
): Promise<SolvedChallenge | undefined> => {
  try {
    const { challenge, solution } = Solved.parse(JSON.parse(Buffer.from(sent ?? '', 'base64').toString()));
    const { verified } = await verifySolution({
      challenge,
      solution: { ...solution, time: 0 },
      deriveKey,
      ...keysOf(secret),
    });
    // Signed, and so ours: see drawChallenge.
    const { articleId, expiresAt } = challenge.parameters.data as { articleId: string; expiresAt: number };
    if (!verified || expiresAt <= now) return undefined;
    return {
      articleId,
      expiresAt,
      hash: createHash('sha256').update(challenge.signature).digest('base64url'),
    };
  } catch {
    return undefined;
  }
};
