import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createHourCount } from '#gateway/hour-count.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

test('what was counted stays for an hour and is gone a minute later at most', () => {
  const count = createHourCount();
  count.add(3, 100, 30_000);
  assert.deepEqual(
    [count.waitMs('calls', 1, 4, HOUR + 30_000), count.waitMs('calls', 2, 4, HOUR + 30_000)],
    [0, 30_000],
  );
  assert.equal(count.isEmpty(HOUR + MINUTE - 1), false);
  assert.equal(count.isEmpty(HOUR + MINUTE), true);
  assert.equal(count.waitMs('bytes', 100, 100, HOUR + MINUTE), 0);
});

test('the wait is until enough of the oldest has passed, not until all of it has', () => {
  const count = createHourCount();
  count.add(1, 10, 0);
  count.add(1, 500, 10 * MINUTE);
  count.add(1, 490, 20 * MINUTE);
  const at = 30 * MINUTE;
  assert.equal(count.waitMs('calls', 1, 3, at), 61 * MINUTE - at);
  assert.equal(count.waitMs('bytes', 10, 1_000, at), 61 * MINUTE - at);
  assert.equal(count.waitMs('bytes', 11, 1_000, at), 71 * MINUTE - at);
  assert.equal(count.waitMs('bytes', 1_000, 1_000, at), 81 * MINUTE - at);
  assert.equal(count.waitMs('bytes', 1_001, 1_000, at), HOUR);
});

test('a long silence leaves nothing behind', () => {
  const count = createHourCount();
  for (let at = 0; at < HOUR; at += MINUTE) count.add(1, 1, at);
  assert.equal(count.isEmpty(100 * HOUR), true);
  assert.equal(count.waitMs('calls', 1, 1, 100 * HOUR), 0);
  count.add(1, 0, 100 * HOUR);
  assert.ok(count.waitMs('calls', 1, 1, 100 * HOUR) > 0);
  count.clear();
  assert.equal(count.isEmpty(100 * HOUR), true);
});

test('no hour has more than the limit, whenever calls come, and who waits as told gets through', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 20 * MINUTE }), { minLength: 1, maxLength: 80 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), gaps, (limit, waits) => {
      const count = createHourCount();
      const passed: number[] = [];
      let now = 0;
      for (const gap of waits) {
        now += gap;
        const wait = count.waitMs('calls', 1, limit, now);
        now += wait;
        assert.equal(count.waitMs('calls', 1, limit, now), 0);
        count.add(1, 0, now);
        passed.push(now);
      }
      for (const from of passed)
        assert.ok(passed.filter((at) => at >= from && at < from + HOUR).length <= limit, `over ${limit}`);
    }),
  );
});
