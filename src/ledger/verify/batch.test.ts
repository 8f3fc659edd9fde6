import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scanBatch, whyNotOneBatch } from '#ledger/verify/batch.ts';
import { ByteReader } from '#ledger/verify/byte-reader.ts';
import { LogBuilder, frame } from '#test/golden/build.ts';

const readerOf = (frames: readonly Buffer[], bytes = 8 * 1024): ByteReader => {
  const file = Buffer.alloc(bytes);
  Buffer.concat(frames).copy(file);
  return new ByteReader({
    bytes,
    read: (into, position) => Promise.resolve(file.copy(into, 0, position)),
    close: () => Promise.resolve(),
  });
};
const log = new LogBuilder();
log.batch([{ kind: 'control', st: 'opened' }]);
const control = { kind: 'control', st: 'heartbeat' };
const [one, two] = [log.record(control), log.record(control)];
const commit = log.commitFrame(1, 2);
const three = log.record(control);
const nextCommit = log.commitFrame(3, 1);
const torn = (bytes: Buffer): Buffer => Buffer.concat([Buffer.alloc(20, 1), bytes.subarray(20)]);

test('a batch is complete with its commit frame and broken without', async () => {
  const scan = await scanBatch(readerOf([one, two, commit]), 0);
  assert.deepEqual(scan, { kind: 'complete', records: 2, end: one.length + two.length + commit.length });
  const cut = await scanBatch(readerOf([one, two]), 0);
  assert.ok(cut.kind === 'broken');
  assert.deepEqual([cut.at, cut.records, cut.zeroTail], [one.length + two.length, 2, false]);
});

test('a batch of more records than allowed is broken, however long it goes on', async () => {
  const tiny = frame('R', Buffer.from('x'));
  const scan = await scanBatch(
    readerOf(
      Array.from({ length: 65_537 }, () => tiny),
      2 * 1024 * 1024,
    ),
    0,
  );
  assert.ok(scan.kind === 'broken');
  assert.match(scan.what, /more than 65536 records/);
});

test('zeros to the end are the end, zeros before anything else are not', async () => {
  assert.equal((await scanBatch(readerOf([]), 0)).kind, 'end');
  const dirty = await scanBatch(readerOf([Buffer.alloc(500), Buffer.from([1])]), 0);
  assert.ok(dirty.kind === 'broken');
  assert.deepEqual([dirty.at, dirty.zeroTail], [500, true]);
});

test('whatever may be left of one batch is taken for it, in any order its pages reached the disk', async () => {
  const whole = [one, two, commit];
  const length = Buffer.concat(whole).length;
  for (let from = 0; from < length; from += 64) {
    for (let to = from + 64; to < length; to += 128) {
      const left = Buffer.concat(whole);
      left.fill(0, from, to);
      assert.equal(await whyNotOneBatch(readerOf([left]), 0, 1), undefined, `zeros from ${from} to ${to}`);
    }
  }
});

test('what cannot be left of one batch is told apart', async () => {
  const why = (frames: readonly Buffer[]) => whyNotOneBatch(readerOf(frames), 0, 1);
  assert.match(
    (await why([torn(one), two, torn(commit), three, nextCommit])) ?? '',
    /record 3 .* follows directly on record 2/,
  );
  assert.match(
    (await why([torn(one), torn(two), torn(commit), torn(three), nextCommit])) ?? '',
    /does not begin at record 1/,
  );
  assert.match((await why([torn(one), two, commit, three])) ?? '', /bytes follow the good commit frame/);
  assert.match((await why([torn(one), frame('H', Buffer.from('{}'))])) ?? '', /header frame/);
  assert.match((await why([Buffer.alloc(30, 7), one])) ?? '', /record 1 .* follows directly on record 0/);
});
