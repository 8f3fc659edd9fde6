/** `gatebook ledger checkpoint`: prints the newest issued checkpoint, to be kept where the operator cannot reach it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type Result, err, ok } from '#result.ts';
import { ledgerGroup } from '#cli/command-group.ts';
import { EXIT_CHECK_FAILED, EXIT_OK, EXIT_UNAVAILABLE, EXIT_USAGE, type ExitCode } from '#cli/exit-codes.ts';
import { fileError, readInputFile } from '#cli/input-file.ts';
import { type CliIo, userPath } from '#cli/io.ts';
import { loadConfig } from '#config/load.ts';
import { lastCheckpoint } from '#ledger/verify/last-checkpoint.ts';
import { directoryFiles } from '#ledger/verify/shard-files.ts';

type Options = { readonly config?: string; readonly json?: true };

export function register(program: Command, io: CliIo): void {
  ledgerGroup(program)
    .command('checkpoint')
    .description('Print the newest checkpoint whose records are durable: a C2SP signed note')
    .argument('[dir]', 'directory of the shard (default: the one of the configuration)')
    .option('--config <file>', 'configuration that says where the book is (default: ./gatebook.yaml)')
    .option('--json', 'print {"checkpoint": note} instead of the note')
    .action(async (dir: string | undefined, options: Options) => io.exit(await printCheckpoint(io, dir, options)));
}

async function printCheckpoint(io: CliIo, dir: string | undefined, options: Options): Promise<ExitCode> {
  const fail = (what: string, code: ExitCode): ExitCode => {
    io.stderr.write(`gatebook: ${what}\n`);
    return code;
  };
  if (dir !== undefined && options.config !== undefined)
    return fail('give a directory or --config, not both', EXIT_USAGE);
  const shard = dir === undefined ? await shardOfConfig(io, options.config ?? 'gatebook.yaml') : ok(dir);
  if (!shard.ok) return fail(shard.error, EXIT_USAGE);
  const vkey = await readInputFile(io, join(shard.value, 'log.vkey'));
  if (!vkey.ok) return fail(vkey.error, EXIT_USAGE);
  try {
    const checkpoint = await lastCheckpoint(directoryFiles(userPath(io, shard.value)), vkey.value);
    if (!checkpoint.ok) {
      return fail(checkpoint.error.what, checkpoint.error.reason === 'invalid' ? EXIT_CHECK_FAILED : EXIT_UNAVAILABLE);
    }
    io.stdout.write(options.json ? `${JSON.stringify({ checkpoint: checkpoint.value })}\n` : checkpoint.value);
    return EXIT_OK;
  } catch (error) {
    return fail(`cannot read the book: ${fileError(error)}`, EXIT_UNAVAILABLE);
  }
}

/** The shard's directory a configuration speaks of; the error is one or more sentences. */
async function shardOfConfig(io: CliIo, path: string): Promise<Result<string, string>> {
  const text = await readInputFile(io, path);
  if (!text.ok) return text;
  const readFile = (file: string): string => readFileSync(file, 'utf8');
  const loaded = loadConfig({ file: userPath(io, path), text: text.value, env: io.env, readFile });
  if (loaded.ok) return ok(join(loaded.value.config.data, 'ledger', loaded.value.config.shard));
  return err(loaded.error.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`).join('\n'));
}
