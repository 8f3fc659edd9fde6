import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createProcessBudget } from '#upstream/process-budget.ts';

test('neither all callers nor one caller can hold more processes than their caps', () => {
  const budget = createProcessBudget({ stdioProcesses: 3, stdioProcessesPerCaller: 2 });
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
