import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCelMap } from '@bufbuild/cel';
import { createBudget } from '#policy/condition-budget.ts';
import { toCelValue } from '#policy/condition-values.ts';

const budget = createBudget(1_000);

test('whole numbers are int, others double, bigints themselves', () => {
  assert.equal(toCelValue(5, budget), 5n);
  assert.equal(toCelValue(-0.5, budget), -0.5);
  assert.equal(toCelValue(1e300, budget), 1e300);
  assert.equal(toCelValue(2n ** 80n, budget), 2n ** 80n);
});

test('a map has what the object itself has, null included and prototypes excluded', () => {
  const map = toCelValue(JSON.parse('{"a":null,"__proto__":1,"c":{"d":2}}'), budget);
  assert.ok(isCelMap(map));
  assert.ok(map.has('a') && map.has('__proto__') && !map.has('toString') && !map.has('constructor'));
  assert.equal(map.get('a'), null);
  assert.equal(map.get('__proto__'), 1n);
  assert.equal(map.get('toString'), undefined);
  assert.deepEqual([...map.keys()], ['a', '__proto__', 'c']);
  assert.equal([...map.values()].length, 3);
  assert.equal([...map.entries()].length, map.size);
});

test('what is not JSON is refused, and a long list costs its length', () => {
  assert.throws(() => toCelValue(undefined, budget), /no JSON value/);
  assert.throws(() => toCelValue(() => 1, budget), /no JSON value/);
  budget.reset();
  assert.throws(() => toCelValue(Array(2_000).fill(1), budget), /too costly/);
});
