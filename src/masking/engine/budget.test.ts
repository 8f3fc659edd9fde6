import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ScanBudget } from '#masking/engine/budget.ts';

test('a budget that is exhausted stays so', () => {
  const budget = new ScanBudget(10, 1);
  assert.equal(budget.spend(10), true);
  assert.equal(budget.isExhausted, false);
  assert.equal(budget.spend(1), false);
  assert.equal(budget.spend(0), false);
  assert.equal(budget.isExhausted, true);
});

test('only so many costly validations are done', () => {
  const budget = new ScanBudget(10, 1);
  assert.deepEqual([budget.mayValidate(), budget.mayValidate()], [true, false]);
});

test('a value that was validated keeps its answer, and costs no second validation', () => {
  const budget = new ScanBudget(10, 2);
  const asked: string[] = [];
  const isShort = (value: string): boolean => asked.push(value) > 0 && value.length < 3;
  const isLong = (value: string): boolean => !isShort(value);
  assert.deepEqual(
    ['a', 'abc', 'a', 'abc', 'ab'].map((value) => budget.validated(value, isShort, true)),
    [true, false, true, false, true],
  );
  assert.deepEqual(asked, ['a', 'abc']);
  // what another check said is not its answer
  assert.equal(budget.validated('a', isLong, false), false);
  assert.equal(budget.validated('abc', isLong, true), true);
  assert.equal(asked.length, 2);
});

test('patterns of an operator may spend only their part, and what they spend is spent', () => {
  const budget = new ScanBudget(100, 1, 10);
  assert.deepEqual([budget.spendOnPattern(10), budget.left, budget.isExhausted], [true, 90, false]);
  assert.deepEqual([budget.spendOnPattern(1), budget.isExhausted, budget.isExhaustedByPatterns], [false, true, true]);
  const whole = new ScanBudget(10, 1);
  assert.deepEqual([whole.spendOnPattern(11), whole.isExhausted, whole.isExhaustedByPatterns], [false, true, false]);
});
