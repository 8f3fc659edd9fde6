import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  directoryFiles,
  fileBytes,
  isKnownName,
  isSegmentName,
  readSmallFile,
  segmentName,
} from '#ledger/verify/shard-files.ts';

test('segments have eight digits, and what else may lie in a shard is known by name', () => {
  assert.equal(segmentName(42), '00000042.seg');
  assert.ok(isSegmentName('00000042.seg'));
  for (const name of ['42.seg', '00000042.seg.bak', '000000042.seg', 'x00000042.seg'])
    assert.equal(isSegmentName(name), false);
  for (const name of ['log.vkey', 'watermark', 'lock.db', 'lock.db-journal', 'next.tmp', '00000001.tmp'])
    assert.ok(isKnownName(name));
  for (const name of ['00000042.seg.bak', 'lock.db2', 'notes.txt']) assert.equal(isKnownName(name), false);
});

test('a directory lists its files, a missing file is undefined, a missing directory is an error', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'gatebook-'));
  t.after(() => rm(dir, { recursive: true }));
  await writeFile(join(dir, 'watermark'), 'abc');
  const files = directoryFiles(dir);
  assert.deepEqual(await files.names(), ['watermark']);
  assert.equal(await files.open('log.vkey'), undefined);
  assert.deepEqual([await fileBytes(files, 'watermark'), await fileBytes(files, 'log.vkey')], [3, undefined]);
  assert.deepEqual(await readSmallFile(files, 'watermark', 3), Buffer.from('abc'));
  assert.equal(await readSmallFile(files, 'watermark', 2), undefined);
  await assert.rejects(directoryFiles(join(dir, 'gone')).names(), { code: 'ENOENT' });
});
