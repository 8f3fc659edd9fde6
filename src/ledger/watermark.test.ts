import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeWatermark, encodeWatermark, readWatermark, WatermarkWriter } from '#ledger/watermark.ts';
import { createFakeDisk } from '#test/fakes/disk.ts';

const mark = { segment: 3, offset: 2 ** 33, size: 2 ** 40 };

test('a watermark is 32 bytes and comes back as it was', () => {
  const bytes = encodeWatermark(mark);
  assert.equal(bytes.length, 32);
  assert.deepEqual(decodeWatermark(bytes), mark);
});

test('any changed byte makes it no watermark', () => {
  for (let at = 0; at < 32; at += 1) {
    const bytes = encodeWatermark(mark);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    assert.equal(decodeWatermark(bytes), undefined, `byte ${at}`);
  }
  assert.equal(decodeWatermark(encodeWatermark(mark).subarray(1)), undefined);
});

test('the newest mark is in the file when the writer has settled, with at most one write under way', async () => {
  const disk = createFakeDisk(1);
  const mounted = disk.mount();
  assert.equal(await readWatermark(mounted, '/l'), undefined);
  const writer = new WatermarkWriter(await mounted.open('/l/watermark', 'create'), (error) =>
    assert.fail(String(error)),
  );
  const before = disk.operations;
  for (let size = 1; size <= 50; size += 1) writer.publish({ segment: 0, offset: size, size }, false);
  await writer.settled();
  assert.equal((await readWatermark(mounted, '/l'))?.size, 50);
  assert.ok(disk.operations - before <= 3);
});

test('under load every eighth mark is written by itself, and what is held back when the writer closes', async () => {
  const disk = createFakeDisk(1);
  const mounted = disk.mount();
  const writer = new WatermarkWriter(await mounted.open('/l/watermark', 'create'), (error) =>
    assert.fail(String(error)),
  );
  const publish = async (size: number): Promise<number | undefined> => {
    writer.publish({ segment: 0, offset: size, size }, true);
    await writer.settled();
    return (await readWatermark(mounted, '/l'))?.size;
  };
  for (let size = 1; size <= 7; size += 1) assert.equal(await publish(size), undefined);
  assert.equal(await publish(8), 8);
  assert.equal(await publish(9), 8);
  await writer.close();
  assert.equal((await readWatermark(mounted, '/l'))?.size, 9);
});

test('a failing write is reported', async () => {
  const disk = createFakeDisk(1);
  const failures: unknown[] = [];
  const writer = new WatermarkWriter(await disk.mount().open('/l/watermark', 'create'), (error) =>
    failures.push(error),
  );
  disk.failAt(disk.operations + 1, 'error');
  writer.publish(mark, false);
  await writer.settled();
  assert.equal(failures.length, 1);
});
