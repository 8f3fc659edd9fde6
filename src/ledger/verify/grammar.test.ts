import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BOUNDS } from '#ledger/verify/bounds.ts';
import { Grammar, isOpenIntent } from '#ledger/verify/grammar.ts';
import type { CheckedLeaf, LeafKind } from '#ledger/verify/leaf.ts';

const callOf = (n: number): string => n.toString(2).replaceAll('0', 'a').replaceAll('1', 'b').padStart(26, 'a');
const record = (n: number, kind: LeafKind, st: string, call = callOf(n), ref: number | null = null): CheckedLeaf => ({
  n,
  t: 0,
  kind,
  call,
  ref,
  st,
  hc: '',
  pc: null,
  bc: [],
});

test('open intents are listed ascending, whatever order they close in', () => {
  const grammar = new Grammar();
  assert.equal(grammar.take(record(0, 'control', 'opened')), undefined);
  for (const n of [1, 2, 3, 4]) assert.equal(grammar.take(record(n, 'intent', 'open')), undefined);
  assert.equal(grammar.take(record(5, 'result', 'ok', callOf(3), 3)), undefined);
  assert.equal(grammar.take(record(6, 'result', 'ok', callOf(1), 1)), undefined);
  assert.deepEqual(grammar.openIntents(), [
    [2, callOf(2)],
    [4, callOf(4)],
  ]);
  assert.equal(grammar.openCount, 2);
});

test('memory of closed intents is bounded, and what is remembered is still held to the rules', () => {
  const grammar = new Grammar();
  grammar.take(record(0, 'control', 'opened'));
  let n = 1;
  for (let calls = 0; calls <= BOUNDS.closedIntentsRemembered; calls += 1) {
    assert.equal(grammar.take(record(n, 'intent', 'open')), undefined);
    assert.equal(grammar.take(record(n + 1, 'result', 'ok', callOf(n), n)), undefined);
    n += 2;
  }
  assert.equal(
    grammar.take(record(n, 'stream', 'late', callOf(1), 1)),
    undefined,
    'forgotten, so only its order counts',
  );
  assert.match(grammar.take(record(n, 'stream', 'late', callOf(1), n + 1)) ?? '', /not an earlier intent/);
  assert.match(grammar.take(record(n, 'intent', 'open', callOf(3))) ?? '', /record 3 had opened/);
});

test('after a start only orphans come until none is due, also when the start is cut short', () => {
  const grammar = new Grammar();
  grammar.take(record(0, 'control', 'opened'));
  grammar.take(record(1, 'intent', 'open'));
  grammar.take(record(2, 'intent', 'open'));
  assert.equal(grammar.take(record(3, 'control', 'start')), undefined);
  assert.equal(grammar.take(record(4, 'orphan', 'orphan', callOf(1), 1)), undefined);
  assert.match(grammar.take(record(5, 'control', 'heartbeat')) ?? '', /1 intents from before it/);
  assert.equal(grammar.take(record(5, 'control', 'recovered')), undefined);
  assert.equal(grammar.take(record(6, 'control', 'start')), undefined);
  assert.match(grammar.take(record(7, 'intent', 'open')) ?? '', /no orphan record yet/);
  assert.equal(grammar.take(record(7, 'orphan', 'orphan', callOf(2), 2)), undefined);
  assert.equal(grammar.take(record(8, 'intent', 'open')), undefined);
});

test('an entry of a list of open intents is an index and a call id, nothing else', () => {
  assert.ok(isOpenIntent([3, callOf(3)]));
  for (const value of [[3], [3, 'x'], ['3', callOf(3)], [3, callOf(3), 1], [1.5, callOf(3)], {}, null]) {
    assert.equal(isOpenIntent(value), false);
  }
});
