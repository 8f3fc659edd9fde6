import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PASS_STRICTNESS, isTooLooseForSecrets, strictnessOf } from '#masking/operators/operator.ts';

test('operators are in one order, from what shows most to what shows nothing', () => {
  const order = [
    PASS_STRICTNESS,
    strictnessOf({ name: 'partial', keep: 8 }),
    strictnessOf({ name: 'partial', keep: 1 }),
    strictnessOf({ name: 'format' }),
    strictnessOf({ name: 'token' }),
    strictnessOf({ name: 'redact' }),
    strictnessOf({ name: 'replace', text: '(removed)' }),
    strictnessOf({ name: 'drop' }),
    strictnessOf({ name: 'block' }),
  ];
  assert.deepEqual(
    order,
    [...new Set(order)].toSorted((a, b) => a - b),
  );
});

test('what shows a part or the form of a value is no operator for secrets', () => {
  const names = ['partial', 'format', 'token', 'redact', 'replace', 'drop', 'block'] as const;
  assert.deepEqual(names.filter(isTooLooseForSecrets), ['partial', 'format']);
});
