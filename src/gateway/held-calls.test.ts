import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createHeldCalls } from '#gateway/held-calls.ts';
import type { HeldCall, HeldCallParts } from '#gateway/held-calls.ts';
import { LIMITS } from '#limits.ts';

const nothing = (): void => undefined;
const sent = (text: string): HeldCall => ({
  sent: Buffer.from(text),
  bytes: 10,
  over: nothing,
  requestKey: 'r',
  tell: nothing,
});
const CALL = sent(
  '{"jsonrpc":"2.0","id":1,"params":{"name":"pay","arguments":{"n": 9007199254740993 , "to":"\\u0061"}}}',
);
const LONG = { overMs: 1_000_000, tellEveryMs: 1_000_000 };

function rig(t: TestContext, limits: Partial<HeldCallParts['limits']> = {}) {
  t.mock.timers.enable({ apis: ['setInterval'] });
  let nowMs = 0;
  const held = createHeldCalls({ limits: { ...LIMITS, ...limits }, monotonic: () => nowMs });
  const pass = (ms: number): void => {
    nowMs += ms;
    t.mock.timers.tick(ms);
  };
  return { held, pass };
}

test('the arguments of a call that waits are shown as they are spelled, while it waits and no longer', (t) => {
  const { held } = rig(t);
  assert.equal(held.argumentsOf('apr_1'), undefined);
  const place = held.enter('apr_1', CALL, LONG);
  assert.equal(held.argumentsOf('apr_1'), '{"n": 9007199254740993 , "to":"\\u0061"}');
  assert.equal(held.argumentsOf('apr_2'), undefined);
  place?.leave();
  assert.equal(held.argumentsOf('apr_1'), undefined);
});

test('while one of several waits, they are shown; each leaves once', (t) => {
  const { held } = rig(t);
  const [first, second] = [held.enter('apr_1', CALL, LONG), held.enter('apr_1', CALL, LONG)];
  assert.equal(held.waitingFor('apr_1'), 2);
  first?.leave();
  first?.leave();
  assert.equal(held.waitingFor('apr_1'), 1);
  assert.deepEqual(held.counts(), { calls: 1, bytes: 10 });
  assert.ok(held.argumentsOf('apr_1'));
  second?.leave();
  assert.equal(held.waitingFor('apr_1'), 0);
  assert.deepEqual(held.counts(), { calls: 0, bytes: 0 });
});

test('a call without arguments shows none, and one that is too long is not read', (t) => {
  const { held } = rig(t, { heldShownBytes: CALL.sent.length - 1 });
  held.enter('apr_1', CALL, LONG);
  assert.equal(held.argumentsOf('apr_1'), undefined);
  held.enter('apr_2', sent('{"params":{"uri":"a:b"}}'), LONG);
  assert.equal(held.argumentsOf('apr_2'), undefined);
  held.enter('apr_3', sent('{"params":{"arguments":{}}}'), LONG);
  assert.equal(held.argumentsOf('apr_3'), '{}');
});

test('there is no room beyond so many calls or so many bytes, and again when one has left', (t) => {
  const { held } = rig(t, { heldCalls: 2, heldBytes: 25 });
  const first = held.enter('apr_1', CALL, LONG);
  assert.ok(held.enter('apr_2', CALL, LONG));
  assert.equal(held.enter('apr_3', { ...CALL, bytes: 0 }, LONG), undefined);
  first?.leave();
  assert.equal(held.enter('apr_3', { ...CALL, bytes: 16 }, LONG), undefined);
  assert.ok(held.enter('apr_3', { ...CALL, bytes: 15 }, LONG));
});

test('one clock tells each when its time is, ends each when its time is over, and stops with the last', (t) => {
  const { held, pass } = rig(t, { heldTickMs: 100 });
  const heard: string[] = [];
  const call = (name: string): HeldCall => ({
    ...CALL,
    over: () => void heard.push(`${name} over`),
    tell: () => void heard.push(`${name} told`),
  });
  const short = held.enter('apr_1', call('short'), { overMs: 300, tellEveryMs: 200 });
  const long = held.enter('apr_2', call('long'), { overMs: 500, tellEveryMs: 60_000 });
  pass(100);
  assert.deepEqual(heard, []);
  pass(100);
  assert.deepEqual(heard, ['short told']);
  pass(100);
  assert.deepEqual(heard, ['short told', 'short over']);
  short?.leave();
  long?.until(1_000);
  pass(200);
  assert.equal(heard.length, 2);
  pass(500);
  assert.deepEqual(heard.slice(2), ['long over']);
  long?.leave();
  pass(10_000);
  assert.equal(heard.length, 3);
});

test('a wait that is shorter than the clock ticks is not made longer', (t) => {
  t.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
  let nowMs = 0;
  const held = createHeldCalls({ limits: LIMITS, monotonic: () => nowMs });
  let isOver = false;
  held.enter('apr_1', { ...CALL, over: () => (isOver = true) }, { overMs: 5, tellEveryMs: 60_000 });
  nowMs = 5;
  t.mock.timers.tick(5);
  assert.ok(isOver);
});

test('all of them are over when the process stops', (t) => {
  const { held } = rig(t);
  const heard: string[] = [];
  const places = ['apr_1', 'apr_2', 'apr_1'].map((id) =>
    held.enter(id, { ...CALL, over: () => (heard.push(id), places[heard.length - 1]?.leave()) }, LONG),
  );
  held.endAll();
  assert.deepEqual(heard.toSorted(), ['apr_1', 'apr_1', 'apr_2']);
});

test('the very request that its client cancels is over', (t) => {
  const { held } = rig(t);
  const over: string[] = [];
  for (const requestKey of ['s1 1', 's1 2', 's2 1'])
    held.enter('apr_1', { ...CALL, requestKey, over: () => void over.push(requestKey) }, LONG);
  held.cancel('s1 1');
  held.cancel('s3 1');
  assert.deepEqual(over, ['s1 1']);
});
