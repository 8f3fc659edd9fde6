import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OpenIntents } from '#ledger/open-intents.ts';

const [A, B] = ['a'.repeat(26), 'b'.repeat(26)];

test('an intent is open from its record to its one result or orphan', () => {
  const open = new OpenIntents([[3, A]]);
  open.apply({ kind: 'intent', call: B, ref: null, n: 4 });
  assert.deepEqual(open.entries(), [
    [3, A],
    [4, B],
  ]);
  assert.equal(open.fault({ kind: 'result', call: A, ref: 3, st: 'ok' }), undefined);
  open.apply({ kind: 'result', call: A, ref: 3, n: 5 });
  assert.match(open.fault({ kind: 'orphan', call: A, ref: 3, st: 'orphan' }) ?? '', /not open/);
  assert.equal(open.size, 1);
});

test('a record may not close or join another call’s intent, nor open its own call twice', () => {
  const open = new OpenIntents([[3, A]]);
  assert.match(open.fault({ kind: 'result', call: B, ref: 3, st: 'ok' }) ?? '', /not open/);
  assert.match(open.fault({ kind: 'stream', call: B, ref: 3, st: 'down' }) ?? '', /not open/);
  assert.match(open.fault({ kind: 'intent', call: A, ref: null, st: 'open' }) ?? '', /already/);
  assert.match(open.fault({ kind: 'result', call: A, ref: null, st: 'ok' }) ?? '', /not open/);
});

test('late streams, messages outside calls, denials and controls need no open intent', () => {
  const open = new OpenIntents();
  assert.equal(open.fault({ kind: 'stream', call: A, ref: 3, st: 'late' }), undefined);
  assert.equal(open.fault({ kind: 'stream', call: A, ref: null, st: 'down' }), undefined);
  for (const kind of ['denied', 'control', 'anchor'] as const)
    assert.equal(open.fault({ kind, call: A, ref: null, st: 'x' }), undefined);
});
