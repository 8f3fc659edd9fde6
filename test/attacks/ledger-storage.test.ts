/** Promise P4: somebody who can write the disk but has no signing key. Each attack repairs every CRC on its way. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import type { FaultCode } from '#ledger/verify/fault.ts';
import { verifyFiles } from '#ledger/verify/verify-shard.ts';
import {
  type Files,
  type LogBuilder,
  LogBuilder as Log,
  buildLog,
  frame,
  memoryFiles,
  segmentFile,
} from '#test/golden/build.ts';

const verify = (log: LogBuilder, files: Files, checkpoint?: string) =>
  verifyFiles({ files: memoryFiles(files), vkey: log.vkey, checkpoint, pause: () => Promise.resolve() });

async function assertFault(
  log: LogBuilder,
  files: Files,
  code: FaultCode,
  file: string | null,
  checkpoint?: string,
): Promise<void> {
  const { ok, fault } = await verify(log, files, checkpoint);
  assert.equal(ok, false);
  assert.equal(fault?.code, code, fault?.what ?? 'no fault');
  if (file !== null) assert.equal(fault?.file, file);
}

const small = { segmentBytes: 8 * 1024 };
/** A log of three segments or more, and its frames to rearrange. */
const threeSegments = (): LogBuilder => {
  const log = buildLog(20, small);
  assert.ok(log.segments.length >= 3);
  return log;
};
/** Replaces the frames of segment 0 by what `change` makes of them. */
function withFrames(log: LogBuilder, change: (frames: Buffer[]) => Buffer[]): Files {
  const files = log.files();
  return files.set(segmentFile(0), log.padded(change([...(log.segments[0] ?? [])])));
}
/** Changes the body of a frame and makes its CRCs right again. */
function rewrite(one: Buffer | undefined, change: (body: Buffer) => Buffer): Buffer {
  assert.ok(one);
  const type = String.fromCharCode(one[0] ?? 0);
  assert.ok(type === 'H' || type === 'R' || type === 'C');
  return frame(type, change(Buffer.from(one.subarray(16))));
}

// Segment 0: magic, header, record 0, record 1, commit, record 2 (intent), record 3 (result), commit, …

test('a word changed in a leaf is found at the commit that signed it, at the latest', async () => {
  const log = threeSegments();
  const files = withFrames(log, (frames) => {
    frames[6] = rewrite(frames[6], (body) =>
      Buffer.from(body.toString('latin1').replace('"st":"ok"', '"st":"error"'.slice(0, 9)), 'latin1'),
    );
    return frames;
  });
  const { fault } = await verify(log, files);
  assert.ok(fault);
  assert.equal(fault.record, 3);
  // Same length, still canonical, still grammatical: only the root tells.
  const quiet = withFrames(log, (frames) => {
    frames[6] = rewrite(frames[6], (body) =>
      Buffer.from(body.toString('latin1').replace('"n":1}', '"n":0}'), 'latin1'),
    );
    return frames;
  });
  await assertFault(log, quiet, 'root', segmentFile(0));
});

test('a changed byte in a sealed blob is found without any key', async () => {
  const log = threeSegments();
  const files = withFrames(log, (frames) => {
    frames[6] = rewrite(frames[6], (body) => {
      body[body.length - 30] = (body[body.length - 30] ?? 0) ^ 1;
      return body;
    });
    return frames;
  });
  await assertFault(log, files, 'blob_hash', segmentFile(0));
});

test('a deleted record is found', async () => {
  const log = threeSegments();
  await assertFault(
    log,
    withFrames(log, (frames) => frames.toSpliced(5, 1)),
    'index',
    segmentFile(0),
  );
});

test('the last record of a batch deleted with its count corrected is found', async () => {
  const log = threeSegments();
  const files = withFrames(log, (frames) => {
    frames[7] = rewrite(frames[7], (body) => {
      body.writeUInt32LE(1, 8);
      return body;
    });
    return frames.toSpliced(6, 1);
  });
  await assertFault(log, files, 'commit', segmentFile(0));
});

test('a deleted batch is found', async () => {
  const log = threeSegments();
  await assertFault(
    log,
    withFrames(log, (frames) => frames.toSpliced(5, 3)),
    'index',
    segmentFile(0),
  );
});

test('two swapped records are found', async () => {
  const log = threeSegments();
  const files = withFrames(log, (frames) => {
    [frames[5], frames[6]] = [frames[6] ?? Buffer.alloc(0), frames[5] ?? Buffer.alloc(0)];
    return frames;
  });
  await assertFault(log, files, 'index', segmentFile(0));
});

