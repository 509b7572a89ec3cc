// For whom the holder of a key speaks.
import { test } from 'tap';
import { createSpeakerOf } from '../../src/http/speaker.ts';

const READER = '198.51.100.20';
const SITE = '203.0.113.5';

test('a site that renders on a server speaks for the address it names last', async (t) => {
  const speakerOf = createSpeakerOf([]);
  t.equal(speakerOf(READER, SITE), READER);
  t.equal(
    speakerOf(` 10.1.1.1 ,  ${READER} `, SITE),
    READER,
    'what a reader made up to the left is not believed',
  );
  t.equal(speakerOf('2001:db8::7', SITE), '2001:db8::7');
});

test('a port that a proxy wrote behind an address is no part of it', async (t) => {
  const speakerOf = createSpeakerOf(['10.0.0.0/8', 'fd00::/8']);
  t.equal(speakerOf(`${READER}:4711`, SITE), READER);
  t.equal(speakerOf('[2001:db8::7]:4711', SITE), '2001:db8::7');
  t.equal(speakerOf('[2001:db8::7]', SITE), '2001:db8::7');
  t.equal(speakerOf(`${READER}:4711, ${SITE}:80, 10.1.2.3:443, [fd00::9]:443`, SITE), READER);
});

test('without an address it speaks for itself', async (t) => {
  const speakerOf = createSpeakerOf(['10.0.0.0/8']);
  for (const forwarded of [
    undefined,
    '',
    'unknown',
    'localhost',
    '1.2.3',
    `${READER}:port`,
    '[unknown]:4711',
    '<script>',
    `${READER}, nonsense`,
    '10.0.0.1',
    SITE,
  ]) {
    t.equal(speakerOf(forwarded, SITE), SITE, String(forwarded));
  }
});

test('the proxies between do not count, whether they lie before the site or behind it', async (t) => {
  const speakerOf = createSpeakerOf(['10.0.0.0/8', '192.0.2.1', 'fd00::/8', '2001:db8::1']);
  t.equal(speakerOf(`${READER}, 10.1.2.3, 192.0.2.1, fd00::9, 2001:db8::1, ::ffff:10.0.0.4`, SITE), READER);
  t.equal(speakerOf(`${READER}, ${SITE}, 10.1.2.3`, SITE), READER);
  t.equal(speakerOf(`${READER}, 192.0.2.2`, SITE), '192.0.2.2');
});
