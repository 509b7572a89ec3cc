import { test } from 'tap';
import {
  currently,
  limitRefusal,
  onceMore,
  rateLimitHeaders,
  waitSeconds,
} from '../../src/core/rate-limit.ts';

const now = 1_000_000;
const allowance = (name: string, quota: number, doneAt: number[]) => ({
  name,
  quota,
  windowSeconds: 60,
  doneAt,
});

test('a quota that is not used up lets in at once', async (t) => {
  t.equal(waitSeconds([], now), 0);
  t.equal(waitSeconds([allowance('address', 2, [now])], now), 0);
});

test('a quota that is used up opens when its oldest leaves the window, rounded up', async (t) => {
  t.equal(waitSeconds([allowance('address', 2, [now - 1, now - 58_500])], now), 2);
  t.equal(
    waitSeconds([allowance('a', 1, [now - 50_000]), allowance('b', 1, [now - 10_000])], now),
    50,
    'the longest',
  );
  t.equal(waitSeconds([allowance('address', 1, [now - 60_000])], now), 0, 'it has just left');
});

test('the headers say what is left, and when there is more', async (t) => {
  t.same(rateLimitHeaders([], now), {});
  t.same(rateLimitHeaders([allowance('address', 2, [now]), allowance('article', 60, [])], now), {
    RateLimit: '"address";r=1;t=60, "article";r=60;t=60',
    'RateLimit-Policy': '"address";q=2;w=60, "article";q=60;w=60',
  });
  t.match(rateLimitHeaders([allowance('address', 2, [now - 1_000, now - 30_000, now - 40_000])], now), {
    RateLimit: '"address";r=0;t=30',
  });
});

test('what has left the window counts no more, nor what a clock that was set back left in the future', async (t) => {
  const { doneAt } = currently(allowance('key', 3, [now + 1, now, now - 59_999, now - 60_000]), now);
  t.same(doneAt, [now, now - 59_999]);
});

test('a refusal says how long to wait, and nothing is refused that is allowed', async (t) => {
  const used = onceMore(allowance('key', 2, [now - 20_000]), now);
  t.same(used.doneAt, [now, now - 20_000]);
  t.match(limitRefusal([allowance('address', 2, []), used], now), {
    code: 'rate_limited',
    message: 'Try again in 40 seconds.',
    headers: { 'Retry-After': '40', RateLimit: '"address";r=2;t=60, "key";r=0;t=40' },
  });
  t.equal(limitRefusal([used], now + 40_000), undefined);
  t.equal(limitRefusal([], now), undefined);
});