test('a duplicated record and a duplicated batch are found', async () => {
  const log = threeSegments();
  await assertFault(
    log,
    withFrames(log, (frames) => frames.toSpliced(6, 0, frames[5] ?? Buffer.alloc(0))),
    'index',
    segmentFile(0),
  );
  const twice = withFrames(log, (frames) => frames.toSpliced(8, 0, ...frames.slice(5, 8)).slice(0, 14));
  await assertFault(log, twice, 'index', segmentFile(0));
});

test('an inserted record is found', async () => {
  const log = threeSegments();
  const forged = frame('R', log.recordBody({ kind: 'control', st: 'heartbeat' }, 2).body);
  await assertFault(
    log,
    withFrames(log, (frames) => frames.toSpliced(5, 0, forged)),
    'index',
    segmentFile(0),
  );
});

test('an inserted record with the count and the root of its batch corrected is found by the signature', async () => {
  const log = new Log(small);
  log.batch([{ kind: 'control', st: 'opened' }]);
  const forger = new Log({ ...small, seed: 'the forger has another key' });
  forger.batch([
    { kind: 'control', st: 'opened' },
    { kind: 'control', st: 'heartbeat' },
  ]);
  const files = log.files();
  const frames = [...(log.segments[0] ?? []).slice(0, 2), ...(forger.segments[0] ?? []).slice(2)];
  await assertFault(log, files.set(segmentFile(0), log.padded(frames)), 'signature', segmentFile(0));
});

test('a log signed anew with another key is found at its first header', async () => {
  const log = threeSegments();
  const forged = buildLog(20, { ...small, seed: 'another key' });
  await assertFault(log, forged.files(), 'header', segmentFile(0));
});

test('a header that also names the key of a forger is refused', async () => {
  const log = new Log(small);
  const forger = new Log({ ...small, seed: 'another key' });
  log.segments.length = 0;
  log.roll({ keys: [forger.vkey, log.vkey] });
  log.batch([{ kind: 'control', st: 'opened' }]);
  await assertFault(log, log.files(), 'header', segmentFile(0));
});

test('a commit signed by a given key that its segment does not name is refused', async () => {
  const old = buildLog(2, small);
  const other = new Log({ ...small, seed: 'rotated' });
  const frames = [...(old.segments[0] ?? [])];
  frames[1] = frame(
    'H',
    Buffer.from((frames[1] ?? Buffer.alloc(0)).subarray(16).toString().replace(old.vkey, other.vkey)),
  );
  const files = old.files().set(segmentFile(0), old.padded(frames));
  const { fault } = await verifyFiles({ files: memoryFiles(files), vkey: `${old.vkey}\n${other.vkey}\n` });
  assert.equal(fault?.code, 'signature');
});

test('swapped, missing and doubled segments are found', async () => {
  const log = threeSegments();
  const [first, second, third] = [0, 1, 2].map((index) => log.files().get(segmentFile(index)) ?? Buffer.alloc(0));
  assert.ok(first && second && third);
  const swapped = log.files().set(segmentFile(0), second).set(segmentFile(1), first);
  await assertFault(log, swapped, 'header', segmentFile(0));
  const gone = log.files();
  gone.delete(segmentFile(1));
  await assertFault(log, gone, 'missing_segment', segmentFile(1));
  const headless = log.files();
  headless.delete(segmentFile(0));
  await assertFault(log, headless, 'missing_segment', segmentFile(0));
  await assertFault(log, log.files().set(segmentFile(2), second), 'header', segmentFile(2));
  await assertFault(log, new Map(), 'missing_segment', segmentFile(0));
});

test('a segment of another log under the same key name is found by its header', async () => {
  const log = threeSegments();
  const other = buildLog(21, small);
  assert.notDeepEqual(other.hashes[5], undefined);
  const strange = new Log(small);
  strange.batch([
    { kind: 'control', st: 'opened' },
    { kind: 'control', st: 'heartbeat' },
  ]);
  for (let index = 0; index < 20; index += 1) strange.batch([{ kind: 'control', st: 'heartbeat' }]);
  const files = log.files().set(segmentFile(1), strange.files().get(segmentFile(1)) ?? Buffer.alloc(0));
  await assertFault(log, files, 'header', segmentFile(1));
});

test('a cut-off end is found by the watermark, and without it by a later checkpoint', async () => {
  const log = threeSegments();
  const last = log.segments.length - 1;
  const cut = log.files();
  cut.delete(segmentFile(last));
  await assertFault(log, cut, 'truncated', segmentFile(last - 1));
  cut.delete('watermark');
  assert.equal((await verify(log, cut)).ok, true, 'nothing in what is left can tell');
  await assertFault(log, cut, 'checkpoint', segmentFile(last - 1), log.checkpoints.get(log.size));
});

