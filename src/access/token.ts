// API keys as text: `mh_`, 32 random base62 characters, and 6 more that are their CRC-32, so that a mistyped or
// made-up key is refused before the database is asked. Only a SHA-256 is stored: 190 random bits need no slow hash.
import { createHash, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const PREFIX = 'mh_';
const RANDOM_LENGTH = 32;
const CHECK_LENGTH = 6;
const HINT_LENGTH = 8;

/** CRC-32 (IEEE 802.3) of `text` in base62, padded with zeros. */
const checksumOf = (text: string): string => {
  let rest = crc32(text);
  let digits = '';
  for (let place = 0; place < CHECK_LENGTH; place++) {
    digits = ALPHABET[rest % 62] + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
};

/** A new key; its only copy. */
export const newToken = (): string => {
  const random = Array.from({ length: RANDOM_LENGTH }, () => ALPHABET[randomInt(62)]).join('');
  return PREFIX + random + checksumOf(random);
};

export const isToken = (text: string): boolean => {
  const random = text.slice(PREFIX.length, PREFIX.length + RANDOM_LENGTH);
  return /^mh_[0-9A-Za-z]{38}$/.test(text) && text.slice(-CHECK_LENGTH) === checksumOf(random);
};

export const hashOfToken = (token: string): string => createHash('sha256').update(token).digest('base64url');

/** The first characters: enough to tell keys apart in a list, useless to guess the rest. */
export const hintOf = (token: string): string => token.slice(0, PREFIX.length + HINT_LENGTH);
