import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CallMessages } from '#upstream/call-messages.ts';
import { createManualTimers } from '#upstream/timers.ts';

const FAULT = { code: 'upstream_timeout', executed: 'unknown', reason: 'answer_timeout' } as const;

function queue() {
  const timers = createManualTimers();
  const state = { queued: 0 };
  const messages: CallMessages = new CallMessages({
    timers,
    onQueued: (bytes) => (state.queued += bytes),
    onOverdue: () => messages.fail(FAULT),
  });
  return { timers, state, messages };
}

test('messages come out in order, null follows the last, and nothing is accepted after it', async () => {
  const { messages, state, timers } = queue();
  const first = messages.read(1_000);
  messages.push(Buffer.from('a'), false);
  messages.push(Buffer.from('bb'), true);
  messages.push(Buffer.from('c'), false);
  assert.deepEqual(await first, { ok: true, value: Buffer.from('a') });
  assert.equal(state.queued, 2);
  assert.equal(messages.isAnswered, false);
  assert.deepEqual(await messages.read(1_000), { ok: true, value: Buffer.from('bb') });
  assert.equal(messages.isAnswered, true);
  assert.deepEqual(await messages.read(1_000), { ok: true, value: null });
  assert.equal(state.queued, 0);
  assert.equal(timers.pending(), 0);
});

test('a reader that waits too long gets the fault; time while nobody reads does not count', async () => {
  const { messages, timers } = queue();
  timers.advance(5_000);
  const read = messages.read(1_000);
  timers.advance(999);
  messages.push(Buffer.from('a'), false);
  assert.ok((await read).ok);
  const late = messages.read(1_000);
  timers.advance(1_000);
  assert.deepEqual(await late, { ok: false, error: FAULT });
  assert.deepEqual(await messages.read(1_000), { ok: false, error: FAULT });
});

test('a fault drops what waits and gives its bytes back, also after the answer came', async () => {
  for (const isLast of [false, true]) {
    const { messages, state } = queue();
    messages.push(Buffer.from('abc'), isLast);
    messages.fail(FAULT);
    messages.fail({ ...FAULT, reason: 'second' });
    assert.equal(state.queued, 0);
    assert.deepEqual(await messages.read(undefined), { ok: false, error: FAULT });
  }
});
