import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Forwarded } from '#gateway/call.ts';
import { maskAnswer } from '#gateway/steps/mask-answer.ts';
import { recordAnswer } from '#gateway/steps/record-answer.ts';
import { respond } from '#gateway/steps/respond.ts';
import { ok } from '#result.ts';
import { answerMasked, fakeGateway, forwarded, must, repliedOf, understood } from '#test/fakes/gateway.ts';
import type { Ask, FakeGateway } from '#test/fakes/gateway.ts';
import { LATCHED, headerOf, shapeOf } from '#test/fakes/ledger.ts';
import { sseAnswer } from '#test/fakes/upstream.ts';

async function recordedShape(
  message: object,
  before: (gateway: FakeGateway, call: Forwarded) => void = () => undefined,
  ask: Ask = {},
  closed = false,
): Promise<string | undefined> {
  const gateway = fakeGateway();
  gateway.upstream.answering = () => ok(sseAnswer([]));
  const call = await forwarded(gateway, ask);
  before(gateway, call);
  const masked = must(await maskAnswer(understood(gateway, call, message, closed), gateway));
  assert.equal((await recordAnswer(masked, gateway)).ok, true);
  return shapeOf(gateway.ledger.entries)[1];
}
const result = (value: object) => ({ jsonrpc: '2.0', id: 1, result: value });
const notification = { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 1, progress: 1 } };

test('each answer closes its intent with the outcome it has', async () => {
  assert.equal(await recordedShape(result({})), 'result ok of 0');
  assert.equal(await recordedShape(result({ isError: true, content: [] })), 'result tool_error of 0');
  assert.equal(await recordedShape(result({ isError: false })), 'result ok of 0');
  assert.equal(await recordedShape({ jsonrpc: '2.0', id: 1, error: { code: -1, message: 'm' } }), 'result error of 0');
  assert.equal(await recordedShape(result({}), (_gateway, call) => repliedOf(call).leave()), 'result undelivered of 0');
});

test('what comes before the answer is a message of its intent, what comes after it is late', async () => {
  assert.equal(await recordedShape(notification), 'stream down of 0');
  assert.equal(await recordedShape(result({}), undefined, {}, true), 'stream late of 0');
  assert.equal(await recordedShape({ ...result({}), id: 99 }), 'stream late of 0', 'an answer nobody asked for');
});

test('a message heard upon a notification belongs to no intent', async () => {
  const ask = { message: { jsonrpc: '2.0', method: 'notifications/initialized' } };
  assert.equal(await recordedShape(notification, undefined, ask), 'stream down');
});

test("the record says how long it took, what the server's status was and how much came", async () => {
  const gateway = fakeGateway();
  gateway.upstream.answering = () => ok(sseAnswer([]));
  const call = await forwarded(gateway);
  gateway.advance(12.3456);
  const masked = await answerMasked(gateway, call, notification);
  await recordAnswer(masked, gateway);
  const header = headerOf(gateway.ledger.entries[1]);
  assert.deepEqual(
    [header.durationMs, header.upstreamStatus, header.bytes, header.method],
    [12.346, 200, masked.message.doc.bytes.length, 'notifications/progress'],
  );
  assert.equal(gateway.ledger.entries[1]?.call, call.id);
});

test('an answer that could not be recorded is withheld', async () => {
  const gateway = fakeGateway();
  const masked = await answerMasked(gateway, await forwarded(gateway), result({}));
  gateway.ledger.refusing = () => LATCHED;
  assert.deepEqual(await recordAnswer(masked, gateway), {
    ok: false,
    error: { code: 'audit_unavailable', reason: 'latched', retryAfterMs: LATCHED.retryAfterMs, executed: 'unknown' },
  });
});

test('what is kept back is recorded as late, with why', async () => {
  const gateway = fakeGateway();
  gateway.upstream.answering = () => ok(sseAnswer([]));
  const kept = { ...understood(gateway, await forwarded(gateway), notification), keptBack: 'task_of_another' };
  const recorded = must(await recordAnswer(must(await maskAnswer(kept, gateway)), gateway));
  assert.equal(shapeOf(gateway.ledger.entries)[1], 'stream late of 0');
  assert.equal(headerOf(gateway.ledger.entries[1]).reason, 'task_of_another');
  assert.deepEqual(await respond(recorded, gateway), ok({ ...recorded, delivery: 'gone' }));
  assert.deepEqual(repliedOf(recorded.call).sent, []);
});
