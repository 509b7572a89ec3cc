// Which requests the cache may answer, and under which name.
import type { IncomingMessage } from 'node:http';
import { test } from 'tap';
import { keyOf } from '../../src/http/cache-key.ts';

/** A cast, for of a request only these are looked at. */
const request = (parts: Partial<IncomingMessage>): IncomingMessage =>
  ({ method: 'GET', headers: { host: 'cms.example' }, httpVersion: '1.1', ...parts }) as IncomingMessage;

test('one address has one name, in whatever order its parameters come', async (t) => {
  t.equal(keyOf(request({ url: '/v1/articles' })), '/v1/articles');
  t.equal(keyOf(request({ url: '/v1/articles?' })), '/v1/articles');
  t.equal(keyOf(request({ url: '/v1/articles?b=2&a=1' })), '/v1/articles?a=1&b=2');
  t.equal(keyOf(request({ url: '/v1/articles?b=2&a=1' })), '/v1/articles?a=1&b=2', 'remembered');
  t.equal(keyOf(request({ url: '/v1/articles?tag=a' })), '/v1/articles?tag=a');
  const long = `/v1/articles?exclude=${'x'.repeat(400)}&tag=a`;
  t.equal(keyOf(request({ url: long })), long);
});

test('of what is no public read it knows nothing', async (t) => {
  t.equal(keyOf(request({})), undefined, 'no address');
  for (const url of ['/v1/manage/articles', '/docs', '/']) t.equal(keyOf(request({ url })), undefined, url);
  t.equal(keyOf(request({ method: 'POST', url: '/v1/articles' })), undefined);
  t.equal(keyOf(request({ url: '/v1/articles', headers: {} })), undefined, 'the router refuses it');
  t.equal(keyOf(request({ url: '/v1/articles', headers: {}, httpVersion: '1.0' })), '/v1/articles');
});
