/** `gatebook ledger export --tiles`: a verified log as a directory that third-party tools verify. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { ledgerGroup } from '#cli/command-group.ts';
import { EXIT_CHECK_FAILED, EXIT_OK, EXIT_UNAVAILABLE, EXIT_USAGE, type ExitCode } from '#cli/exit-codes.ts';
import { fileError, readInputFile } from '#cli/input-file.ts';
import { type CliIo, userPath } from '#cli/io.ts';
import { describeReport } from '#cli/ledger-verify.ts';
import { progressLine } from '#cli/progress-line.ts';
import { exportTiles } from '#ledger/verify/export-tiles.ts';

type Options = { readonly tiles: string; readonly vkey?: string; readonly json?: true };

export function register(program: Command, io: CliIo): void {
  ledgerGroup(program)
    .command('export')
    .description('Verify the book of one shard and write it as C2SP tlog-tiles')
    .argument('<dir>', 'directory of the shard: <data>/ledger/<shard>')
    .requiredOption('--tiles <out>', 'directory to write; must not exist or be empty')
    .option('--vkey <file>', 'verifier key of the log (default: <dir>/log.vkey)')
    .option('--json', 'print the report as one JSON object')
    .action(async (dir: string, options: Options) => io.exit(await exportLog(io, dir, options)));
}

async function exportLog(io: CliIo, dir: string, options: Options): Promise<ExitCode> {
  const vkey = await readInputFile(io, options.vkey ?? join(dir, 'log.vkey'));
  if (!vkey.ok) {
    io.stderr.write(`gatebook: ${vkey.error}\n`);
    return EXIT_USAGE;
  }
  const line = progressLine(io.stderr, 'exporting');
  try {
    const paths = { dir: userPath(io, dir), out: userPath(io, options.tiles) };
    const exported = await exportTiles({ ...paths, vkey: vkey.value, onProgress: (progress) => line.show(progress) });
    line.clear();
    if (exported.ok) {
      const { value: report } = exported;
      const text = `exported ${report.size} records of ${report.origin} to ${options.tiles}\nroot: ${report.root}\n`;
      io.stdout.write(options.json ? `${JSON.stringify(report)}\n` : text);
      return EXIT_OK;
    }
    if (exported.error.reason === 'out_not_empty') {
      io.stderr.write(`gatebook: ${options.tiles} exists and is not an empty directory\n`);
      return EXIT_USAGE;
    }
    const { report } = exported.error;
    io.stdout.write(options.json ? `${JSON.stringify(report)}\n` : `nothing was exported\n${describeReport(report)}`);
    return report.fault?.code === 'vkey' ? EXIT_USAGE : EXIT_CHECK_FAILED;
  } catch (error) {
    line.clear();
    io.stderr.write(`gatebook: cannot export the book: ${fileError(error)}\n`);
    return EXIT_UNAVAILABLE;
  }
}
