import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAskedIds } from '#gateway/asked-ids.ts';
import type { Asked, AskedIds } from '#gateway/asked-ids.ts';

const FIRST = { call: 'a', isReplay: false };
const asked = (idKey: string, binding = 'session') => ({ binding, idKey });
const create = (askedPerSession = 10, all = 10) => createAskedIds({ askedPerSession, asked: all });

test('a request that was released can be answered, once, and in its session only', () => {
  const ids = create();
  assert.equal(ids.ask(asked('1'), FIRST), true);
  assert.equal(ids.answer(asked('1')), false);
  ids.released(asked('1'));
  assert.equal(ids.answer(asked('1', 'other')), false);
  assert.equal(ids.answer(asked('2')), false);
  assert.deepEqual([ids.answer(asked('1')), ids.answer(asked('1'))], [true, false]);
});

test('nobody is asked twice under one id, until it was answered or withdrawn', () => {
  const ids = create();
  assert.equal(ids.ask(asked('1'), FIRST), true);
  assert.equal(ids.ask(asked('1'), { call: 'b', isReplay: false }), false);
  assert.equal(ids.ask(asked('1', 'other'), FIRST), true);
  ids.withdraw(asked('1'));
  assert.equal(ids.ask(asked('1'), FIRST), true);
  ids.released(asked('1'));
  ids.withdraw(asked('1'));
  assert.equal(ids.ask(asked('1'), FIRST), false);
  ids.answer(asked('1'));
  assert.equal(ids.ask(asked('1'), FIRST), true);
});

test("a resumed stream may give its own call's request again, and no other's", () => {
  const ids = create();
  ids.ask(asked('1'), FIRST);
  ids.released(asked('1'));
  assert.equal(ids.ask(asked('1'), { call: 'b', isReplay: true }), false);
  assert.equal(ids.ask(asked('1'), { call: 'a', isReplay: true }), true);
  assert.equal(ids.answer(asked('1')), true);
});

/** Asks and releases. */
function put(ids: AskedIds, ...all: readonly Asked[]): void {
  for (const one of all) {
    assert.equal(ids.ask(one, FIRST), true);
    ids.released(one);
  }
}

test('the oldest is forgotten when a session has too many', () => {
  const ids = create(2);
  put(ids, asked('1'), asked('2'), asked('3'));
  assert.deepEqual([ids.answer(asked('1')), ids.answer(asked('2')), ids.answer(asked('3'))], [false, true, true]);
});

test('when all have too many, who asks much forgets its own, and who asks once what was asked longest ago', () => {
  const ids = create(10, 4);
  put(ids, asked('1', 'quiet'), asked('1', 'loud'), asked('2', 'loud'), asked('3', 'loud'), asked('4', 'loud'));
  assert.equal(ids.answer(asked('1', 'loud')), false);
  put(ids, asked('1', 'late'));
  assert.equal(ids.answer(asked('1', 'quiet')), false);
  for (const one of [asked('2', 'loud'), asked('3', 'loud'), asked('4', 'loud'), asked('1', 'late')])
    assert.equal(ids.answer(one), true);
});

test('what is open is counted, however it came to its end', () => {
  const ids = create(10, 2);
  for (let round = 0; round < 5; round += 1) {
    put(ids, asked('answered'), asked('over', 'ended'));
    ids.ask(asked('answered'), { call: 'a', isReplay: true });
    assert.equal(ids.answer(asked('answered')), true);
    ids.endOf('ended');
    ids.ask(asked('withdrawn'), FIRST);
    ids.withdraw(asked('withdrawn'));
  }
  put(ids, asked('1', 'a'), asked('1', 'b'));
  assert.deepEqual([ids.answer(asked('1', 'a')), ids.answer(asked('1', 'b'))], [true, true]);
});

test('nothing is open in a session that is over', () => {
  const ids = create();
  put(ids, asked('1'), asked('2'), asked('1', 'other'));
  ids.endOf('session');
  assert.deepEqual([ids.answer(asked('1')), ids.answer(asked('2'))], [false, false]);
  assert.equal(ids.answer(asked('1', 'other')), true);
});
