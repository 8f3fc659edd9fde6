import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Observation } from './feature.ts';
import { firstDifference, outcomeOf, plainFault } from './outcome.ts';

const done = (value: unknown): Observation => ({ state: 'done', value });
const fault = (text: string): Observation => ({ state: 'fault', fault: text });

test('the same value with and without Gatebook passes, and any difference is red and says where', () => {
  const value = { tools: [{ name: 'a', n: 1 }] };
  assert.deepEqual(outcomeOf(done(value), done(structuredClone(value)), true), { state: 'pass' });
  const changed = outcomeOf(done(value), done({ tools: [{ name: 'b', n: 1 }] }), true);
  assert.deepEqual(changed, { state: 'red', fault: '/tools/0/name: "a" became "b"' });
  assert.equal(outcomeOf(done(value), done({ tools: [] }), true).state, 'red');
  assert.equal(outcomeOf(done([]), done({}), true).state, 'red');
  assert.equal(outcomeOf(done({}), done({ more: undefined }), true).state, 'red');
});

test('a fault that is only there with Gatebook is red', () => {
  assert.deepEqual(outcomeOf(done(1), fault('HTTP 405'), true), { state: 'red', fault: 'HTTP 405' });
});

test("a fault that is there without Gatebook too is the client's when another client can, and else the server's", () => {
  const seen = fault('not supported');
  assert.deepEqual(outcomeOf(seen, seen, true), { state: 'foreign', whose: 'client', fault: 'not supported' });
  assert.deepEqual(outcomeOf(seen, seen, false), { state: 'foreign', whose: 'server', fault: 'not supported' });
});

test('a fault that becomes another one, or none, through Gatebook is red', () => {
  assert.equal(outcomeOf(fault('not supported'), fault('HTTP 502'), false).state, 'red');
  assert.equal(outcomeOf(fault('not supported'), done(1), false).state, 'red');
});

test('what a program cannot be asked for is absent, with the reason', () => {
  const absent: Observation = { state: 'absent', why: 'no command for it' };
  assert.deepEqual(outcomeOf(absent, absent, false), { state: 'absent', why: 'no command for it' });
});

test('a fault is one line without what differs from run to run', () => {
  assert.equal(
    plainFault('\u001b[31mno\nanswer\u001b[0m from http://127.0.0.1:4711/mcp'),
    'no answer from http://127.0.0.1/mcp',
  );
  assert.equal(plainFault('session 01234567-89ab-4def-8123-456789abcdef'), 'session <id>');
  assert.equal(plainFault('x'.repeat(1_000)).length, 161);
});

test('the first difference is found at any depth', () => {
  assert.equal(firstDifference({ a: [1, { b: 2 }] }, { a: [1, { b: 3 }] }), '/a/1/b: 2 became 3');
  assert.equal(firstDifference(1, 2), '/: 1 became 2');
  assert.equal(firstDifference({ a: 1 }, {}), '/a: 1 became undefined');
  assert.equal(firstDifference([1], [1]), undefined);
});
