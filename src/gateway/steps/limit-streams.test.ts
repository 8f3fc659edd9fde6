import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitSubscriptions } from '#gateway/steps/limit-streams.ts';
import { limitCaller } from '#gateway/steps/limit-caller.ts';
import { approved, beginSession, fakeGateway, listenAsked } from '#test/fakes/gateway.ts';
import type { FakeGateway } from '#test/fakes/gateway.ts';

const listen = (gateway: FakeGateway, wireId: string) =>
  listenAsked(gateway, { headers: { 'mcp-session-id': wireId } });

test('a stream that lasts takes no place of a call, and one too many is refused, of a caller and of all', async () => {
  for (const [limits, reason] of [
    [{ listenersPerCaller: 2, callsInFlight: 1 }, 'listeners_per_caller'],
    [{ listeners: 2, callsInFlight: 1, streamsPerCaller: 1 }, 'listeners'],
  ] as const) {
    const gateway = fakeGateway({ limits });
    const { wireId } = beginSession(gateway);
    for (let at = 0; at < 2; at += 1) await listen(gateway, wireId);
    await assert.rejects(listen(gateway, wireId), new RegExp(`refused: rate_limited ${reason}$`));
  }
});

test('a subscription is counted among what lasts, and no other call is', async () => {
  const gateway = fakeGateway({ limits: { listeners: 0 } });
  const call = await approved(gateway);
  limitCaller(call, gateway);
  assert.equal(limitSubscriptions(call, gateway).ok, true);
  const subscribing = {
    ...call,
    message: { ...call.message, kind: 'request', method: 'subscriptions/listen' } as typeof call.message,
  };
  const refused = limitSubscriptions(subscribing, gateway);
  assert.deepEqual(refused.ok ? [] : [refused.error.code, refused.error.reason], ['rate_limited', 'listeners']);
});
