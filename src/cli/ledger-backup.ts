/** `gatebook ledger backup`: a whole copy of the books and of their keys, while the gateway runs or not. */
import { relative } from 'node:path';
import type { Command } from 'commander';
import { type BookOptions, findBook, withBookOptions } from '#cli/book-place.ts';
import { ledgerGroup } from '#cli/command-group.ts';
import { EXIT_CHECK_FAILED, EXIT_OK, EXIT_UNAVAILABLE, EXIT_USAGE, type ExitCode } from '#cli/exit-codes.ts';
import { fileError } from '#cli/input-file.ts';
import { type CliIo, userPath } from '#cli/io.ts';
import { complain } from '#cli/local-events.ts';
import { copyKeys, copyShard } from '#ledger/backup.ts';
import { readSmallFile } from '#ledger/disk.ts';
import { nodeDisk } from '#ledger/node-disk.ts';
import { keysDirectory, ledgerDirectory, masterKeyDirectory, shardsIn } from '#ledger/places.ts';
import { lastCheckpoint } from '#ledger/verify/last-checkpoint.ts';
import { directoryFiles } from '#ledger/verify/shard-files.ts';

type Options = BookOptions & { readonly to: string; readonly keysTo: string; readonly json?: true };
type Copied = { readonly shard: string; readonly records: number; readonly segments: number };

const VKEY_BYTES = 4_096;

export function register(program: Command, io: CliIo): void {
  withBookOptions(
    ledgerGroup(program)
      .command('backup')
      .description(
        'Copy every book up to its newest durable record, then the keys; again into the same place it copies what is new',
      )
      .requiredOption('--to <dir>', 'where the books go: as a data directory has them, in ledger/')
      .requiredOption(
        '--keys-to <dir>',
        'where the keys go, apart from the books: whoever has both can read everything',
      )
      .option('--json', 'print the result as one JSON object'),
  ).action(async (options: Options) => {
    try {
      io.exit(await backup(io, options));
    } catch (error) {
      io.exit(complain(io, `the copy is not complete: ${fileError(error)}; run it again`, EXIT_UNAVAILABLE));
    }
  });
}

/** Whether one of the two lies in the other, or is it. */
function overlap(one: string, other: string): boolean {
  return [relative(one, other), relative(other, one)].some((path) => !/^\.\.(?:[/\\]|$)/.test(path));
}

async function backup(io: CliIo, options: Options): Promise<ExitCode> {
  const place = await findBook(io, options);
  if (!place.ok) return complain(io, place.error, EXIT_USAGE);
  const { dataDirectory, firstShard } = place.value;
  const [books, keys] = [userPath(io, options.to), userPath(io, options.keysTo)];
  if (overlap(books, keys)) return complain(io, '--to and --keys-to must not lie in one another', EXIT_USAGE);
  for (const target of [books, keys])
    if (overlap(target, dataDirectory))
      return complain(io, `${target} and the data directory lie in one another`, EXIT_USAGE);
  const shards = await shardsIn(nodeDisk, dataDirectory);
  if (shards.length === 0) return complain(io, `${dataDirectory} holds no ledger`, EXIT_USAGE);

  const copied: Copied[] = [];
  const checkpoints = new Map<string, string>();
  for (const shard of shards) {
    const [from, to] = [ledgerDirectory(dataDirectory, shard), ledgerDirectory(books, shard)];
    const copy = await copyShard(nodeDisk, from, to);
    if (!copy.ok) return complain(io, copy.error, EXIT_CHECK_FAILED);
    const vkey = (await readSmallFile(nodeDisk, `${to}/log.vkey`, VKEY_BYTES))?.toString('utf8') ?? '';
    const checkpoint = await lastCheckpoint(directoryFiles(to), vkey);
    if (!checkpoint.ok)
      return complain(io, `the copy of ${shard} does not hold: ${checkpoint.error.what}`, EXIT_CHECK_FAILED);
    checkpoints.set(shard, checkpoint.value);
    copied.push({ shard, records: copy.value.mark.size, segments: copy.value.segmentsCopied });
  }
  // After every book: a key is durable before its first use, so these have all that was used.
  for (const shard of shards) {
    const from = keysDirectory(dataDirectory, shard, firstShard);
    await copyKeys(nodeDisk, from, keysDirectory(keys, shard, firstShard), checkpoints.get(shard));
  }
  if (!shards.includes(firstShard))
    await copyKeys(nodeDisk, masterKeyDirectory(dataDirectory), masterKeyDirectory(keys), undefined);
  io.stdout.write(options.json === true ? `${JSON.stringify({ shards: copied })}\n` : describe(copied));
  return EXIT_OK;
}

const describe = (copied: readonly Copied[]): string =>
  copied.map(({ shard, records, segments }) => `${shard}: ${records} records, ${segments} segments copied\n`).join('');
