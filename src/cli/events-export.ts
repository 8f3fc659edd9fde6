/** `gatebook events export`: every event, oldest first, each verified against the ledger, as JSON lines or CSV. */
import { type Command, Option } from 'commander';
import { type BookOptions, withBookOptions } from '#cli/book-place.ts';
import { EXIT_OK, EXIT_USAGE, type ExitCode } from '#cli/exit-codes.ts';
import { type GatewayApi, streamGateway } from '#cli/gateway-api.ts';
import type { CliIo, CliStream } from '#cli/io.ts';
import { complain, eventsGroup, missingInIndex } from '#cli/local-events.ts';
import {
  EVENTS_PATH,
  failed,
  onBookOrGateway,
  type RemoteOptions,
  target,
  withGatewayOptions,
} from '#cli/remote-events.ts';
import type { Book } from '#events/book.ts';
import { describeFault } from '#events/event-query.ts';
import { EXPORT_FORMATS, exportEvents, type ExportFormat, exportHead, spellEvent } from '#events/export.ts';
import { LIMITS } from '#limits.ts';

type ExportOptions = BookOptions &
  RemoteOptions & {
    readonly format: ExportFormat;
    readonly filter?: string;
    readonly since?: string;
    readonly until?: string;
    readonly offlinePayloads?: true;
    readonly payloads?: true;
  };

export function register(program: Command, io: CliIo): void {
  withGatewayOptions(
    withBookOptions(
      eventsGroup(program)
        .command('export')
        .description('Write events, oldest first, each verified against the ledger')
        .addOption(new Option('--format <format>', 'how to write them').choices(EXPORT_FORMATS).default('jsonl'))
        .option('--filter <filter>', 'SCIM filter, as for search')
        .option('--since <time>', 'RFC 3339, or how long ago: 15m 2h 7d')
        .option('--until <time>', 'the same; not included')
        .option('--offline-payloads', 'also arguments and answers (masked); reading them here leaves no record')
        .option('--payloads', 'with --url: also arguments and answers (masked); that you read them is recorded'),
    ),
  ).action((options: ExportOptions) =>
    onBookOrGateway(io, options, {
      here: (book) => exportBook(io, book, options),
      there: (api) => exportThere(io, api, options),
    }),
  );
}

async function exportBook(io: CliIo, book: Book, options: ExportOptions): Promise<ExitCode> {
  const { format, filter, since, until, offlinePayloads = false } = options;
  const sizes = await book.sizes();
  const request = { filter, since, until, payloads: offlinePayloads };
  const events = exportEvents(book, request, { nowMs: Date.now(), limits: LIMITS });
  if (!events.ok) return complain(io, describeFault(events.error), EXIT_USAGE);
  io.stdout.write(exportHead(format));
  const progress = eventCount(io.stderr);
  for await (const event of events.value) {
    await writeAll(io.stdout, spellEvent(event, format));
    progress.add();
  }
  progress.clear();
  const missing = missingInIndex(book.index.indexedThrough(), sizes);
  if (missing !== undefined) io.stderr.write(`indexedThrough: ${missing.text}: the newest events are missing\n`);
  return EXIT_OK;
}

async function exportThere(io: CliIo, api: GatewayApi, options: ExportOptions): Promise<ExitCode> {
  const { format, filter, since, until, payloads } = options;
  const path = target(`${EVENTS_PATH}/export`, { format, filter, since, until, payloads });
  const answer = await streamGateway(api, path, new AbortController().signal);
  if (!answer.ok) return failed(io, answer.error);
  const progress = eventCount(io.stderr);
  try {
    for await (const piece of answer.value.pieces) {
      await writeAll(io.stdout, piece);
      progress.add(piece.split('\n').length - 1);
    }
  } finally {
    progress.clear();
  }
  return EXIT_OK;
}

const REDRAW_EVENTS = 500;

/** How many events so far, on a terminal. */
function eventCount(stream: CliStream): { add(events?: number): void; clear(): void } {
  let count = 0;
  let drawn = 0;
  const isTTY = stream.isTTY === true;
  return {
    add(events = 1) {
      count += events;
      if (!isTTY || count - drawn < REDRAW_EVENTS) return;
      drawn = count;
      stream.write(`\rexporting: ${count} events\u001b[K`);
    },
    clear() {
      if (isTTY) stream.write('\r\u001b[K');
    },
  };
}

/** No faster than it is read: an export is larger than memory. */
async function writeAll(stream: CliStream, text: string): Promise<void> {
  stream.write(text);
  if (stream.writableNeedDrain !== true || stream.once === undefined) return;
  await new Promise<void>((resolve) => {
    stream.once?.('drain', resolve);
    stream.once?.('close', resolve);
  });
}
