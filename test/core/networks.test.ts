import { test } from 'tap';
import { isNetwork, membershipOf, networkOf } from '../../src/core/networks.ts';

test('a network is an address, or one with a number of bits', async (t) => {
  for (const text of [
    '203.0.113.7',
    '203.0.113.0/24',
    '2001:db8::/32',
    '::1',
    '10.0.0.0/1',
    '2001:db8::/128',
  ])
    t.ok(isNetwork(text), text);
  for (const text of [
    '',
    '0.0.0.0/0',
    '10.0.0.0/33',
    '::/129',
    'host.example',
    '1.2.3.4/',
    '1.2.3.4/8/8',
    '/8',
  ])
    t.notOk(isNetwork(text), text);
});

test('an address is in its networks, in whatever way it is written', async (t) => {
  const isThere = membershipOf(['203.0.113.0/24', '198.51.100.7', '2001:db8:1::/48']);
  for (const text of [
    '203.0.113.255',
    '198.51.100.7',
    '2001:db8:1:2::3',
    '2001:DB8:1::',
    '::ffff:203.0.113.9',
    '198.51.100.7:4711',
    '[2001:db8:1::]:4711',
  ])
    t.ok(isThere(text), text);
  for (const text of ['203.0.114.1', '198.51.100.8', '2001:db8:2::', 'unknown', ''])
    t.notOk(isThere(text), text);
});

test('of an address only the network is kept', async (t) => {
  const prefixes = {
    '198.51.100.23': '198.51.100.0/24',
    '2001:db8:1:2:3:4:5:6': '2001:db8:1::/48',
    '2001:db8::1': '2001:db8::/48',
    '::1': '::/48',
    '::': '::/48',
    'fe80::1%eth0': 'fe80::/48',
    '::ffff:198.51.100.23': '198.51.100.0/24',
    '::FFFF:c633:6417': '198.51.100.0/24',
    '::fffe:c633:6417': '::/48',
    '198.51.100.23:4711': '198.51.100.0/24',
    '[2001:db8::1]:4711': '2001:db8::/48',
  };
  for (const [address, prefix] of Object.entries(prefixes))
    t.equal(networkOf(address)?.prefix, prefix, address);
  for (const text of ['', 'unknown', '198.51.100', '198.51.100:80', '[unknown]:80', '_hidden'])
    t.equal(networkOf(text), undefined, `no address: ${text}`);
});
