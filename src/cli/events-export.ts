/** `gatebook events export`: every event, oldest first, each verified against the ledger, as JSON lines or CSV. */
import { type Command, Option } from 'commander';
import { type BookOptions, withBookOptions } from '#cli/book-place.ts';
import { EXIT_OK, EXIT_USAGE, type ExitCode } from '#cli/exit-codes.ts';
import type { CliIo, CliStream } from '#cli/io.ts';
import { type LocalBook, complain, eventsGroup, onBook } from '#cli/local-events.ts';
import { csvHeader, csvRow } from '#events/csv.ts';
import type { Event } from '#events/event.ts';
import { RecordFetcher } from '#events/record-fetcher.ts';
import { describeFault, searchEvents } from '#events/search.ts';
import { verifyHit } from '#events/verify-hit.ts';
import { LIMITS } from '#limits.ts';

type ExportOptions = BookOptions & {
  readonly format: 'jsonl' | 'csv';
  readonly filter?: string;
  readonly since?: string;
  readonly until?: string;
  readonly offlinePayloads?: true;
};

const PAGE_EVENTS = 500;
const FETCHED_RECORDS = 256;

export function register(program: Command, io: CliIo): void {
  withBookOptions(
    eventsGroup(program)
      .command('export')
      .description('Write events, oldest first, each verified against the ledger')
      .addOption(new Option('--format <format>', 'how to write them').choices(['jsonl', 'csv']).default('jsonl'))
      .option('--filter <filter>', 'SCIM filter, as for search')
      .option('--since <time>', 'RFC 3339, or how long ago: 15m 2h 7d')
      .option('--until <time>', 'the same; not included')
      .option('--offline-payloads', 'also arguments and answers (masked); reading them here leaves no record'),
  ).action((options: ExportOptions) => onBook(io, options, (book) => exportEvents(io, book, options)));
}

async function exportEvents(io: CliIo, book: LocalBook, options: ExportOptions): Promise<ExitCode> {
  const { format, filter, since, until } = options;
  const { shard } = book.place;
  const view = { shard, payloads: options.offlinePayloads === true };
  const size = await book.ledgerSize();
  const nowMs = Date.now();
  const request = {
    order: 'oldest' as const,
    limit: PAGE_EVENTS,
    ...(filter === undefined ? {} : { filter }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  };
  let records: RecordFetcher | undefined;
  let after: string | undefined;
  let count = 0;
  do {
    const page = searchEvents(book.index, after === undefined ? request : { ...request, after }, {
      shard,
      nowMs,
      limits: LIMITS,
    });
    if (!page.ok) return complain(io, describeFault(page.error), EXIT_USAGE);
    if (records === undefined && format === 'csv') io.stdout.write(csvHeader());
    records ??= new RecordFetcher(await book.source(), FETCHED_RECORDS);
    for (const hit of page.value.hits) {
      await writeAll(io.stdout, spell(await verifyHit(hit, records, view), format));
      count += 1;
    }
    after = page.value.next;
    if (io.stderr.isTTY === true) io.stderr.write(`\rexporting: ${count} events\u001b[K`);
  } while (after !== undefined);
  if (io.stderr.isTTY === true) io.stderr.write('\r\u001b[K');
  const indexedThrough = book.index.indexedThrough();
  if (indexedThrough < size)
    io.stderr.write(`indexedThrough: ${indexedThrough} of ${size} records: the newest events are missing\n`);
  return EXIT_OK;
}

const spell = (event: Event, format: 'jsonl' | 'csv'): string =>
  format === 'csv' ? csvRow(event) : `${JSON.stringify(event)}\n`;

/** No faster than it is read: an export is larger than memory. */
async function writeAll(stream: CliStream, text: string): Promise<void> {
  stream.write(text);
  if (stream.writableNeedDrain !== true || stream.once === undefined) return;
  await new Promise<void>((resolve) => {
    stream.once?.('drain', resolve);
    stream.once?.('close', resolve);
  });
}
