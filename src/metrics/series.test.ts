import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSeries } from '#metrics/series.ts';

test('the same labels give the same child, made once', () => {
  const made: string[][] = [];
  const series = createSeries((values) => {
    made.push(values);
    return values;
  }, 10);
  assert.equal(series.child('a', 'b'), series.child('a', 'b'));
  assert.notEqual(series.child('a', 'b'), series.child('a', 'c'));
  assert.deepEqual(made, [
    ['a', 'b'],
    ['a', 'c'],
  ]);
});

test('without room for more, what is new is counted together, by its first label alone', () => {
  const series = createSeries((values) => values.join(' '), 2);
  series.child('a', '1', 'x');
  series.child('a', '2', 'x');
  assert.equal(series.child('a', '3', 'x'), 'a _OTHER _OTHER');
  assert.equal(series.child('b', '4', 'y'), 'b _OTHER _OTHER');
  assert.equal(series.child('a', '1', 'x'), 'a 1 x');
  for (let at = 0; at < 1_000; at += 1) series.child('a', String(at), 'x');
  assert.equal(series.size, 4);
});
