import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sessionBinding } from '#gateway/session-binding.ts';
import { claimAsked } from '#gateway/steps/claim-asked.ts';
import { approved, beginSession, fakeGateway } from '#test/fakes/gateway.ts';

const answer = (id: unknown) => ({ jsonrpc: '2.0', id, result: {} });

test('an answer passes when its session was asked, and only the first time', async () => {
  const gateway = fakeGateway();
  const { wireId } = beginSession(gateway);
  const call = await approved(gateway, { message: answer(1.0), headers: { 'mcp-session-id': wireId } });
  const asked = { binding: sessionBinding(call, wireId), idKey: '1' };
  gateway.asked.ask(asked, { call: undefined, isReplay: false });
  gateway.asked.released(asked);
  assert.equal(claimAsked(call, gateway).ok, true);
  const again = claimAsked(call, gateway);
  assert.deepEqual(again.ok ? undefined : [again.error.code, again.error.reason], ['invalid_request', 'not_asked']);
});

test('what another session was asked, and an error without an id, answer nothing', async () => {
  const gateway = fakeGateway();
  const [one, other] = [beginSession(gateway), beginSession(gateway)];
  const call = await approved(gateway, { message: answer(1), headers: { 'mcp-session-id': one.wireId } });
  const asked = { binding: sessionBinding(call, other.wireId), idKey: '1' };
  gateway.asked.ask(asked, { call: undefined, isReplay: false });
  gateway.asked.released(asked);
  assert.equal(claimAsked(call, gateway).ok, false);
  const error = { jsonrpc: '2.0', id: null, error: { code: -32600, message: 'no' } };
  assert.equal(claimAsked(await approved(gateway, { message: error }), gateway).ok, false);
});

test('requests and notifications are no answers', async () => {
  const gateway = fakeGateway();
  assert.equal(claimAsked(await approved(gateway), gateway).ok, true);
  const notification = { jsonrpc: '2.0', method: 'notifications/initialized' };
  assert.equal(claimAsked(await approved(gateway, { message: notification }), gateway).ok, true);
});
