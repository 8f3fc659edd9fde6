import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAskedIds } from '#gateway/asked-ids.ts';

const FIRST = { call: 'a', isReplay: false };
const asked = (idKey: string, binding = 'session') => ({ binding, idKey });
const create = (askedPerSession = 10, sessions = 10) => createAskedIds({ askedPerSession, sessions });

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

test('the oldest is forgotten when a session, or when all sessions, have too many', () => {
  const ids = create(2, 2);
  for (const id of ['1', '2', '3']) {
    ids.ask(asked(id), FIRST);
    ids.released(asked(id));
  }
  assert.deepEqual([ids.answer(asked('1')), ids.answer(asked('2'))], [false, true]);
  for (const binding of ['b', 'c']) {
    ids.ask(asked('1', binding), FIRST);
    ids.released(asked('1', binding));
  }
  assert.deepEqual([ids.answer(asked('3')), ids.answer(asked('1', 'c'))], [false, true]);
});
