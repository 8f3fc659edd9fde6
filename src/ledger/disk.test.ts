import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSmallFile, replaceSmallFile } from '#ledger/disk.ts';
import { createFakeDisk } from '#test/fakes/disk.ts';

test('a replaced file is the old or the new one after a power cut at any operation, and the new one once it returned', async () => {
  const replace = async (disk: ReturnType<typeof createFakeDisk>, text: string): Promise<void> =>
    replaceSmallFile(disk.mount(), '/d', 'f', Buffer.from(text.repeat(600)), 0o600);
  const probe = createFakeDisk(0);
  await replace(probe, 'old');
  const first = probe.operations;
  await replace(probe, 'new');
  for (let at = first + 1; at <= probe.operations + 1; at += 1) {
    const disk = createFakeDisk(at);
    await replace(disk, 'old');
    disk.failAt(at, 'power cut');
    await Promise.race([replace(disk, 'new'), disk.cut]);
    disk.powerCycle();
    const text = (await readSmallFile(disk.mount(), '/d/f', 10_000))?.toString() ?? '';
    assert.ok(text === 'new'.repeat(600) || (at <= probe.operations && text === 'old'.repeat(600)), `cut at ${at}`);
  }
});

test('a file larger than expected is not read', async () => {
  const disk = createFakeDisk(1).mount();
  await replaceSmallFile(disk, '/d', 'f', Buffer.alloc(100), 0o600);
  await assert.rejects(readSmallFile(disk, '/d/f', 99), RangeError);
  assert.equal(await readSmallFile(disk, '/d/none', 99), undefined);
});
