// Texts that only we can have written: a payload and its signature, in the letters of a URL. A purpose keeps what was
// signed for one thing from being taken for another; a prefix tells people, and the log, what they have in hand.
import { createHmac, timingSafeEqual } from 'node:crypto';

/** 128 bits: nobody guesses one within the life of a secret. */
const SIGNATURE_BYTES = 16;

export interface Signer {
  /** The payload, readable by anybody, with its signature. */
  sign(payload: string): string;
  /** The payload of a token that was signed here; undefined for every other text. */
  open(token: string): string | undefined;
}

/** Signs with `secret` for one `purpose`; tokens begin with `prefix`. */
export const createSigner = (secret: string, purpose: string, prefix: string): Signer => {
  const signatureOf = (payload: string): Buffer =>
    createHmac('sha256', secret).update(`${purpose}\n${payload}`).digest().subarray(0, SIGNATURE_BYTES);
  return {
    sign: (payload) =>
      prefix + Buffer.concat([signatureOf(payload), Buffer.from(payload)]).toString('base64url'),
    open(token) {
      const bytes = Buffer.from(token.slice(prefix.length), 'base64url');
      const payload = bytes.subarray(SIGNATURE_BYTES).toString();
      const signature = bytes.subarray(0, SIGNATURE_BYTES);
      if (signature.length < SIGNATURE_BYTES || !timingSafeEqual(signature, signatureOf(payload)))
        return undefined;
      // base64url has several spellings of one value; only the one we wrote is ours.
      return prefix + bytes.toString('base64url') === token ? payload : undefined;
    },
  };
};

/** By what a text, such as an address, is known again; without `secret` nobody can try which text it was. */
export const keyedHash = (secret: string, purpose: string, text: string): string =>
  createHmac('sha256', secret).update(`${purpose}\n${text}`).digest('base64url');
