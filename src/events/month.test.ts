import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createMonthOf, keyOf, keyRange, monthEnd, monthOf, monthStart } from '#events/month.ts';

const times = fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) });

test('keys order by time, then by index, and are exact integers', () => {
  fc.assert(
    fc.property(times, fc.nat(1_000_000), fc.nat(1_000_000), (t, n, m) => {
      const month = monthOf(t);
      const key = keyOf(month, t, n);
      assert.ok(Number.isSafeInteger(key) && key >= 0);
      assert.equal(Math.sign(key - keyOf(month, t, m)), Math.sign(n - m));
      if (monthOf(t + 1) === month) assert.ok(key < keyOf(month, t + 1, 0));
    }),
  );
});

test('a time range takes exactly the keys of its times, its end excluded', () => {
  fc.assert(
    fc.property(times, times, times, fc.nat(5_000_000), (t, a, b, n) => {
      const month = monthOf(t);
      const { from, to } = keyRange(month, a, b);
      const key = keyOf(month, t, n);
      assert.equal(key >= from && key < to, t >= a && t < b);
    }),
  );
});

test('a month ends where the next begins, also in December and leap years', () => {
  assert.equal(monthEnd('2026-12'), monthStart('2027-01'));
  assert.equal(monthEnd('2028-02') - monthStart('2028-02'), 29 * 86_400_000);
});

test('a time no calendar has still falls into a month', () => {
  assert.equal(monthOf(-5), '1970-01');
  assert.equal(monthOf(Number.MAX_SAFE_INTEGER), '9999-12');
  assert.ok(Number.isSafeInteger(keyOf('9999-12', Number.MAX_SAFE_INTEGER, 7)));
});

test('remembering the month before changes no answer', () => {
  const quick = createMonthOf();
  const times = [0, 1, Date.UTC(2026, 10, 30, 23, 59, 59, 999), Date.UTC(2026, 11, 1), Date.UTC(2026, 10, 1), -5, 9e15];
  for (const t of [...times, ...times.toReversed()]) assert.equal(quick(t), monthOf(t), String(t));
});
