import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createQuotas } from '#gateway/quotas.ts';
import { LIMITS } from '#limits.ts';

test('with the defaults neither an office behind one address nor a benchmark of 3,000 calls a second meets the limit of a source', () => {
  const { sources } = createQuotas(LIMITS);
  for (let at = 0; at < 60_000; at += 1) assert.equal(sources.request('203.0.113.9', at / 3), 0);
});

test('two gateways of one process do not count together', () => {
  const limits = { ...LIMITS, callerCallsBurst: 1 };
  assert.equal(createQuotas(limits).callers.call('ada', 0), 0);
  assert.equal(createQuotas(limits).callers.call('ada', 0), 0);
});
