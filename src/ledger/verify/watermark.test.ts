import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseWatermark } from '#ledger/verify/watermark.ts';
import { LogBuilder } from '#test/golden/build.ts';

const bytes = new LogBuilder().watermark(3, 5_000_000_000, 2 ** 40);

test('a watermark gives segment, offset and size', () => {
  assert.deepEqual(parseWatermark(bytes), { segment: 3, offset: 5_000_000_000, size: 2 ** 40 });
});

test('a flipped bit in any byte of a watermark makes it unreadable', () => {
  for (let at = 0; at < bytes.length; at += 1) {
    const bad = Buffer.from(bytes);
    bad[at] = (bad[at] ?? 0) ^ 4;
    assert.equal(parseWatermark(bad), undefined, `byte ${at}`);
  }
});

test('a watermark of another length or beyond what is exact is unreadable', () => {
  assert.equal(parseWatermark(bytes.subarray(0, 31)), undefined);
  assert.equal(parseWatermark(new LogBuilder().watermark(0, 2 ** 60, 0)), undefined);
});
