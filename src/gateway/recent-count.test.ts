import assert from 'node:assert/strict';
import { test } from 'node:test';
import { array, assert as assertProperty, nat, property } from 'fast-check';
import { RecentCount } from '#gateway/recent-count.ts';

test('what happened is in the last minute and the last hour, and leaves each when it is that old and a step more', () => {
  const count = new RecentCount();
  count.add(1_000_000);
  assert.deepEqual(count.times(1_000_000), { minute: 1, hour: 1 });
  assert.deepEqual(count.times(1_060_000), { minute: 1, hour: 1 });
  assert.deepEqual(count.times(1_065_000), { minute: 0, hour: 1 });
  assert.equal(count.isEmpty(1_065_000), false);
  assert.deepEqual(count.times(1_000_000 + 3_660_000), { minute: 0, hour: 0 });
  assert.equal(count.isEmpty(1_000_000 + 3_660_000), true);
});

test('never less is counted than happened, and never more than a step longer ago', () => {
  assertProperty(
    property(array(nat(600_000), { minLength: 1, maxLength: 60 }), (gaps) => {
      const count = new RecentCount();
      const times: number[] = [];
      let now = 0;
      for (const gap of gaps) {
        now += gap;
        times.push(now);
        count.add(now);
        const since = (ms: number): number => times.filter((time) => time > now - ms).length;
        const { minute, hour } = count.times(now);
        assert.ok(minute >= since(60_000) && minute <= since(65_000), `${minute} in a minute`);
        assert.ok(hour >= since(3_600_000) && hour <= since(3_660_000), `${hour} in an hour`);
      }
    }),
  );
});

test('a flood within a step is counted as far as there are numbers, and forgotten with its step', () => {
  const count = new RecentCount();
  for (let flood = 0; flood < 70_000; flood += 1) count.add(0);
  assert.deepEqual(count.times(0), { minute: 65_535, hour: 65_535 });
  assert.deepEqual(count.times(70_000), { minute: 0, hour: 65_535 });
  count.clear();
  assert.equal(count.isEmpty(70_000), true);
});
