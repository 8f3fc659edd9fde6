import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerFault } from '#notify/answer-fault.ts';

const fault = (status: number, retryAfterMs?: number) => answerFault({ status, retryAfterMs, body: 'hunter2' });

test('any 2xx was heard; whatever else came may pass, but for what is gone', () => {
  for (const status of [200, 202, 204]) assert.equal(fault(status), undefined);
  for (const status of [302, 400, 401, 404, 429, 500, 503])
    assert.deepEqual(fault(status), { reason: `status_${status}`, isFinal: false });
  assert.deepEqual(fault(410), { reason: 'status_410', isFinal: true });
  assert.deepEqual(fault(429, 5_000), { reason: 'status_429', isFinal: false, retryAfterMs: 5_000 });
});
