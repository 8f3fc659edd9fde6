import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  beginSegment,
  createAhead,
  decodeSegmentStart,
  encodeSegmentStart,
  segmentName,
  segmentNumber,
} from '#ledger/segment.ts';
import { createFakeDisk } from '#test/fakes/disk.ts';
import type { SegmentHeader } from '#ledger/segment.ts';

const header: SegmentHeader = {
  origin: 'acme/a',
  segment: 2,
  size: 8192,
  first: 5,
  edge: [Buffer.alloc(32, 1), Buffer.alloc(32, 2)],
  open: [[3, 'a'.repeat(26)]],
  keys: ['acme/a+00000000+AAAA'],
  t: 9,
};

test('a header decodes to itself and names where the batches begin', () => {
  const bytes = encodeSegmentStart(header);
  assert.deepEqual(decodeSegmentStart(Buffer.concat([bytes, Buffer.alloc(10)])), {
    ok: true,
    value: { header, end: bytes.length },
  });
});

test('any changed byte of magic or header is refused', () => {
  const bytes = encodeSegmentStart(header);
  for (let at = 0; at < bytes.length; at += 1) {
    const bad = Buffer.from(bytes);
    bad[at] = (bad[at] ?? 0) ^ 2;
    assert.equal(decodeSegmentStart(bad).ok, false, `byte ${at}`);
  }
});

test('a sound frame with a header that cannot be is refused', () => {
  const bad: Partial<SegmentHeader>[] = [
    { first: 7 },
    { edge: [Buffer.alloc(31), Buffer.alloc(32)] },
    { open: [[3, 'x']] },
    { open: [[-1, 'a'.repeat(26)]] },
    { segment: 0.5 },
    { t: -1 },
  ];
  for (const change of bad)
    assert.equal(decodeSegmentStart(encodeSegmentStart({ ...header, ...change })).ok, false, JSON.stringify(change));
});

test('names have eight digits, and other files have no number', () => {
  assert.equal(segmentName(12), '00000012.seg');
  assert.equal(segmentNumber('00000012.seg'), 12);
  for (const name of ['next.tmp', '12.seg', '00000012.seg.tmp', '000000120.seg'])
    assert.equal(segmentNumber(name), undefined);
});

test('a segment has its name only with its header synced, whenever the power goes', async () => {
  const whole = createFakeDisk(0);
  const begin = async (disk: ReturnType<typeof createFakeDisk>): Promise<void> => {
    const mounted = disk.mount();
    await beginSegment(mounted, '/l', await createAhead(mounted, '/l', header.size), header);
  };
  await begin(whole);
  assert.equal(whole.contents().get('/l/00000002.seg')?.length, header.size);
  for (let at = 1; at <= whole.operations + 1; at += 1) {
    const disk = createFakeDisk(at);
    disk.failAt(at, 'power cut');
    await Promise.race([begin(disk), disk.cut]);
    disk.powerCycle();
    const bytes = disk.contents().get('/l/00000002.seg');
    if (bytes !== undefined) assert.ok(decodeSegmentStart(bytes).ok && bytes.length === header.size, `cut at ${at}`);
    else assert.ok(at <= whole.operations, 'after the directory sync the name must be there');
  }
});

test('a header that leaves no room is refused', async () => {
  const mounted = createFakeDisk(1).mount();
  const ahead = await createAhead(mounted, '/l', 64);
  await assert.rejects(beginSegment(mounted, '/l', ahead, { ...header, size: 64 }), RangeError);
});
