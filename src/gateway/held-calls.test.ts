import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHeldCalls } from '#gateway/held-calls.ts';
import { LIMITS } from '#limits.ts';

const sent = (text: string) => ({ sent: Buffer.from(text) });
const CALL = sent(
  '{"jsonrpc":"2.0","id":1,"params":{"name":"pay","arguments":{"n": 9007199254740993 , "to":"\\u0061"}}}',
);

test('the arguments of a call that waits are shown as they are spelled, while it waits and no longer', () => {
  const held = createHeldCalls(LIMITS);
  assert.equal(held.argumentsOf('apr_1'), undefined);
  const leave = held.enter('apr_1', CALL);
  assert.equal(held.argumentsOf('apr_1'), '{"n": 9007199254740993 , "to":"\\u0061"}');
  assert.equal(held.argumentsOf('apr_2'), undefined);
  leave();
  assert.equal(held.argumentsOf('apr_1'), undefined);
});

test('while one of several waits, they are shown; each leaves once', () => {
  const held = createHeldCalls(LIMITS);
  const [first, second] = [held.enter('apr_1', { ...CALL }), held.enter('apr_1', { ...CALL })];
  assert.equal(held.waitingFor('apr_1'), 2);
  first();
  first();
  assert.equal(held.waitingFor('apr_1'), 1);
  assert.ok(held.argumentsOf('apr_1'));
  second();
  assert.equal(held.waitingFor('apr_1'), 0);
});

test('a call without arguments shows none, and one that is too long is not read', () => {
  const held = createHeldCalls({ ...LIMITS, heldShownBytes: CALL.sent.length - 1 });
  held.enter('apr_1', CALL);
  assert.equal(held.argumentsOf('apr_1'), undefined);
  held.enter('apr_2', sent('{"params":{"uri":"a:b"}}'));
  assert.equal(held.argumentsOf('apr_2'), undefined);
  held.enter('apr_3', sent('{"params":{"arguments":{}}}'));
  assert.equal(held.argumentsOf('apr_3'), '{}');
});
