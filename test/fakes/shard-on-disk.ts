/** A small built ledger in a temporary directory: `shard/`, `keys/` and `older` (a checkpoint). Removed after the test. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type LogBuilder, buildLog } from '#test/golden/build.ts';

export type ShardOnDisk = { readonly log: LogBuilder; readonly root: string };

export async function shardOnDisk(t: TestContext, log: LogBuilder = buildLog(20)): Promise<ShardOnDisk> {
  const root = await mkdtemp(join(tmpdir(), 'gatebook-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  for (const [folder, files] of [
    ['shard', log.files()],
    ['keys', log.keyFiles()],
  ] as const) {
    await mkdir(join(root, folder));
    for (const [name, bytes] of files) await writeFile(join(root, folder, name), bytes);
  }
  const [older] = log.checkpoints.values();
  await writeFile(join(root, 'older'), older ?? '');
  return { log, root };
}
