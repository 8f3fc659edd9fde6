/**
 * Writes a verified log as a tlog-tiles directory. Nothing appears under the name the user asked for unless the whole
 * log verified: the tiles are written beside it and renamed at the end.
 */
import { mkdir, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Result, err, ok } from '#result.ts';
import type { Progress, VerifyReport } from '#ledger/verify/report.ts';
import { directoryFiles } from '#ledger/verify/shard-files.ts';
import { TileBuilder } from '#ledger/verify/tiles.ts';
import { verifyFiles } from '#ledger/verify/verify-shard.ts';

export type ExportOptions = {
  /** Directory of one shard. */
  readonly dir: string;
  /** Where the tiles go: must not exist, or be an empty directory. */
  readonly out: string;
  /** Text of the log's `log.vkey`. */
  readonly vkey: string;
  readonly onProgress?: (progress: Progress) => void;
};

export type ExportRefusal =
  | { readonly reason: 'out_not_empty' }
  | { readonly reason: 'not_verified'; readonly report: VerifyReport };

/** Exports what was issued: up to the watermark when there is one. The value is the report of the verified part. */
export async function exportTiles(options: ExportOptions): Promise<Result<VerifyReport, ExportRefusal>> {
  if (!(await isFree(options.out))) return err({ reason: 'out_not_empty' });
  const partial = `${options.out}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  try {
    const tiles = new TileBuilder(async (path, bytes) => {
      const file = join(partial, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, bytes, { flag: 'wx' });
    });
    const report = await verifyFiles({
      files: directoryFiles(options.dir),
      vkey: options.vkey,
      onProgress: options.onProgress,
      onLeaf: (leaf, hash) => tiles.add(leaf, hash),
      issuedOnly: true,
    });
    if (!report.ok || report.checkpoint === null) return err({ reason: 'not_verified', report });
    await tiles.finish(report.checkpoint);
    // Renaming onto an empty directory is not allowed everywhere.
    await rmdir(options.out).catch(() => undefined);
    await rename(partial, options.out);
    return ok(report);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

async function isFree(out: string): Promise<boolean> {
  try {
    return (await readdir(out)).length === 0;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return true;
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return false;
    throw error;
  }
}
