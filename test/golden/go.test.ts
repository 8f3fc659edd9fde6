/** What Gatebook exports is verified by code that Gatebook's authors did not write: golang.org/x/mod/sumdb. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { exportTiles } from '#ledger/verify/export-tiles.ts';
import { shardOnDisk } from '#test/fakes/shard-on-disk.ts';
import { buildLog } from '#test/golden/build.ts';
import { goVerify, whyNoGo } from '#test/golden/go.ts';

test('Go verifies the exported tiles, and refuses them with one byte changed anywhere', async (t) => {
  const reason = whyNoGo();
  if (reason !== undefined) return t.skip(reason);
  const log = buildLog(300, { segmentBytes: 128 * 1024 });
  const { root } = await shardOnDisk(t, log);
  const [out, vkey, older] = [join(root, 'tiles'), join(root, 'shard/log.vkey'), join(root, 'older')];
  assert.ok((await exportTiles({ dir: join(root, 'shard'), out, vkey: log.vkey })).ok);

  const good = goVerify(out, vkey, older);
  assert.equal(good.status, 0, good.output);
  assert.match(good.output, /^OK origin=acme\/a size=602 root=\S+ leaves=602 older=2\n$/);

  for (const path of [
    'checkpoint',
    'tile/0/000',
    'tile/0/002.p/90',
    'tile/1/000.p/2',
    'tile/entries/001',
    'tile/entries/002.p/90',
  ]) {
    const file = join(out, path);
    const bytes = await readFile(file);
    const changed = Buffer.from(bytes);
    changed[20] = (changed[20] ?? 0) ^ 1;
    await writeFile(file, changed);
    assert.equal(goVerify(out, vkey, older).status, 1, path);
    await writeFile(file, bytes);
  }
  const fork = buildLog(1, { origin: 'acme/a' });
  fork.batch([{ kind: 'control', st: 'heartbeat' }]);
  await writeFile(older, fork.checkpoints.get(5) ?? '');
  assert.match(goVerify(out, vkey, older).output, /consistency with 5/);
});
