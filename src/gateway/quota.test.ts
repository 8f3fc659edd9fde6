import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rateLimitHeaders } from '#gateway/quota.ts';

test('a rate is told with its window and when there is more', () => {
  assert.deepEqual(rateLimitHeaders({ policy: 'source', size: 600, unit: 'requests', windowMs: 60_000 }, 1_200), [
    ['ratelimit-policy', '"source";q=600;w=60'],
    ['ratelimit', '"source";r=0;t=2'],
  ]);
});

test('bytes say that they are bytes', () => {
  assert.deepEqual(
    rateLimitHeaders({ policy: 'b', size: 65_535, unit: 'content-bytes', windowMs: 3_600_000 }, 1)[0]?.[1],
    '"b";q=65535;qu="content-bytes";w=3600',
  );
});

test('what is counted at one moment has no window, and nobody knows when there is more', () => {
  assert.deepEqual(
    rateLimitHeaders({ policy: 'calls', size: 8, unit: 'concurrent-requests', windowMs: undefined }, 1_000),
    [
      ['ratelimit-policy', '"calls";q=8;qu="concurrent-requests"'],
      ['ratelimit', '"calls";r=0'],
    ],
  );
});

test('windows and waits of parts of a second are told as one, never as none', () => {
  const [policy, rate] = rateLimitHeaders({ policy: 'p', size: 2.5, unit: 'requests', windowMs: 10 }, 0.1);
  assert.deepEqual([policy?.[1], rate?.[1]], ['"p";q=2;w=1', '"p";r=0;t=1']);
});
