import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BOUNDS } from '#ledger/verify/bounds.ts';
import { type Evidence, verifyFiles } from '#ledger/verify/verify-shard.ts';
import {
  type Files,
  type LogBuilder,
  appendCall,
  buildLog,
  lengthOf,
  memoryFiles,
  segmentFile,
} from '#test/golden/build.ts';

type Look = Partial<Pick<Evidence, 'pause' | 'onProgress' | 'issuedOnly' | 'checkpoint'>>;
const verify = (log: LogBuilder, files: Files, look: Look = {}) =>
  verifyFiles({ files: memoryFiles(files), vkey: log.vkey, pause: () => Promise.resolve(), ...look });
/** Takes over what the builder wrote meanwhile, as a reader of a running gateway's files sees it. */
function renew(files: Files, log: LogBuilder): void {
  for (const [name, bytes] of log.files()) files.set(name, bytes);
}
/** Files of the log before its last batch, the first `written` bytes of that batch, and where it begins. */
function caughtWriting(log: LogBuilder, written: (batch: Buffer) => Buffer): { files: Files; offset: number } {
  const before = log.files();
  const last = log.segments.length - 1;
  const offset = lengthOf(log.segments[last] ?? []);
  appendCall(log, 99);
  assert.equal(log.segments.length - 1, last, 'the batch must lie in the same segment');
  const batch = Buffer.concat(log.segments[last] ?? []).subarray(offset);
  const bytes = Buffer.from(before.get(segmentFile(last)) ?? Buffer.alloc(0));
  written(Buffer.from(batch)).copy(bytes, offset);
  return { files: new Map(before).set(segmentFile(last), bytes), offset };
}

test('a batch that is being written is waited for', async () => {
  const log = buildLog(3);
  const { files } = caughtWriting(log, (batch) => batch.subarray(0, 300));
  let pauses = 0;
  const report = await verify(log, files, {
    pause: () => {
      pauses += 1;
      if (pauses === 3) renew(files, log);
      return Promise.resolve();
    },
  });
  assert.equal(report.fault, null);
  assert.equal(report.size, log.size);
  assert.equal(pauses, 3);
});

for (const [what, written] of [
  ['its first half', (batch: Buffer) => batch.subarray(0, batch.length / 2)],
  ['all but its commit frame', (batch: Buffer) => batch.subarray(0, batch.length - 200)],
  ['all but its first bytes', (batch: Buffer) => batch.fill(0, 0, 100)],
  ['all but some bytes in the middle', (batch: Buffer) => batch.fill(0, 100, 130)],
  ['one byte', (batch: Buffer) => batch.fill(0, 1)],
] as const) {
  test(`a batch of which a crash left ${what} is reported as incomplete after a bounded wait`, async () => {
    const log = buildLog(3);
    const { files, offset } = caughtWriting(log, written);
    let waitedMs = 0;
    const { fault, size } = await verify(log, files, {
      pause: (ms) => {
        waitedMs += ms;
        return Promise.resolve();
      },
    });
    assert.equal(fault?.code, 'incomplete_batch');
    assert.match(fault?.what ?? '', new RegExp(`last commit at offset ${offset}`));
    assert.equal(size, 8, 'what was committed before it stays good');
    assert.equal(waitedMs, BOUNDS.liveWaitMs);
  });
}

test('an evidence copy without a watermark is judged at once', async () => {
  const log = buildLog(3);
  const { files } = caughtWriting(log, (batch) => batch.subarray(0, 300));
  files.delete('watermark');
  const { fault } = await verify(log, files, { pause: () => assert.fail('nobody writes to a copy') });
  assert.equal(fault?.code, 'incomplete_batch');
});

test('what the watermark knows to be synced is damage, not an incomplete batch', async () => {
  const log = buildLog(3);
  const { files } = caughtWriting(log, (batch) => batch.subarray(0, 300));
  files.set('watermark', log.watermark());
  const { fault } = await verify(log, files, { pause: () => assert.fail('the batch was synced long ago') });
  assert.equal(fault?.code, 'damaged');
  assert.match(fault?.what ?? '', /watermark knows of 10 records/);
});

test('a damaged batch with good ones behind it is damage, as no crash leaves that', async () => {
  const log = buildLog(3);
  const watermark = log.watermark();
  const at = lengthOf(log.segments[0] ?? []);
  appendCall(log, 5);
  appendCall(log, 6);
  const files = log.files().set('watermark', watermark);
  const bytes = files.get(segmentFile(0)) ?? Buffer.alloc(0);
  bytes[at + 40] = (bytes[at + 40] ?? 0) ^ 1;
  const { fault } = await verify(log, files);
  assert.equal(fault?.code, 'damaged');
  assert.equal(fault?.offset, at);
  assert.match(fault?.what ?? '', /not what a crash leaves/);
});

test('a batch cut off in a segment that has a successor is damage, with or without a watermark', async () => {
  const log = buildLog(20, { segmentBytes: 8 * 1024 });
  const frames = log.segments[0] ?? [];
  const files = log.files(false).set(segmentFile(0), log.padded(frames.slice(0, -1)));
  assert.equal((await verify(log, files)).fault?.code, 'damaged');
  files.set('watermark', log.watermark());
  assert.equal((await verify(log, files)).fault?.code, 'damaged');
});

test('a segment that begins while the log is read is followed', async () => {
  const log = buildLog(3, { segmentBytes: 8 * 1024 });
  const files = log.files();
  const before = log.segments.length;
  let grown = false;
  const report = await verify(log, files, {
    onProgress: () => {
      if (grown) return;
      grown = true;
      while (log.segments.length <= before + 1) appendCall(log, 7);
      renew(files, log);
    },
  });
  assert.equal(report.fault, null);
  assert.equal(report.size, log.size);
  assert.equal(report.counts.segments, log.segments.length);
});

test('a log that grows faster than it is read is verified up to a point, and the report says so', async () => {
  const log = buildLog(3);
  const files = log.files();
  const report = await verify(log, files, {
    onProgress: () => {
      appendCall(log, 8);
      renew(files, log);
    },
  });
  assert.equal(report.fault, null);
  assert.match(report.notes.join(), /grows while it is read: verified up to \d+ records/);
});

test('up to the watermark means no byte further, whatever lies there', async () => {
  const log = buildLog(3);
  const { files } = caughtWriting(log, (batch) => batch.subarray(0, 300));
  const report = await verify(log, files, { issuedOnly: true, pause: () => assert.fail('nothing to wait for') });
  assert.equal(report.fault, null);
  assert.equal(report.size, 8);
});

test('a watermark that is behind changes nothing, a damaged one and strange files are noted', async () => {
  const log = buildLog(3);
  const behind = await verify(log, log.files().set('watermark', log.watermark(0, 0, 2)));
  assert.equal(behind.size, 8);
  const far = buildLog(30);
  const report30 = await verify(far, far.files().set('watermark', far.watermark(0, 0, 2)));
  assert.deepEqual([report30.size, report30.notes], [62, []]);
  const odd = log.files().set('watermark', Buffer.alloc(32, 1)).set('00000000.seg.bak', Buffer.alloc(1));
  const report = await verify(log, odd);
  assert.equal(report.fault, null);
  assert.deepEqual(report.notes, ['"00000000.seg.bak" is no file of a log', 'the watermark file is damaged']);
});
