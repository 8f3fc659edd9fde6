/** `gatebook events tail`: follows the ledger and prints each event when it is complete. Ends with SIGINT or SIGTERM. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { type BookOptions, withBookOptions } from '#cli/book-place.ts';
import { eventLine } from '#cli/event-lines.ts';
import { EXIT_OK, type ExitCode } from '#cli/exit-codes.ts';
import type { CliIo } from '#cli/io.ts';
import { eventsGroup, onBook } from '#cli/local-events.ts';
import type { Book } from '#events/book.ts';
import { tailedShards, tailEvents } from '#events/tail.ts';

type TailCliOptions = BookOptions & { readonly json?: true };

const POLL_MS = 200;

export function register(program: Command, io: CliIo): void {
  withBookOptions(
    eventsGroup(program)
      .command('tail')
      .description('Print events as they complete, until interrupted')
      .option('--json', 'print each event as one JSON object a line'),
  ).action((options: TailCliOptions) =>
    onBook(io, options, async (book) => {
      const stop = new AbortController();
      const interrupt = (): void => stop.abort();
      process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
      try {
        return await follow(io, book, options.json === true, stop.signal);
      } finally {
        process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
      }
    }),
  );
}

/** The command without the process's signals. */
export async function follow(io: CliIo, book: Book, json: boolean, signal: AbortSignal): Promise<ExitCode> {
  const events = tailEvents({
    shards: () => tailedShards(book),
    pause: () => sleep(POLL_MS, undefined, { signal }).catch(() => undefined),
    signal,
  });
  for await (const event of events) io.stdout.write(json ? `${JSON.stringify(event)}\n` : eventLine(event));
  return EXIT_OK;
}
