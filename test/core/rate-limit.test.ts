import { test } from 'tap';
import { rateLimitHeaders, waitSeconds } from '../../src/core/rate-limit.ts';

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
