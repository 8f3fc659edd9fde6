/** `gatebook ledger verify`: checks one shard offline and says what was found. Decides no exit code but its own. */
import { readdir } from 'node:fs/promises';
import type { Command } from 'commander';
import { ledgerGroup } from '#cli/command-group.ts';
import { EXIT_CHECK_FAILED, EXIT_OK, EXIT_UNAVAILABLE, EXIT_USAGE, type ExitCode } from '#cli/exit-codes.ts';
import { fileError, readInputFile } from '#cli/input-file.ts';
import { type CliIo, userPath } from '#cli/io.ts';
import { progressLine } from '#cli/progress-line.ts';
import type { VerifyReport } from '#ledger/verify/report.ts';
import { verifyShard } from '#ledger/verify/verify-shard.ts';

type Options = { readonly vkey: string; readonly checkpoint?: string; readonly keys?: string; readonly json?: true };

export function register(program: Command, io: CliIo): void {
  ledgerGroup(program)
    .command('verify')
    .description(
      'Check that no record of one shard was changed, removed, added or moved; exit code 1 names the first fault',
    )
    .argument('<dir>', 'directory of the shard: <data>/ledger/<shard>')
    .requiredOption('--vkey <file>', 'verifier key of the log, got from a trusted place (C2SP vkey)')
    .option('--checkpoint <file>', 'a checkpoint kept elsewhere: the book must extend it')
    .option('--keys <dir>', 'key directory: also open every blob and check what the records commit to')
    .option('--json', 'print the report as one JSON object')
    .action(async (dir: string, options: Options) => io.exit(await verify(io, dir, options)));
}

async function verify(io: CliIo, dir: string, options: Options): Promise<ExitCode> {
  const vkey = await readInputFile(io, options.vkey);
  if (!vkey.ok) return usage(io, vkey.error);
  const checkpoint = options.checkpoint === undefined ? undefined : await readInputFile(io, options.checkpoint);
  if (checkpoint?.ok === false) return usage(io, checkpoint.error);
  for (const path of options.keys === undefined ? [dir] : [dir, options.keys]) {
    const problem = await readdir(userPath(io, path)).then(() => undefined, fileError);
    if (problem !== undefined) return usage(io, `cannot read ${path}: ${problem}`);
  }
  const line = progressLine(io.stderr, 'verifying');
  try {
    const report = await verifyShard({
      dir: userPath(io, dir),
      vkey: vkey.value,
      ...(checkpoint === undefined ? {} : { checkpoint: checkpoint.value }),
      ...(options.keys === undefined ? {} : { keysDir: userPath(io, options.keys) }),
      onProgress: (progress) => line.show(progress),
    });
    line.clear();
    io.stdout.write(options.json ? `${JSON.stringify(report)}\n` : describeReport(report));
    if (report.fault?.code === 'vkey') return EXIT_USAGE;
    return report.ok ? EXIT_OK : EXIT_CHECK_FAILED;
  } catch (error) {
    line.clear();
    io.stderr.write(`gatebook: cannot read the book: ${fileError(error)}\n`);
    return EXIT_UNAVAILABLE;
  }
}

function usage(io: CliIo, what: string): ExitCode {
  io.stderr.write(`gatebook: ${what}\n`);
  return EXIT_USAGE;
}

/** The report as text, the verdict first. Contains nothing of a record but indexes, ids, kinds and hashes. */
export function describeReport(report: VerifyReport): string {
  const { fault, counts } = report;
  const lines =
    fault === null ? [`OK: ${report.origin}: no record changed, missing, added or out of order`] : describeFault(fault);
  if (report.root !== null) {
    const kinds = Object.entries(counts.records).filter(([, count]) => count > 0);
    lines.push(
      `${fault === null ? 'records' : 'good up to'}: ${report.size} in ${counts.segments} segments, ${counts.commits} commits`,
      `kinds: ${kinds.map(([kind, count]) => `${count} ${kind}`).join(', ')}; ${counts.openIntents} intents open`,
      `root: ${report.root}`,
      `last record: ${report.checkpointTime} by the writer's clock`,
      describeBlobs(report),
    );
  }
  if (report.extendsCheckpoint !== null)
    lines.push(`extends the given checkpoint of ${report.extendsCheckpoint} records`);
  // Honest about the limit: a log cut back to an earlier commit is a good log, unless somebody kept a later checkpoint.
  else if (fault === null)
    lines.push('cut-off end: excluded only by a later checkpoint kept elsewhere (no --checkpoint)');
  for (const note of report.notes) lines.push(`note: ${note}`);
  return `${lines.join('\n')}\n`;
}

function describeFault(fault: NonNullable<VerifyReport['fault']>): string[] {
  const place = [fault.file, ...(fault.offset === null ? [] : [`offset ${fault.offset}`])];
  if (fault.record !== null) place.push(`record ${fault.record}`);
  return [`FAULT in ${place.join(', ')}: ${fault.what}`, `fault: ${fault.code}`];
}

function describeBlobs({ counts, blobs }: VerifyReport): string {
  const stored = `blobs: ${counts.pieces} pieces, ${counts.pieceBytes} bytes, ${counts.piecesRemoved} removed by retention`;
  if (blobs === 'not_opened_no_keys') return `${stored}; not opened (no --keys)`;
  return `${stored}; ${counts.opened} opened and as committed, ${counts.unreadable} unreadable (${counts.keysDestroyed} by destroyed keys)`;
}
