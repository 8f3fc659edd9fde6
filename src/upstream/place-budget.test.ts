import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPlaceBudget } from '#upstream/place-budget.ts';

test('neither all callers nor one caller can hold more places than their caps', () => {
  const budget = createPlaceBudget({ total: 3, perOwner: 2 });
  const first = budget.take('ann');
  assert.ok(first !== undefined && budget.take('ann') !== undefined);
  assert.equal(budget.take('ann'), undefined);
  assert.ok(budget.take('bob') !== undefined);
  assert.equal(budget.take('eve'), undefined);
  first();
  first();
  assert.equal(budget.count(), 2);
  assert.ok(budget.take('eve') !== undefined);
  assert.equal(budget.take('ann'), undefined, 'giving back twice frees one place only');
});
