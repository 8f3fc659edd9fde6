import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPlaceholders, PLACEHOLDERS } from '#masking/operators/placeholders.ts';
import { createReplace } from '#masking/operators/replace.ts';
import { createRedact } from '#masking/operators/redact.ts';
import { createToken } from '#masking/operators/token.ts';

test('tokens of any key and redactions are recognised, and nothing that only resembles them', () => {
  const outputs = [
    createRedact().put('SECRET', 'x'),
    createToken({ id: 'k1', key: Buffer.alloc(32) }).put('PERSON', 'x'),
    createToken({ id: 'k12', key: Buffer.alloc(32) }).put('US_SSN', 'x'),
  ];
  for (const output of outputs) assert.equal(PLACEHOLDERS.isWhole(output), true, output);
  const text = outputs.join(' and ');
  assert.deepEqual(
    PLACEHOLDERS.spans(text).map(({ start, end }) => text.slice(start, end)),
    outputs,
  );
  for (const value of [
    '[SECRET',
    '[secret]',
    '[HUNTER]',
    '[SECRET:k1:hunter2]',
    ' [SECRET]',
    '[SECRET]x',
    '[SECRET:k1:ABCDEFGHIJKLM]',
    '[X4539148803436467:k1:abcdefghijklm]',
    '',
  ])
    assert.equal(PLACEHOLDERS.isWhole(value), false, value);
});

test('a token of a pattern of the operator is one where that pattern is in use', () => {
  const token = createToken({ id: 'k1', key: Buffer.alloc(32) }).put('STAFF_ID', 'x');
  assert.equal(PLACEHOLDERS.isWhole(token), false);
  assert.equal(createPlaceholders([], ['STAFF_ID']).isWhole(token), true);
});

test('what an operator in use makes is recognised too, and overlapping spans become one', () => {
  const { spans, isWhole } = createPlaceholders([createReplace('(gone)'), createReplace('[SECRET] (gone)')]);
  assert.equal(PLACEHOLDERS.isWhole('(gone)'), false);
  assert.equal(isWhole('(gone)'), true);
  assert.deepEqual(spans('x [SECRET] (gone)'), [{ start: 2, end: 17 }]);
});
