import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callId, pooledRandom, systemRandom } from '#ledger/random.ts';
import { CALL_PATTERN } from '#ledger/leaf.ts';

test('no byte of the pool is handed out twice, also across refills', () => {
  let counter = 0;
  const random = pooledRandom((into) => {
    const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
    for (let i = 0; i < into.length; i += 4) view.setUint32(i, counter++);
  });
  const seen = new Set<number>();
  for (let i = 0; i < 10_000; i += 1) seen.add(random(4).readUInt32BE(0));
  assert.equal(seen.size, 10_000);
});

test('what was handed out does not change when the pool is filled again', () => {
  const random = pooledRandom(systemRandom);
  const first = random(32);
  const copy = Buffer.from(first);
  for (let i = 0; i < 2_000; i += 1) random(32);
  assert.deepEqual(first, copy);
});

test('more than the pool at a time is refused', () => {
  assert.throws(() => pooledRandom(systemRandom)(17 * 1024), RangeError);
});

test('call ids have the form of the format and differ', () => {
  const random = pooledRandom(systemRandom);
  const ids = Array.from({ length: 1_000 }, () => callId(random));
  assert.ok(ids.every((id) => CALL_PATTERN.test(id)));
  assert.equal(new Set(ids).size, ids.length);
});
