// API keys as text.
import * as fc from 'fast-check';
import { test } from 'tap';
import { hashOfToken, hintOf, isToken, newToken } from '../../src/access/token.ts';

test('the last six characters are the CRC-32 of the random ones, in base62', async (t) => {
  // CRC-32 by zlib: 2700251856, 4139362634, 3879139628, 562…; the last one begins with a zero.
  for (const token of [
    'mh_000000000000000000000000000000002wjyrI',
    'mh_zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz4W8LJS',
    'mh_4fQz81LcR0nVbTq6yWm2PdXe9KsAg7Uh4EWTQC',
    'mh_000000000000000000000000000000130bKVjP',
  ]) {
    t.ok(isToken(token), token);
  }
});

test('a new key has the form of a key, and is like no other', async (t) => {
  const tokens = Array.from({ length: 200 }, newToken);
  t.ok(tokens.every(isToken));
  t.equal(new Set(tokens).size, 200);
  t.equal(new Set(tokens.map(hintOf)).size, 200);
  t.match(hintOf(tokens[0] ?? ''), /^mh_\w{8}$/);
});

test('a key with any character mistyped, lost or added is none', async () => {
  const base62 = fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz');
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 40 }), base62, (at, character) => {
      const token = newToken();
      const mistyped = token.slice(0, at) + character + token.slice(at + 1);
      const lost = token.slice(0, at) + token.slice(at + 1);
      const added = token.slice(0, at) + character + token.slice(at);
      return (mistyped === token || !isToken(mistyped)) && !isToken(lost) && !isToken(added);
    }),
  );
});

test('what is no key at all is none', async (t) => {
  for (const text of [
    '',
    'mh_',
    'mh_000000000000000000000000000000002wjyrI ',
    'MH_000000000000000000000000000000002wjyrI',
    `mh_${'ä'.repeat(38)}`,
  ]) {
    t.notOk(isToken(text), JSON.stringify(text));
  }
});

test('the hash does not hold the key', async (t) => {
  const token = newToken();
  t.match(hashOfToken(token), /^[\w-]{43}$/);
  t.not(hashOfToken(token), hashOfToken(newToken()));
  t.equal(hashOfToken(token), hashOfToken(token));
});
