import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scanBatch } from '#ledger/verify/batch.ts';
import { ByteReader } from '#ledger/verify/byte-reader.ts';
import { FaultFound } from '#ledger/verify/fault.ts';
import { parseVkeys } from '#ledger/verify/note.ts';
import { checkBatch, checkSegmentStart, newWalk } from '#ledger/verify/walk.ts';
import { LogBuilder, frame, leafHash, merkleRoot, segmentFile } from '#test/golden/build.ts';

const log = new LogBuilder({ segmentBytes: 8 * 1024 });
log.batch([
  { kind: 'control', st: 'opened' },
  { kind: 'control', st: 'start' },
]);
const file = segmentFile(0);
const bytes = log.files().get(file) ?? Buffer.alloc(0);

function begin(seen: Buffer[] = []) {
  const keys = parseVkeys(log.vkey);
  assert.ok(keys.ok);
  const walk = newWalk({
    origin: log.origin,
    keys: keys.value,
    later: undefined,
    blobs: undefined,
    onLeaf: (leaf, hash) => {
      assert.deepEqual(hash, leafHash(leaf));
      seen.push(Buffer.from(leaf));
    },
  });
  const reader = new ByteReader({
    bytes: bytes.length,
    read: (into, position) => Promise.resolve(bytes.copy(into, 0, position)),
    close: () => Promise.resolve(),
  });
  return { walk, reader };
}

test('a batch moves the walk to its commit and hands out every leaf with its hash', async () => {
  const seen: Buffer[] = [];
  const { walk, reader } = begin(seen);
  const offset = await checkSegmentStart(walk, reader, file, 0);
  const scan = await scanBatch(reader, offset);
  assert.ok(scan.kind === 'complete');
  assert.equal(await checkBatch(walk, reader, file, offset, scan.records), scan.end);
  assert.deepEqual(seen, log.leaves);
  assert.equal(walk.commit?.root, merkleRoot(log.hashes).toString('base64'));
  assert.equal(walk.tally.records.control, 2);
});

test('a segment whose file is not the next one is a fault at its header', async () => {
  const { walk, reader } = begin();
  await assert.rejects(checkSegmentStart(walk, reader, segmentFile(1), 1), (error) => {
    assert.ok(error instanceof FaultFound);
    assert.deepEqual([error.fault.code, error.fault.offset], ['header', 8]);
    return true;
  });
});

test('a flipped bit in the magic is named with its offset', async () => {
  for (let at = 0; at < 8; at += 1) {
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    const { walk, reader } = begin();
    await assert.rejects(checkSegmentStart(walk, reader, file, 0), (error) => {
      assert.ok(error instanceof FaultFound);
      assert.deepEqual([error.fault.code, error.fault.offset], ['magic', at]);
      return true;
    });
    bytes[at] = (bytes[at] ?? 0) ^ 1;
  }
});

const faultOf = async (step: Promise<unknown>) => {
  const error = await step.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof FaultFound ? error.fault : undefined;
};
const readerOf = (file: Buffer, size = file.length): ByteReader =>
  new ByteReader({
    bytes: size,
    read: (into, position) => Promise.resolve(file.copy(into, 0, position)),
    close: () => Promise.resolve(),
  });

test('a segment without a header frame, with another frame in its place or a damaged one is a fault', async () => {
  const magic = Buffer.from('GBSEG01\n');
  const damaged = Buffer.from(bytes);
  damaged[30] = (damaged[30] ?? 0) ^ 1;
  const cases = [
    [Buffer.concat([magic, Buffer.alloc(100)]), /no header frame/],
    [Buffer.concat([magic, frame('R', Buffer.from('x')), Buffer.alloc(100)]), /no header frame/],
    [damaged, /header frame is damaged/],
  ] as const;
  for (const [segment, what] of cases) {
    const fault = await faultOf(checkSegmentStart(begin().walk, readerOf(segment), file, 0));
    assert.equal(fault?.code, 'header');
    assert.match(fault.what, what);
  }
});

test('a file larger than a segment may be is refused before it is read', async () => {
  const huge = new ByteReader({
    bytes: 1024 * 1024 * 1024 + 1,
    read: () => assert.fail('nothing is read'),
    close: () => Promise.resolve(),
  });
  assert.equal((await faultOf(checkSegmentStart(begin().walk, huge, file, 0)))?.code, 'segment_size');
});

test('bytes that change between the look at a batch and its check are a fault, not an exception', async () => {
  for (const place of ['record', 'commit'] as const) {
    const { walk } = begin();
    const copy = Buffer.from(bytes);
    const reader = readerOf(copy);
    const offset = await checkSegmentStart(walk, reader, file, 0);
    const scan = await scanBatch(reader, offset);
    assert.ok(scan.kind === 'complete');
    copy.fill(0xff, place === 'record' ? offset : scan.end - 20, place === 'record' ? offset + 20 : scan.end);
    reader.refresh();
    assert.equal((await faultOf(checkBatch(walk, reader, file, offset, scan.records)))?.code, 'damaged');
  }
});
