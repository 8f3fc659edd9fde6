import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { register } from '#cli/ledger-export.ts';
import { runCommand } from '#test/fakes/cli.ts';
import { shardOnDisk } from '#test/fakes/shard-on-disk.ts';

const EXPORT = ['ledger', 'export', '--tiles', 'tiles', 'shard'];

test('the key beside the book is the default, and the tiles are where the user asked', async (t) => {
  const { root, log } = await shardOnDisk(t);
  const run = await runCommand(register, EXPORT, { cwd: root });
  assert.equal(run.code, 0);
  assert.match(run.stdout, new RegExp(`^exported ${log.size} records of acme/a to tiles\n`));
  assert.equal(await readFile(join(root, 'tiles/checkpoint'), 'utf8'), log.checkpoints.get(log.size));
});

test('a second export to the same place exits 2 and changes nothing', async (t) => {
  const { root } = await shardOnDisk(t);
  await runCommand(register, EXPORT, { cwd: root });
  const run = await runCommand(register, EXPORT, { cwd: root });
  assert.equal(run.code, 2);
  assert.match(run.stderr, /not an empty directory/);
});

test('a book with a fault exits 1, names it and exports nothing', async (t) => {
  const { root } = await shardOnDisk(t);
  const file = join(root, 'shard/00000000.seg');
  const bytes = await readFile(file);
  bytes[2_000] = (bytes[2_000] ?? 0) ^ 1;
  await writeFile(file, bytes);
  const run = await runCommand(register, EXPORT, { cwd: root });
  assert.equal(run.code, 1);
  assert.match(run.stdout, /^nothing was exported\nFAULT in 00000000\.seg/);
  await assert.rejects(readFile(join(root, 'tiles/checkpoint')), { code: 'ENOENT' });
});

test('a missing book exits 2', async (t) => {
  const { root } = await shardOnDisk(t);
  const run = await runCommand(register, ['ledger', 'export', '--tiles', 'tiles', 'gone'], { cwd: root });
  assert.equal(run.code, 2);
  assert.match(run.stderr, /gone\/log\.vkey: it does not exist/);
});
