import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fittingValues } from '#masking/fitting-values.ts';

test('what was masked is never offered again, whatever the schema names', () => {
  const schema = { enum: ['gold', 'blue'], const: 'gold', default: 'gold' };
  assert.equal(fittingValues([schema], 'gold', '[X]').includes('gold'), false);
  assert.ok(fittingValues([schema], 'gold', '[X]').includes('blue'));
  assert.equal(fittingValues([{}], 0, '[X]').includes(0), false);
});

test('numbers are offered for numbers, inside their bounds', () => {
  const offered = fittingValues([{ minimum: 10, maximum: 99, multipleOf: 5 }], 78_051_120, '[X]');
  assert.ok(offered.includes(10) && offered.includes(95));
  assert.equal(offered.includes('masked.invalid'), false);
});

test('texts are offered in the length asked for and in the shape of what was there', () => {
  const offered = fittingValues([{ minLength: 6, maxLength: 8 }], '078-05-1120', '[US_SSN:k1:abc]');
  assert.equal(offered[0], '[US_SSN:');
  assert.ok(offered.includes('000-00-0000') && offered.includes('******'));
  assert.ok(fittingValues([{}], 'Zoë 1', 'x').includes('Xxx 0'));
});

test('absurd bounds make no absurd texts', () => {
  const offered = fittingValues([{ minLength: 1e9, maxLength: -1 }], 'a', '[X]');
  assert.ok(offered.every((value) => typeof value !== 'string' || value.length <= 4_096));
});
