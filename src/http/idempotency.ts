// Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): one key, one effect, one answer, for 24 hours.
// The second of two simultaneous requests waits here for the first and then replays it; in another process it
// collides on the receipt's key, rolls back and replays likewise.
import { createHash } from 'node:crypto';
import type { Receipt } from '../context.ts';
import type { Clock } from '../core/clock.ts';
import { Problem } from '../core/problem.ts';
import type { Db } from '../db/dialect.ts';
import { findReceipt, insertReceipt, type StoredAnswer } from '../db/receipts.ts';
import type { Reply } from './endpoint.ts';

export interface KeyedRequest {
  /** As sent in Idempotency-Key. */
  key: string;
  /** The name of the API key, or the address of a reader. */
  caller: string;
  /** The address asked, query included. */
  route: string;
  body: unknown;
}

export interface Answered {
  reply: Reply;
  isReplayed: boolean;
}

const hash = (...parts: string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url');

const replay = ({ status, headers, body }: StoredAnswer): Answered => ({
  reply: { status, headers, ...(body === '' ? {} : { body: JSON.parse(body) }) },
  isReplayed: true,
});

/** Does the work and makes its answer; the receipt is made from the same `replyTo`. */
export type Work = (receiptFor: (replyTo: (result: unknown) => Reply) => Receipt) => Promise<Reply>;

export interface Idempotency {
  /**
   * Runs `work` once for this key and gives its answer, or the stored one. `work` is handed what makes the receipt
   * that its write must call. Throws `idempotency_key_reused` when the key stands for another body, and
   * `validation_failed` for a bad key.
   */
  once(db: Db, request: KeyedRequest, clock: Clock, work: Work): Promise<Answered>;
}

export const createIdempotency = (): Idempotency => {
  const running = new Map<string, Promise<unknown>>();

  const stored = async (
    db: Db,
    key: string,
    bodyHash: string,
    now: number,
  ): Promise<Answered | undefined> => {
    const answer = await findReceipt(db, key, now);
    if (answer !== undefined && answer.bodyHash !== bodyHash) {
      throw new Problem(
        'idempotency_key_reused',
        'This Idempotency-Key stands for a request with another body.',
      );
    }
    return answer === undefined ? undefined : replay(answer);
  };

  return {
    async once(db, request, clock, work) {
      if (!/^[\x21-\x7e]{1,255}$/.test(request.key)) {
        throw new Problem('validation_failed', 'Not valid: Idempotency-Key.', {
          errors: [
            {
              parameter: 'Idempotency-Key',
              code: 'invalid',
              message: 'must be 1–255 visible ASCII characters',
            },
          ],
        });
      }
      const key = hash(request.caller, request.route, request.key);
      // With the key, which is stored nowhere: without it, who holds the database could try e-mails against the hash.
      const bodyHash = hash(request.key, JSON.stringify(request.body) ?? '');
      while (running.has(key)) await running.get(key);

      const receiptFor =
        (replyTo: (result: unknown) => Reply): Receipt =>
        async (tx, result) => {
          const { status, headers = {}, body, storedBody = body, commentId = null } = replyTo(result);
          const text = storedBody === undefined ? '' : JSON.stringify(storedBody);
          // What was left then is not what is left when the answer is replayed.
          const { RateLimit: _, 'RateLimit-Policy': __, ...lasting } = headers;
          await insertReceipt(
            tx.db,
            key,
            { bodyHash, status, headers: lasting, body: text, commentId },
            tx.now,
          );
        };
      const attempt = async (): Promise<Answered> => {
        const before = await stored(db, key, bodyHash, clock());
        if (before !== undefined) return before;
        try {
          return { reply: await work(receiptFor), isReplayed: false };
        } catch (error) {
          // Another process may have been faster: then this one failed on its receipt, or on what it had made already.
          const faster = await stored(db, key, bodyHash, clock());
          if (faster === undefined) throw error;
          return faster;
        }
      };
      const attempted = attempt();
      const forget = () => void running.delete(key);
      running.set(key, attempted.then(forget, forget));
      return attempted;
    },
  };
};
