import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '#limits.ts';
import { openKeys } from '#ledger/open-keys.ts';
import { systemRandom } from '#ledger/random.ts';
import { createFakeDisk } from '#test/fakes/disk.ts';
import type { FakeDisk } from '#test/fakes/disk.ts';

async function openRing(disk: FakeDisk) {
  const keys = await openKeys({ disk: disk.mount(), dir: '/keys', origin: 'acme/a', random: systemRandom });
  return keys.ok ? keys.value.keyring : assert.fail(keys.error.message);
}
const lines = (disk: FakeDisk): number =>
  (disk.contents().get('/keys/ring.jsonl')?.toString() ?? '').split('\n').length - 1;

test('callers asking together for the same new key get one key, written once', async () => {
  const disk = createFakeDisk(1);
  const ring = await openRing(disk);
  const keys = await Promise.all(Array.from({ length: 20 }, (_, i) => ring.obtain(1, i % 2 === 0 ? 'a\nx' : 'a\ny')));
  assert.equal(lines(disk), 3);
  assert.ok(keys.every((key, i) => key.key.equals((keys[i % 2] ?? key).key)));
  assert.ok(!keys[0]?.key.equals(keys[1]?.key ?? keys[0].key));
  await ring.close();
});

test('a key is at hand only after it is durable', async () => {
  const disk = createFakeDisk(1);
  const ring = await openRing(disk);
  const pending = ring.obtain(1, 'a\nx');
  assert.equal(ring.cached(1, 'a\nx'), undefined);
  const key = await pending;
  assert.equal(ring.cached(1, 'a\nx'), key);
  assert.equal(ring.cached(2, 'a\nx'), undefined);
  disk.powerCycle();
  const again = await openRing(disk);
  assert.ok((await again.open(key))?.equals(key.key));
});

test('after one failed sync no key is handed out any more', async () => {
  const disk = createFakeDisk(1);
  const ring = await openRing(disk);
  await ring.obtain(1, 'a\nx');
  disk.failAt(disk.operations + 2, 'error');
  await assert.rejects(ring.obtain(1, 'a\ny'), /EIO/);
  await assert.rejects(ring.obtain(1, 'a\nz'), /EIO/);
  assert.ok((await ring.obtain(1, 'a\nx')).key);
});

test('each day has its own piece key for a caller, and old ones still open', async () => {
  const ring = await openRing(createFakeDisk(1));
  const [first, second] = [await ring.obtain(1, 'a\nx'), await ring.obtain(2, 'a\nx')];
  assert.deepEqual(first.subject, second.subject);
  assert.ok(!first.key.equals(second.key));
  assert.ok((await ring.open(first))?.equals(first.key));
  // The clock went back: the earlier day's key is found again, and today's cache is not spoilt.
  assert.ok((await ring.obtain(1, 'a\nx')).key.equals(first.key));
  assert.equal(ring.cached(2, 'a\nx'), second);
  await ring.close();
});

test('the cache of derived keys is bounded', async () => {
  const ring = await openRing(createFakeDisk(1));
  const count = LIMITS.blobKeysCached + 10;
  for (let i = 0; i < count; i += 1) await ring.obtain(1, `a\n${i}`);
  let cached = 0;
  for (let i = 0; i < count; i += 1) if (ring.cached(1, `a\n${i}`) !== undefined) cached += 1;
  assert.equal(cached, LIMITS.blobKeysCached);
  await ring.close();
});

test('tomorrow’s key can be made today', async () => {
  const disk = createFakeDisk(1);
  const ring = await openRing(disk);
  await ring.prepareDay(7);
  await ring.prepareDay(7);
  assert.equal(lines(disk), 1);
  await ring.close();
});
