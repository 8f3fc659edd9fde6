/** `gatebook events show`: one event, read again from the ledger with hashes and commitments checked. */
import type { Command } from 'commander';
import { type BookOptions, withBookOptions } from '#cli/book-place.ts';
import { describeEvent } from '#cli/event-lines.ts';
import { EXIT_CHECK_FAILED, EXIT_OK, EXIT_USAGE, type ExitCode } from '#cli/exit-codes.ts';
import type { CliIo } from '#cli/io.ts';
import { type LocalBook, complain, eventsGroup, onBook } from '#cli/local-events.ts';
import type { Event } from '#events/event.ts';
import { findInLedger } from '#events/find-in-ledger.ts';
import { RecordFetcher } from '#events/record-fetcher.ts';
import { type ViewOptions, eventOfRecords, verifyHit } from '#events/verify-hit.ts';

type ShowOptions = BookOptions & { readonly offlinePayloads?: true; readonly json?: true };

export function register(program: Command, io: CliIo): void {
  withBookOptions(
    eventsGroup(program)
      .command('show')
      .description('Show one event, verified against the ledger')
      .argument('<id>', 'record id of the call, of its result or of any other record, such as a:12')
      .option('--offline-payloads', 'also arguments and answer (masked); reading them here leaves no record')
      .option('--json', 'print the event as one JSON object'),
  ).action((id: string, options: ShowOptions) => onBook(io, options, (book) => show(io, book, id, options)));
}

async function show(io: CliIo, book: LocalBook, id: string, options: ShowOptions): Promise<ExitCode> {
  const { shard } = book.place;
  const [, askedShard, n] = /^([a-z0-9-]{1,63}):(\d{1,15})$/.exec(id) ?? [];
  if (n === undefined)
    return complain(io, `${id} is no record id; expected <shard>:<number>, such as ${shard}:12`, EXIT_USAGE);
  if (askedShard !== shard) return complain(io, `this book is shard ${shard}; ${id} is in another`, EXIT_CHECK_FAILED);
  const event = await eventOf(book, Number(n), { shard, payloads: options.offlinePayloads === true });
  if (event === undefined)
    return complain(io, `no record ${id}: the ledger has ${await book.ledgerSize()} records`, EXIT_CHECK_FAILED);
  io.stdout.write(options.json ? `${JSON.stringify(event)}\n` : describeEvent(event));
  return EXIT_OK;
}

async function eventOf(book: LocalBook, n: number, view: ViewOptions): Promise<Event | undefined> {
  const source = await book.source();
  const hit = book.index.eventOf(n);
  if (hit !== undefined) {
    try {
      if (hit.event.outcome !== 'open') return await verifyHit(hit, new RecordFetcher(source, 1), view);
      // A call without a result in the index may have got one since; the ledger knows.
      const { record } = hit.place;
      const found = await findInLedger(source, record.n, record);
      if (found !== undefined) return eventOfRecords(found.first, found.result, view);
    } catch (error) {
      // The index names other records than the ledger has, or places that hold none: the ledger is right.
      if (!(error instanceof Error)) throw error;
    }
  }
  const found = await findInLedger(source, n);
  return found === undefined ? undefined : eventOfRecords(found.first, found.result, view);
}
