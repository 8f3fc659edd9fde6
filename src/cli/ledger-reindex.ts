/** `gatebook ledger reindex`: drops the search index and builds it again from the ledger, with the same result. */
import type { Command } from 'commander';
import { type BookOptions, withBookOptions } from '#cli/book-place.ts';
import { ledgerGroup } from '#cli/command-group.ts';
import { EXIT_OK, EXIT_UNAVAILABLE, type ExitCode } from '#cli/exit-codes.ts';
import type { CliIo } from '#cli/io.ts';
import { complain, onBook } from '#cli/local-events.ts';
import { type Book, originOf } from '#events/book.ts';
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

async function reindex(io: CliIo, book: Book, options: ReindexOptions): Promise<ExitCode> {
  const shards = await book.shards();
  const made: Record<string, IndexProgress> = {};
  for (const shard of shards) {
    const progress = await reindexShard(io, book, shard);
    if (progress === undefined)
      return complain(io, 'the index is being written: stop the gateway first', EXIT_UNAVAILABLE);
    made[shard] = progress;
  }
  const indexedThrough = Object.values(made).reduce((sum, progress) => sum + progress.indexedThrough, 0);
  const size = Object.values(made).reduce((sum, progress) => sum + progress.size, 0);
  io.stdout.write(
    options.json ? `${JSON.stringify({ indexedThrough, size })}\n` : `indexed ${indexedThrough} records\n`,
  );
  return EXIT_OK;
}

/** Undefined when somebody writes the index. */
async function reindexShard(io: CliIo, book: Book, shard: string): Promise<IndexProgress | undefined> {
  // Before anything is dropped: without the keys there would be nothing to build it from.
  const source = await book.source(shard);
  const directory = indexDirectory(book.place.dataDirectory, shard);
  makeIndexDirectory(directory);
  const lock = tryLock(writerLockPath(directory));
  if (lock === undefined) return undefined;
  let progress: IndexProgress = { indexedThrough: 0, size: 0 };
  const loop = new IndexLoop({
    source,
    store: { directory, origin: originOf(book.place, shard), indexedTextBytes: LIMITS.indexedTextBytes },
    limits: LIMITS,
    onProgress: (made) => {
      progress = made;
      if (io.stderr.isTTY === true)
        io.stderr.write(`\rindexing ${shard}: ${made.indexedThrough} of ${made.size} records\u001b[K`);
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
  return progress;
}
