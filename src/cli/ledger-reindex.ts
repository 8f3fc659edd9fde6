/** `gatebook ledger reindex`: drops the search index and builds it again from the ledger, with the same result. */
import type { Command } from 'commander';
import { type BookOptions, withBookOptions } from '#cli/book-place.ts';
import { ledgerGroup } from '#cli/command-group.ts';
import { EXIT_OK, EXIT_UNAVAILABLE, type ExitCode } from '#cli/exit-codes.ts';
import type { CliIo } from '#cli/io.ts';
import { type LocalBook, complain, onBook } from '#cli/local-events.ts';
import { dropIndexFiles, indexDirectory, makeIndexDirectory, writerLockPath } from '#events/index-files.ts';
import { IndexLoop, type IndexProgress } from '#events/index-loop.ts';
import { tryLock } from '#ledger/lock.ts';
import { LIMITS } from '#limits.ts';

type ReindexOptions = BookOptions & { readonly json?: true };

export function register(program: Command, io: CliIo): void {
  withBookOptions(
    ledgerGroup(program)
      .command('reindex')
      .description('Drop the search index and build it again from the book; not while a gateway runs')
      .option('--json', 'print the result as one JSON object'),
  ).action((options: ReindexOptions) => onBook(io, options, (book) => reindex(io, book, options)));
}

async function reindex(io: CliIo, book: LocalBook, options: ReindexOptions): Promise<ExitCode> {
  const { dataDirectory, shard, origin } = book.place;
  // Before anything is dropped: without the keys there would be nothing to build it from.
  const source = await book.source();
  const directory = indexDirectory(dataDirectory, shard);
  makeIndexDirectory(directory);
  const lock = tryLock(writerLockPath(directory));
  if (lock === undefined) return complain(io, 'the index is being written: stop the gateway first', EXIT_UNAVAILABLE);
  let progress: IndexProgress = { indexedThrough: 0, size: 0 };
  const loop = new IndexLoop({
    source,
    store: { directory, origin, indexedTextBytes: LIMITS.indexedTextBytes },
    limits: LIMITS,
    onProgress: (made) => {
      progress = made;
      if (io.stderr.isTTY === true)
        io.stderr.write(`\rindexing: ${made.indexedThrough} of ${made.size} records\u001b[K`);
    },
    onRebuild: (reason) => void io.stderr.write(`gatebook: begun again: ${reason}\n`),
    onUnmatched: (count) => void io.stderr.write(`gatebook: ${count} results without their call\n`),
    isStopping: () => false,
  });
  try {
    dropIndexFiles(directory);
    await loop.catchUp();
  } finally {
    loop.close();
    lock.release();
    if (io.stderr.isTTY === true) io.stderr.write('\r\u001b[K');
  }
  io.stdout.write(options.json ? `${JSON.stringify(progress)}\n` : `indexed ${progress.indexedThrough} records\n`);
  return EXIT_OK;
}
