import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordIntent } from '#gateway/steps/record-intent.ts';
import { callerKey } from '#identity/caller.ts';
import { ADA, permitted, fakeGateway, toolCall } from '#test/fakes/gateway.ts';
import { LATCHED, headerOf, shapeOf } from '#test/fakes/ledger.ts';

test('a request becomes an open intent with who, what and why', async () => {
  const gateway = fakeGateway();
  const call = await permitted(gateway, { message: toolCall('get_note', { password: 'hunter2hunter2' }) });
  const result = await recordIntent(call, gateway);
  assert.deepEqual(result.ok && result.value.intent, { shard: 'a', n: 0 });
  assert.deepEqual(shapeOf(gateway.ledger.entries), ['intent open']);
  const [entry] = gateway.ledger.entries;
  const header = headerOf(entry);
  assert.equal(entry?.call, call.id);
  assert.equal(entry?.subject, callerKey(ADA));
  assert.equal(entry?.pol, call.decision.policy);
  assert.deepEqual(entry?.mask, { n: 1 });
  assert.equal(entry?.payload?.includes('hunter2hunter2'), false);
  assert.deepEqual(
    [header.caller?.subject, header.connection, header.method, header.name, header.rpcId, header.decision?.effect],
    ['ada', 'notes', 'tools/call', 'get_note', '1', 'allow'],
  );
});

test('what expects no answer is recorded on its way up, without an intent to be closed', async () => {
  for (const message of [
    { jsonrpc: '2.0', method: 'notifications/initialized' },
    { jsonrpc: '2.0', id: 1, result: {} },
  ]) {
    const gateway = fakeGateway();
    assert.equal((await recordIntent(await permitted(gateway, { message }), gateway)).ok, true);
    assert.deepEqual(shapeOf(gateway.ledger.entries), ['stream up']);
  }
});

test('without a durable record the call is refused, and was not made', async () => {
  const gateway = fakeGateway();
  const call = await permitted(gateway);
  gateway.ledger.refusing = () => LATCHED;
  assert.deepEqual(await recordIntent(call, gateway), {
    ok: false,
    error: { code: 'audit_unavailable', reason: 'latched', retryAfterMs: LATCHED.retryAfterMs, executed: 'no' },
  });
  assert.deepEqual(gateway.upstream.sent, []);
});
