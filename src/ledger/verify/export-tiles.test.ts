import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { exportTiles } from '#ledger/verify/export-tiles.ts';
import { buildLog, segmentFile } from '#test/golden/build.ts';

async function logOnDisk(t: TestContext) {
  const root = await mkdtemp(join(tmpdir(), 'gatebook-'));
  t.after(() => rm(root, { recursive: true }));
  const [dir, out] = [join(root, 'shard'), join(root, 'tiles')];
  const log = buildLog(130);
  await mkdir(dir);
  for (const [name, bytes] of log.files()) await writeFile(join(dir, name), bytes);
  return { log, root, dir, out };
}

test('a good log becomes a directory with its checkpoint, tiles and entries', async (t) => {
  const { log, dir, out } = await logOnDisk(t);
  const exported = await exportTiles({ dir, out, vkey: log.vkey });
  assert.ok(exported.ok);
  assert.equal(await readFile(join(out, 'checkpoint'), 'utf8'), log.checkpoints.get(262));
  assert.deepEqual(await readFile(join(out, 'tile/0/001.p/6')), Buffer.concat(log.hashes.slice(256)));
  assert.deepEqual((await readdir(join(out, 'tile'))).sort(), ['0', '1', 'entries']);
});

test('nothing is left where a log with a fault was exported to', async (t) => {
  const { log, root, dir, out } = await logOnDisk(t);
  const bytes = await readFile(join(dir, segmentFile(0)));
  bytes[20_000] = (bytes[20_000] ?? 0) ^ 1;
  await writeFile(join(dir, segmentFile(0)), bytes);
  const exported = await exportTiles({ dir, out, vkey: log.vkey });
  assert.ok(!exported.ok && exported.error.reason === 'not_verified');
  assert.deepEqual(await readdir(root), ['shard']);
});

test('a directory with something in it, or a file, is not written to; an empty directory is', async (t) => {
  const { log, dir, out } = await logOnDisk(t);
  assert.deepEqual(await exportTiles({ dir, out: dir, vkey: log.vkey }), {
    ok: false,
    error: { reason: 'out_not_empty' },
  });
  const file = join(dir, 'watermark');
  assert.deepEqual(await exportTiles({ dir, out: file, vkey: log.vkey }), {
    ok: false,
    error: { reason: 'out_not_empty' },
  });
  await mkdir(out);
  assert.equal((await exportTiles({ dir, out, vkey: log.vkey })).ok, true);
});
