/** Logs of every format version ever released still verify, with the same result, with and without their keys. */
import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { exportTiles } from '#ledger/verify/export-tiles.ts';
import { directoryFiles } from '#ledger/verify/shard-files.ts';
import { verifyFiles, verifyShard } from '#ledger/verify/verify-shard.ts';
import { memoryFiles } from '#test/golden/build.ts';
import { goVerify, whyNoGo } from '#test/golden/go.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const versions = globSync('v*/', { cwd: here }).map((version) => version.replace(/[/\\]$/, ''));

async function read(version: string) {
  const dir = join(here, version);
  const text = (name: string): Promise<string> => readFile(join(dir, name), 'utf8');
  const expected: unknown = JSON.parse(await text('expected.json'));
  return {
    shard: join(dir, 'shard'),
    keys: join(dir, 'keys'),
    vkey: await text('shard/log.vkey'),
    older: await text('older'),
    expected,
    dir,
  };
}

test('there is a golden log of format version 1', () => {
  assert.ok(versions.includes('v1'));
});

for (const version of versions) {
  test(`the golden log ${version} verifies with its keys and extends its older checkpoint, count by count`, async () => {
    const { shard, keys, vkey, older, expected } = await read(version);
    assert.deepEqual(await verifyShard({ dir: shard, vkey, checkpoint: older, keysDir: keys }), expected);
  });

  test(`the golden log ${version} verifies without any key`, async () => {
    const { shard, vkey } = await read(version);
    const report = await verifyShard({ dir: shard, vkey });
    assert.equal(report.fault, null);
    assert.equal(report.counts.opened, 0);
  });

  test(`a flipped bit is found and named wherever in the golden log ${version} it lies`, async () => {
    const { shard, vkey } = await read(version);
    const files = new Map<string, Buffer>();
    const onDisk = directoryFiles(shard);
    for (const name of await onDisk.names()) files.set(name, await readFile(join(shard, name)));
    for (const [name, good] of [...files].filter(([file]) => file.endsWith('.seg'))) {
      // Every byte is tried on a smaller log in verify-shard.test.ts; here a prime step over records of the real writer.
      for (let at = 0; at < good.length; at += 4_799) {
        const bad = Buffer.from(good);
        bad[at] = (bad[at] ?? 0) ^ (1 << (at % 8));
        const report = await verifyFiles({
          files: memoryFiles(new Map([...files, [name, bad]])),
          vkey,
          pause: () => Promise.resolve(),
        });
        assert.equal(report.fault?.file, name, `byte ${at} of ${name}`);
        assert.equal(typeof report.fault?.offset, 'number');
      }
    }
  });

  test(`Go verifies the tiles of the golden log ${version}`, async (t) => {
    const reason = whyNoGo();
    if (reason !== undefined) return t.skip(reason);
    const { shard, vkey, dir } = await read(version);
    const root = await mkdtemp(join(tmpdir(), 'gatebook-'));
    t.after(() => rm(root, { recursive: true }));
    const out = join(root, 'tiles');
    const exported = await exportTiles({ dir: shard, out, vkey });
    assert.ok(exported.ok);
    const run = goVerify(out, join(shard, 'log.vkey'), join(dir, 'older'));
    assert.equal(run.status, 0, run.output);
    assert.match(run.output, new RegExp(`size=${exported.value.size} `));
  });
}
