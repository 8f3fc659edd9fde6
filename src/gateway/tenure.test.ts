import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endOf, isOver, lapseOf } from '#gateway/tenure.ts';
import { err } from '#result.ts';
import { fakeGateway, identified, repliedOf } from '#test/fakes/gateway.ts';

test('a caller who still is somebody neither lapses nor ends', async () => {
  const gateway = fakeGateway();
  const call = await identified(gateway);
  assert.deepEqual(
    [lapseOf(call, gateway, 'no'), endOf(call, gateway, 'no'), isOver(call, gateway)],
    [undefined, undefined, false],
  );
});

test('a revoked caller ends at once, and so does one of whom nothing is known any more', async () => {
  const gateway = fakeGateway();
  const call = await identified(gateway);
  gateway.identity.rechecking = () => err('revoked');
  const revoked = { code: 'unauthenticated', reason: 'revoked', executed: 'unknown' };
  assert.deepEqual([lapseOf(call, gateway, 'unknown'), endOf(call, gateway, 'unknown')], [revoked, revoked]);
  gateway.identity.rechecking = () => err('revocations_unknown');
  assert.deepEqual(endOf(call, gateway, 'unknown'), {
    code: 'identity_unavailable',
    reason: 'revocations_unknown',
    retryAfterMs: 5_000,
    executed: 'unknown',
  });
  assert.equal(isOver(call, gateway), true);
});

test('after the end of the token nothing begins; what has released nothing may still be answered, for so long and no longer', async () => {
  const gateway = fakeGateway();
  const call = await identified(gateway);
  gateway.identity.rechecking = () => err('expired');
  gateway.advance(call.verified.expiresAtMs - gateway.clock());
  const expired = { code: 'unauthenticated', reason: 'token_expired', executed: 'unknown' };
  assert.deepEqual(lapseOf(call, gateway, 'unknown'), expired);
  assert.equal(endOf(call, gateway, 'unknown'), undefined);
  gateway.advance(gateway.limits.expiredAnswerMs - 1);
  assert.equal(isOver(call, gateway), false);
  gateway.advance(1);
  assert.deepEqual(endOf(call, gateway, 'unknown'), expired);
});

test('what streams ends with the token', async () => {
  const gateway = fakeGateway();
  const call = await identified(gateway);
  gateway.identity.rechecking = () => err('expired');
  await repliedOf(call).event('data: {}\n\n', []);
  assert.equal(isOver(call, gateway), true);
});
