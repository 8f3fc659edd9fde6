import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authorize } from '#gateway/steps/authorize.ts';
import { countCall } from '#gateway/steps/count-call.ts';
import { createPolicy } from '#policy/policy.ts';
import { fakeGateway, permitted, POLICY, requestMasked, toolCall } from '#test/fakes/gateway.ts';
import type { Ask, FakeGateway } from '#test/fakes/gateway.ts';

function lookingBack(when: string, effect: 'deny' | 'hold' = 'deny'): FakeGateway {
  const policy = createPolicy({ ...POLICY, rules: [...POLICY.rules, { name: 'often', when, effect }] });
  assert.ok(policy.ok, policy.ok ? '' : JSON.stringify(policy.error));
  return fakeGateway({ policy: policy.value });
}
const goesOn = async (gateway: FakeGateway, ask?: Ask): Promise<void> =>
  void countCall(await permitted(gateway, ask), gateway);
async function effectOf(gateway: FakeGateway, ask: Ask = { message: toolCall('get_note') }): Promise<string> {
  const result = authorize(await requestMasked(gateway, ask), gateway);
  return result.ok ? result.value.decision.effect : result.error.code;
}

test('the call after so many of its tool within a minute is seen by the rule that counts them, and a minute later none is', async () => {
  const gateway = lookingBack('method == "tools/call" && recent.tool.minute >= 2', 'hold');
  for (let made = 0; made < 2; made += 1) {
    assert.equal(await effectOf(gateway), 'allow');
    await goesOn(gateway, { message: toolCall('get_note') });
  }
  assert.equal(await effectOf(gateway), 'hold');
  assert.equal(await effectOf(gateway, { message: toolCall('get_other') }), 'allow');
  gateway.advance(70_000);
  assert.equal(await effectOf(gateway), 'allow');
});

test('a call that is asked about and does not go on is not counted, and neither is a notification', async () => {
  const gateway = lookingBack('recent.calls.hour > 0');
  for (let asked = 0; asked < 3; asked += 1) assert.equal(await effectOf(gateway), 'allow');
  await goesOn(gateway, { message: { jsonrpc: '2.0', method: 'notifications/initialized' } });
  assert.equal(await effectOf(gateway), 'allow');
  await goesOn(gateway, { message: toolCall('get_note') });
  assert.equal(await effectOf(gateway), 'denied');
});

test('whoever is denied again and again is known by it', async () => {
  const gateway = lookingBack('recent.denied.hour >= 2');
  for (let refused = 0; refused < 2; refused += 1)
    assert.equal(await effectOf(gateway, { message: toolCall('drop_table') }), 'denied');
  assert.equal(await effectOf(gateway), 'denied');
});

test('where no rule asks nothing is counted', async () => {
  const gateway = fakeGateway();
  const recentCalls = {
    look: () => assert.fail('looked'),
    count: () => assert.fail('counted'),
    countDenied: () => assert.fail('counted'),
  };
  const watched = { ...gateway, recentCalls };
  assert.equal(await effectOf(watched), 'allow');
  assert.equal(await effectOf(watched, { message: toolCall('drop_table') }), 'denied');
  await goesOn(watched);
});
