import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, positionOf, record, toolCall } from '#test/fakes/event-records.ts';
import { callerWord } from '#events/caller-word.ts';
import { project } from '#events/project.ts';

test('an intent and its result of one batch become one opened event with its closing', () => {
  const { opened, later } = project([toolCall(0, 'find', { who: 'Ada' }), answer(1, 0, 'found', { code: 'c' })], 1_000);
  assert.equal(opened.length, 1);
  assert.deepEqual(later, []);
  assert.equal(opened[0]?.outcome, 'open');
  assert.equal(opened[0]?.text, `${callerWord('alice')}\nfind\nwho\nAda`);
  assert.deepEqual(opened[0]?.closing, {
    n: 1,
    outcome: 'ok',
    code: 'c',
    durationMs: 12,
    masking: [],
    text: 'found',
    position: positionOf(1),
  });
});

test('a result, an orphan and messages of earlier intents are changes of those', () => {
  const { opened, later } = project(
    [
      answer(5, 2, 'x'),
      record({ n: 6, ref: 3, kind: 'orphan', st: 'orphan' }),
      record({ n: 7, ref: 4, kind: 'stream', st: 'late' }),
    ],
    1_000,
  );
  assert.deepEqual(opened, []);
  assert.deepEqual(
    later.map((change) => [
      change.change,
      change.ref,
      change.change === 'close' ? change.closing.outcome : change.message.direction,
    ]),
    [
      ['close', 2, 'ok'],
      ['close', 3, 'orphan'],
      ['message', 4, 'late'],
    ],
  );
});

test('refusals, control records, anchors and messages outside every call are events by themselves', () => {
  const { opened } = project(
    [
      record({ n: 0, kind: 'control', st: 'opened' }),
      record({ n: 1, kind: 'denied', st: 'unauthenticated' }),
      record({ n: 2, kind: 'stream', st: 'down' }),
      record({ n: 3, kind: 'anchor', st: 'witness-1' }),
    ],
    1_000,
  );
  assert.deepEqual(
    opened.map(({ kind, outcome, code }) => [kind, outcome, code]),
    [
      ['control', null, 'opened'],
      ['denied', 'denied', 'unauthenticated'],
      ['stream', null, 'down'],
      ['anchor', null, 'witness-1'],
    ],
  );
});

test('of a record whose key is destroyed the leaf is still projected', () => {
  const { opened } = project(
    [
      record({ n: 0, kind: 'intent', header: null }),
      record({ n: 1, ref: 0, kind: 'result', st: 'error', header: null }),
    ],
    1_000,
  );
  assert.equal(opened[0]?.header, null);
  assert.equal(opened[0]?.text, '');
  assert.equal(opened[0]?.closing?.outcome, 'error');
});
