import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileError, readInputFile } from '#cli/input-file.ts';
import { processIo } from '#cli/io.ts';

test('a file is read from where the user stands; missing, a directory or huge, it is named as typed', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'gatebook-'));
  t.after(() => rm(dir, { recursive: true }));
  await writeFile(join(dir, 'key'), 'text');
  await writeFile(join(dir, 'huge'), Buffer.alloc(1024 * 1024 + 1));
  const silent = { write: () => true };
  const io = processIo({ stdout: silent, stderr: silent, env: {}, cwd: () => dir });
  assert.deepEqual(await readInputFile(io, 'key'), { ok: true, value: 'text' });
  assert.deepEqual(await readInputFile(io, 'gone'), { ok: false, error: 'cannot read gone: it does not exist' });
  assert.deepEqual(await readInputFile(io, '.'), { ok: false, error: 'cannot read .: it is a directory' });
  assert.deepEqual(await readInputFile(io, 'huge'), { ok: false, error: 'huge is larger than 1048576 bytes' });
});

test('errors of the file system are put into words, others keep theirs', () => {
  const error = (code: string): Error => Object.assign(new Error(code), { code });
  assert.equal(fileError(error('EACCES')), 'permission denied');
  assert.equal(fileError(error('ENOTDIR')), 'it is not a directory');
  assert.equal(fileError(error('EIO')), 'EIO');
  assert.equal(fileError('odd'), 'odd');
});
