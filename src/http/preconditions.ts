// Conditional requests (RFC 9110 §13): If-Match against versions, If-None-Match against the hash of the bytes.
import { createHash } from 'node:crypto';
import type { Expected } from '../core/version.ts';
import { TAG_SUFFIX } from './coding.ts';

/** entity-tag = [ "W/" ] DQUOTE *etagc DQUOTE (RFC 9110 §8.8.3) */
const ENTITY_TAG = /(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/g;
const ENTITY_TAGS =
  /^\s*(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"(?:\s*,\s*(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*")*\s*$/;

/** If-Match compares strongly: a weak tag matches nothing. `undefined` when the header is not a list of tags. */
export const parseIfMatch = (header: string): Expected | undefined => {
  if (header.trim() === '*') return '*';
  if (!ENTITY_TAGS.test(header)) return undefined;
  return [...header.matchAll(ENTITY_TAG)]
    .filter(([, weak]) => weak === undefined)
    .map(([, , tag = '']) => tag);
};

/** Whether If-None-Match names `etag`, in whichever coding (weak comparison), or anything at all (`*`). */
export const matchesNone = (header: string | undefined, etag: string): boolean => {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  const wanted = etag.slice(1, -1);
  const forms = [wanted, wanted + TAG_SUFFIX.br, wanted + TAG_SUFFIX.gzip];
  return [...header.matchAll(ENTITY_TAG)].some(([, , tag = '']) => forms.includes(tag));
};

/** The Delivery API's ETag: a hash of the very bytes, so that it cannot tell of what they do not show. */
export const bytesTag = (bytes: Buffer): string =>
  `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
