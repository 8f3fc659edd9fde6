import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lastCheckpoint } from '#ledger/verify/last-checkpoint.ts';
import { appendCall, buildLog, memoryFiles, segmentFile } from '#test/golden/build.ts';

const log = buildLog(20, { segmentBytes: 8 * 1024 });

test('the checkpoint at the watermark is given back, in whichever segment it lies', async () => {
  assert.deepEqual(await lastCheckpoint(memoryFiles(log.files()), log.vkey), {
    ok: true,
    value: log.checkpoints.get(42),
  });
});

test('a commit beyond the watermark was not issued and is not given out', async () => {
  const growing = buildLog(3);
  const watermark = growing.watermark();
  appendCall(growing, 9);
  const files = growing.files().set('watermark', watermark);
  assert.deepEqual(await lastCheckpoint(memoryFiles(files), growing.vkey), {
    ok: true,
    value: growing.checkpoints.get(8),
  });
});

test('without a readable watermark nothing is known to be issued', async () => {
  for (const files of [log.files(false), log.files().set('watermark', Buffer.alloc(32))]) {
    const checkpoint = await lastCheckpoint(memoryFiles(files), log.vkey);
    assert.ok(!checkpoint.ok && checkpoint.error.reason === 'unavailable');
  }
});

test('a watermark that points nowhere, a missing segment and a foreign key are refused', async () => {
  const gone = log.files();
  gone.delete(segmentFile(log.segments.length - 1));
  const cases = [
    [log.files().set('watermark', log.watermark(0, 100, 2)), log.vkey, /no commit frame that ends/],
    [log.files().set('watermark', log.watermark(undefined, undefined, 41)), log.vkey, /not the one/],
    [gone, log.vkey, /is missing/],
    [log.files(), buildLog(1, { seed: 'another key' }).vkey, /not signed by the given key/],
    [log.files(), 'nonsense', /verifier key/],
  ] as const;
  for (const [files, vkey, what] of cases) {
    const checkpoint = await lastCheckpoint(memoryFiles(files), vkey);
    assert.ok(!checkpoint.ok && checkpoint.error.reason === 'invalid');
    assert.match(checkpoint.error.what, what);
  }
});
