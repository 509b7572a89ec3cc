import { test } from 'tap';
import { fingerprintOf, senderOf } from '../../src/comments/sender.ts';
import type { Actor } from '../../src/context.ts';

const SECRET = 'one secret of one site';
const reader = (address: string, agent: string | null = 'A browser'): Actor => ({
  kind: 'reader',
  address,
  agent,
});

test('a sender is known again by an IPv4 address, and by the /64 of an IPv6 one', async (t) => {
  const hashOf = (address: string, secret = SECRET) =>
    senderOf(reader(address), 'a@b.example', secret).addressHash;
  t.equal(hashOf('198.51.100.23'), hashOf('::ffff:198.51.100.23'));
  t.not(hashOf('198.51.100.23'), hashOf('198.51.100.24'));
  t.equal(hashOf('2001:db8:1:2::7'), hashOf('2001:DB8:1:2:ffff::9'));
  t.not(hashOf('2001:db8:1:2::7'), hashOf('2001:db8:1:3::7'));
  t.not(
    hashOf('198.51.100.23'),
    hashOf('198.51.100.23', 'another secret'),
    'nobody can try addresses without the secret',
  );
  t.equal(hashOf('unknown'), null);
});

test('an e-mail is known again in any case, and an agent is cut', async (t) => {
  t.match(senderOf(reader('198.51.100.23', 'x'.repeat(9_000)), 'Maria@Reader.example', SECRET), {
    email: 'Maria@Reader.example',
    emailKey: 'maria@reader.example',
    addressPrefix: '198.51.100.0/24',
    agent: 'x'.repeat(500),
  });
  t.equal(senderOf(reader('198.51.100.23', null), 'a@b.example', SECRET).agent, null);
});

test('the operator has neither address nor agent', async (t) => {
  t.match(senderOf({ kind: 'system' }, 'a@b.example', SECRET), {
    addressPrefix: null,
    addressHash: null,
    agent: null,
  });
});

test('a fingerprint is of author, place and text, whatever their case and blanks', async (t) => {
  const of = (email: string, authorName: string, parentId: string | null, body: string) =>
    fingerprintOf(senderOf(reader('198.51.100.23'), email, SECRET), { authorName, parentId, body }, SECRET);
  const first = of('maria@reader.example', 'Maria', null, 'Well said.');
  t.equal(of('MARIA@reader.example', 'maria', null, ' well  SAID.\n'), first);
  t.not(of('mario@reader.example', 'Maria', null, 'Well said.'), first);
  t.not(of('maria@reader.example', 'Mario', null, 'Well said.'), first);
  t.not(of('maria@reader.example', 'Maria', 'parent', 'Well said.'), first);
  t.not(of('maria@reader.example', 'Maria', null, 'Well said!'), first);
});
