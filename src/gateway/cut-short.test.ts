import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutShortBy } from '#gateway/cut-short.ts';
import { toWireError } from '#gateway/errors.ts';
import { fakeGateway } from '#test/fakes/gateway.ts';

test('a call is cut short only once the time to stop is over, and its client is not told to try again blindly', () => {
  const gateway = fakeGateway();
  gateway.drain();
  assert.equal(cutShortBy(gateway, 'unknown'), undefined);
  gateway.stop();
  const refusal = cutShortBy(gateway, 'unknown');
  assert.deepEqual(refusal, { code: 'stopping', reason: 'cut_short', executed: 'unknown' });
  const error = toWireError(refusal ?? assert.fail());
  assert.deepEqual([error.status, error.executed, error.retryAfterMs], [503, 'unknown', undefined]);
  assert.doesNotMatch(error.message, /try again/);
});
