import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { replaceSmallFile } from '#ledger/disk.ts';
import { nodeDisk } from '#ledger/node-disk.ts';

test('the real disk does what the port says', async (context) => {
  const dir = mkdtempSync(join(tmpdir(), 'gatebook-disk-'));
  context.after(() => rmSync(dir, { recursive: true, force: true }));
  await nodeDisk.makeDirectory(`${dir}/a/b`, 0o700);
  await nodeDisk.makeDirectory(`${dir}/a/b`, 0o700);
  const file = await nodeDisk.open(`${dir}/f`, 'create', 0o600);
  await file.write(Buffer.from('hello'), 3);
  await file.datasync();
  assert.equal(await file.size(), 8);
  const into = Buffer.alloc(20);
  assert.equal(await file.read(into, 2), 6);
  assert.equal(into.toString('latin1', 0, 6), '\0hello');
  await file.close();
  assert.equal(statSync(`${dir}/f`).mode & 0o777, 0o600);
  await nodeDisk.rename(`${dir}/f`, `${dir}/g`);
  await nodeDisk.syncDirectory(dir);
  assert.deepEqual((await nodeDisk.list(dir)).toSorted(), ['a', 'g']);
  assert.equal(await nodeDisk.exists(`${dir}/f`), false);
  await nodeDisk.remove(`${dir}/g`);
  await nodeDisk.remove(`${dir}/g`);
  assert.equal(await nodeDisk.exists(`${dir}/g`), false);
  assert.ok((await nodeDisk.freeBytes(dir)) > 0);
  await assert.rejects(nodeDisk.open(`${dir}/none`, 'write'), { code: 'ENOENT' });
  await replaceSmallFile(nodeDisk, dir, 'secret', Buffer.from('x'), 0o600);
  assert.equal(statSync(`${dir}/secret`).mode & 0o777, 0o600);
});

test('writing to a full device is an error, never a silent short write', async () => {
  const full = await nodeDisk.open('/dev/full', 'write').catch(() => undefined);
  if (full === undefined) return;
  await assert.rejects(full.write(Buffer.alloc(10), 0));
  await full.close();
});
