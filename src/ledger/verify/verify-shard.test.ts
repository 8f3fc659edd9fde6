import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifyFiles } from '#ledger/verify/verify-shard.ts';
import { type Files, type LogBuilder, buildLog, memoryFiles, segmentFile } from '#test/golden/build.ts';

const noPause = () => Promise.resolve();
const verify = (log: LogBuilder, files: Files, more: { checkpoint?: string; keyFiles?: Files } = {}) =>
  verifyFiles({
    files: memoryFiles(files),
    vkey: `${log.vkey}\n`,
    checkpoint: more.checkpoint,
    keyFiles: more.keyFiles === undefined ? undefined : memoryFiles(more.keyFiles),
    pause: noPause,
  });

test('a good log of several segments verifies, with its counts, root and last checkpoint', async () => {
  const log = buildLog(40, { segmentBytes: 16 * 1024 });
  assert.ok(log.segments.length > 2);
  const report = await verify(log, log.files());
  assert.equal(report.fault, null);
  assert.equal(report.ok, true);
  assert.equal(report.size, 82);
  assert.equal(report.checkpoint, log.checkpoints.get(82));
  assert.equal(report.counts.records.intent, 40);
  assert.equal(report.counts.segments, log.segments.length);
  assert.equal(report.checkpointTime, new Date(1_760_000_000_000 + 81).toISOString());
  assert.equal(report.blobs, 'not_opened_no_keys');
});

test('with the keys every blob opens and every commitment holds', async () => {
  const log = buildLog(10);
  const report = await verify(log, log.files(), { keyFiles: log.keyFiles() });
  assert.equal(report.fault, null);
  assert.equal(report.counts.opened, 22);
  assert.equal(report.blobs, 'opened');
});

test('one flipped bit in any byte of a segment is found and named', async () => {
  const log = buildLog(3, { segmentBytes: 8 * 1024 });
  log.roll();
  const files = log.files();
  const name = segmentFile(0);
  const good = files.get(name) ?? Buffer.alloc(0);
  const missed: number[] = [];
  for (let at = 0; at < good.length; at += 1) {
    const bad = Buffer.from(good);
    bad[at] = (bad[at] ?? 0) ^ (1 << (at % 8));
    const report = await verify(log, new Map([...files, [name, bad]]));
    if (report.ok || report.fault?.file !== name || report.fault.offset === null) missed.push(at);
  }
  assert.deepEqual(missed, []);
});

test('verifier keys that are none, or of two logs, are refused before any file is read', async () => {
  const log = buildLog(1);
  const other = buildLog(1, { origin: 'acme/b' });
  for (const vkey of ['', 'nonsense', `${log.vkey}\n${other.vkey}\n`]) {
    const report = await verifyFiles({ files: memoryFiles(new Map()), vkey });
    assert.equal(report.fault?.code, 'vkey');
    assert.equal(report.fault.file, 'vkey');
  }
});

test('key files that cannot be read and a checkpoint of another log under the same key are faults of the input', async () => {
  const log = buildLog(1);
  assert.equal((await verify(log, log.files(), { keyFiles: new Map() })).fault?.code, 'keys');
  const root = Buffer.from(log.checkpoints.get(4)?.split('\n')[2] ?? '', 'base64');
  const { fault } = await verify(log, log.files(), { checkpoint: log.note(4, root, '', 'acme/b') });
  assert.deepEqual([fault?.code, fault?.file], ['checkpoint', 'checkpoint']);
  assert.match(fault?.what ?? '', /of the log "acme\/b"/);
});
