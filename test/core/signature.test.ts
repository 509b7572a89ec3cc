// Tokens that only we can have written.
import fc from 'fast-check';
import { test } from 'tap';
import { createSigner } from '../../src/core/signature.ts';

const signer = createSigner('a secret', 'preview', 'mp_');

test('what was signed is opened again, and is in the letters of a URL', async (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (payload) => {
      const token = signer.sign(payload);
      return signer.open(token) === payload && /^mp_[\w-]+$/.test(token);
    }),
  );
  t.pass();
});

test('nothing else is opened: edited, cut, of another purpose, prefix or secret', async (t) => {
  const token = signer.sign('payload');
  fc.assert(
    fc.property(fc.nat(token.length - 1), fc.constantFrom('A', 'B', '-', '.', '='), (at, letter) => {
      const edited = token.slice(0, at) + letter + token.slice(at + 1);
      return edited === token || signer.open(edited) === undefined;
    }),
  );
  for (let length = 0; length < token.length; length++)
    t.equal(signer.open(token.slice(0, length)), undefined);
  t.equal(signer.open(`${token}=`), undefined, 'another spelling of the same bytes');
  for (const other of [
    createSigner('a secret', 'form', 'mp_'),
    createSigner('a secret', 'preview', 'mf_'),
    createSigner('another', 'preview', 'mp_'),
  ]) {
    t.equal(signer.open(other.sign('payload')), undefined);
  }
});