test('a file cut short or grown is found', async () => {
  const log = threeSegments();
  const bytes = log.files().get(segmentFile(0)) ?? Buffer.alloc(0);
  await assertFault(log, log.files().set(segmentFile(0), bytes.subarray(0, -1)), 'header', segmentFile(0));
  await assertFault(
    log,
    log.files().set(segmentFile(0), Buffer.concat([bytes, Buffer.alloc(1)])),
    'header',
    segmentFile(0),
  );
  await assertFault(log, log.files().set(segmentFile(0), bytes.subarray(0, 5)), 'segment_size', segmentFile(0));
  await assertFault(log, log.files().set(segmentFile(0), bytes.subarray(0, 30)), 'header', segmentFile(0));
});

test('batches put after the last commit of a segment that has a successor are found', async () => {
  const log = threeSegments();
  const files = withFrames(log, (frames) => [...frames, Buffer.alloc(100), frames[2] ?? Buffer.alloc(0)]);
  await assertFault(log, files, 'not_zero', segmentFile(0));
});

test('a checkpoint that this log does not extend is refused, whoever cheated', async () => {
  const log = threeSegments();
  const fork = new Log(small);
  fork.batch([
    { kind: 'control', st: 'opened' },
    { kind: 'control', st: 'heartbeat' },
  ]);
  await assertFault(log, log.files(), 'checkpoint', segmentFile(0), fork.checkpoints.get(2));
  const own = log.checkpoints.get(12) ?? '';
  assert.equal((await verify(log, log.files(), own)).extendsCheckpoint, 12);
  await assertFault(log, log.files(), 'checkpoint', 'checkpoint', own.replace('\n12\n', '\n13\n'));
  const foreign = buildLog(1, { ...small, seed: 'another key' }).checkpoints.get(4);
  await assertFault(log, log.files(), 'checkpoint', 'checkpoint', foreign);
});

test('a checkpoint of the empty tree must have the root of the empty tree', async () => {
  const log = threeSegments();
  const empty = (root: string) => log.note(0, Buffer.from(root, 'hex'));
  const sha256OfNothing = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
  assert.equal((await verify(log, log.files(), empty(sha256OfNothing))).ok, true);
  await assertFault(log, log.files(), 'checkpoint', 'checkpoint', empty('00'.repeat(32)));
});

test('a log without a single commit proves nothing and is refused', async () => {
  await assertFault(new Log(small), new Log(small).files(), 'truncated', segmentFile(0));
});

test('a piece that retention removed is legal and counted, an altered length is not', async () => {
  const log = threeSegments();
  const removed = withFrames(log, (frames) => {
    frames[5] = rewrite(frames[5], (body) => {
      const leafEnd = 4 + body.readUInt16LE(0);
      return Buffer.concat([body.subarray(0, leafEnd), Buffer.alloc(4)]);
    });
    return frames;
  });
  const report = await verify(log, removed);
  assert.equal(report.fault, null);
  assert.equal(report.counts.piecesRemoved, 1);
  const longer = withFrames(log, (frames) => {
    frames[5] = rewrite(frames[5], (body) => Buffer.concat([body, Buffer.alloc(1)]));
    return frames;
  });
  await assertFault(log, longer, 'record', segmentFile(0));
});

test('a frame whose head was repaired to hide reserved bytes is refused', async () => {
  const log = threeSegments();
  const files = withFrames(log, (frames) => {
    const dirty = Buffer.from(frames[5] ?? Buffer.alloc(16));
    dirty[2] = 1;
    dirty.writeUInt32LE(crc32(dirty.subarray(0, 12)), 12);
    frames[5] = dirty;
    return frames;
  });
  await assertFault(log, files, 'damaged', segmentFile(0));
});

test('a bit flipped in any frame with its CRCs made right is found, except in the time of a header', async () => {
  const log = buildLog(2, small);
  const frames = log.segments[0] ?? [];
  const missed: string[] = [];
  for (const [index, one] of frames.entries()) {
    if (index === 0) continue;
    for (let at = 0; at < one.length - 16; at += 1) {
      const bent = rewrite(one, (body) => {
        body[at] = (body[at] ?? 0) ^ (1 << (at % 8));
        return body;
      });
      const { ok, fault } = await verify(
        log,
        withFrames(log, (all) => all.toSpliced(index, 1, bent)),
      );
      if (ok || fault?.offset === null) missed.push(`frame ${index}, byte ${at}`);
    }
  }
  // The header's last key but one is the informative time; nothing else may pass.
  const header = frames[1]?.subarray(16).toString() ?? '';
  const time = header.indexOf('"t":') + '"t":'.length;
  const allowed = Array.from({ length: '1760000000000'.length }, (_, digit) => `frame 1, byte ${time + digit}`);
  assert.deepEqual(
    missed.filter((place) => !allowed.includes(place)),
    [],
  );
});
