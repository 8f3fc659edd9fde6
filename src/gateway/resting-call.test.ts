import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Forwarded } from '#gateway/call.ts';
import { createEndpointStream } from '#gateway/endpoint-stream.ts';
import { relay } from '#gateway/relay.ts';
import { closedCall, restingCall, resumedCall } from '#gateway/resting-call.ts';
import { bindingOf } from '#gateway/session-binding.ts';
import { ok } from '#result.ts';
import type { UpstreamAnswer } from '#upstream/port.ts';
import { ADA_TOKEN, fakeGateway, forwarded, toolCall, UPSTREAM_SECRET } from '#test/fakes/gateway.ts';
import type { FakeGateway } from '#test/fakes/gateway.ts';
import { headerOf, shapeOf } from '#test/fakes/ledger.ts';
import { itemsOf, sseAnswer, streamAnswer } from '#test/fakes/upstream.ts';

const ARGUMENT = 'an argument nobody keeps';
const RESULT = '{"jsonrpc":"2.0","id":1,"result":{}}';
const MESSAGE = toolCall('get_note', { text: ARGUMENT });

async function forwardedTo(
  answer: UpstreamAnswer,
  gateway: FakeGateway,
  message: object = MESSAGE,
): Promise<Forwarded> {
  gateway.upstream.answering = () => ok(answer);
  return forwarded(gateway, { message });
}

/** Every text, and every byte as text, that can be reached from here. */
function textsIn(root: unknown): string {
  const seen = new Set<unknown>();
  const texts: string[] = [];
  const look = (value: unknown): void => {
    if (typeof value === 'string') texts.push(value);
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    if (Buffer.isBuffer(value)) texts.push(value.toString('latin1'));
    else if (value instanceof Map) for (const entry of value) look(entry);
    else for (const key of Reflect.ownKeys(value)) look(Reflect.get(value, key));
  };
  look(root);
  return texts.join('\n');
}

test('what rests holds neither token nor credential nor what was said, and a closed one no trace', async () => {
  const gateway = fakeGateway();
  const call = await forwardedTo(sseAnswer([]), gateway);
  for (const word of [ADA_TOKEN, UPSTREAM_SECRET, ARGUMENT]) assert.ok(textsIn(call).includes(word), word);
  const texts = textsIn(restingCall(call));
  for (const word of [ADA_TOKEN, UPSTREAM_SECRET, ARGUMENT]) assert.ok(!texts.includes(word), word);
  const exchange = { sent: {}, during: <T>(run: () => T): T => run(), end: () => undefined };
  assert.ok(!('exchange' in closedCall(restingCall({ ...call, exchange }))));
});

test('a name that is a secret does not rest', async () => {
  const call = await forwardedTo(sseAnswer([]), fakeGateway(), toolCall(`get_${ADA_TOKEN}`));
  assert.equal(restingCall(call).message.name, '');
});

test('a call that is resumed is the same call, in the exchange and by the token that resume it', async () => {
  const gateway = fakeGateway();
  const call = await forwardedTo(sseAnswer([], { sessionId: 'first' }), gateway);
  const other = await forwardedTo(sseAnswer([RESULT], { sessionId: 'another' }), gateway);
  const resumed = resumedCall(restingCall(call), other, 'open');
  assert.deepEqual([resumed.id, resumed.intent, resumed.decision], [call.id, call.intent, call.decision]);
  assert.equal(resumed.message.kind === 'request' && resumed.message.name, 'get_note');
  for (const part of ['http', 'reply', 'cut', 'gone', 'token'] as const) assert.equal(resumed[part], other[part]);
  assert.equal(resumed.answer.messages, other.answer.messages);
  assert.equal(resumed.answer.sessionId, call.answer.sessionId);
  assert.ok(!('sendable' in resumed), 'it would be sent again');
});

function collect(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

/** Relays a call that got an event id, and forgets it. */
async function relayedAway(gateway: FakeGateway, messages: readonly string[]) {
  const answer = streamAnswer(
    (async function* primed() {
      yield ok({ bytes: Buffer.alloc(0), sse: { id: 'e1' } });
      for (const message of messages) yield ok({ bytes: Buffer.from(message), sse: { id: 'e2' } });
    })(),
  );
  const call = await forwardedTo(answer, gateway);
  await relay(call, gateway);
  gateway.admission.leave(call.id);
  return {
    id: call.id,
    binding: bindingOf(call),
    held: [call.http.request, call.reply, call.cut].map((it) => new WeakRef<object>(it)),
  };
}

test('neither a call that waits nor one that is over keeps its exchange in memory', async () => {
  for (const [messages, state] of [
    [[], 'open'],
    [[RESULT], 'closed'],
  ] as const) {
    const gateway = fakeGateway();
    const { binding, id, held } = await relayedAway(gateway, messages);
    await new Promise((turn) => setImmediate(turn));
    collect();
    assert.deepEqual(
      held.map((it) => it.deref() === undefined),
      [true, true, true],
      state,
    );
    assert.equal((await gateway.resumables.take(binding, id))?.state, state);
  }
});

test('a call over the old transport, which cannot resume, does not wait', async () => {
  const gateway = fakeGateway();
  const primed = streamAnswer(itemsOf([ok({ bytes: Buffer.alloc(0), sse: { id: 'e1' } })]));
  const call = await forwardedTo(primed, gateway);
  const endpoint = createEndpointStream(call.reply, call.gone, '/');
  await relay({ ...call, session: { ...call.session, endpoint } }, gateway);
  assert.deepEqual(shapeOf(gateway.ledger.entries), ['intent open', 'result error of 0']);
});

test('a call that waited in vain is closed in the book, and nobody is answered', async () => {
  const gateway = fakeGateway();
  await relayedAway(gateway, []);
  gateway.stop();
  while (gateway.resumables.ending() > 0) await new Promise((turn) => setImmediate(turn));
  assert.deepEqual(shapeOf(gateway.ledger.entries), ['intent open', 'result timeout of 0']);
  const header = headerOf(gateway.ledger.entries[1]);
  assert.deepEqual([header.code, header.reason, header.upstreamStatus], ['upstream_timeout', 'stopping', 200]);
});
