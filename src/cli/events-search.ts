/** `gatebook events search`: who called what, when, and what was said. Hits come from the index; `events show` verifies one. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { type BookOptions, withBookOptions } from '#cli/book-place.ts';
import { eventTable } from '#cli/event-lines.ts';
import { EXIT_OK, EXIT_USAGE, type ExitCode } from '#cli/exit-codes.ts';
import type { GatewayApi } from '#cli/gateway-api.ts';
import type { CliIo } from '#cli/io.ts';
import { complain, eventsGroup, tellRest } from '#cli/local-events.ts';
import {
  eventsOf,
  failed,
  onBookOrGateway,
  type RemoteOptions,
  searchGateway,
  searchWaitMs,
  withGatewayOptions,
} from '#cli/remote-events.ts';
import type { Book } from '#events/book.ts';
import { decodeCursor, encodeCursor } from '#events/cursor.ts';
import type { Event } from '#events/event.ts';
import { describeFault } from '#events/event-query.ts';
import { searchEvents } from '#events/search.ts';
import { waitForIndex } from '#events/wait-for-index.ts';
import { LIMITS } from '#limits.ts';

export type SearchOptions = BookOptions &
  RemoteOptions & {
    readonly q?: string;
    readonly filter?: string;
    readonly since?: string;
    readonly until?: string;
    readonly limit?: string;
    readonly after?: string;
    readonly wait: boolean;
    readonly json?: true;
  };

export function register(program: Command, io: CliIo): void {
  withGatewayOptions(
    withBookOptions(
      eventsGroup(program)
        .command('search')
        .description('Find events, newest first')
        .option('--q <text>', 'words that must all occur in name, arguments or answer; "a phrase"; begin*')
        .option('--filter <filter>', 'SCIM filter, such as: caller.subject eq "ada" and outcome ne "ok"')
        .option('--since <time>', 'RFC 3339, or how long ago: 15m 2h 7d')
        .option('--until <time>', 'the same; not included')
        .option('--limit <n>', `at most so many, up to ${LIMITS.searchLimitMax} (default: 100)`)
        .addOption(
          new Option('--after <cursor>', 'go on where the page before ended (its cursor is on standard error)'),
        )
        .option('--no-wait', 'do not wait until the index has caught up with the ledger')
        .option('--json', 'print each event as one JSON object a line'),
    ),
  ).action((options: SearchOptions) =>
    onBookOrGateway(io, options, {
      here: (book) => search(io, book, options),
      there: (api) => searchThere(io, api, options),
    }),
  );
}

async function search(io: CliIo, book: Book, options: SearchOptions): Promise<ExitCode> {
  const { q, filter, since, until, wait, json } = options;
  const after = options.after === undefined ? undefined : decodeCursor(options.after);
  if (options.after !== undefined && after === undefined)
    return complain(io, 'after: expected the cursor of an earlier page', EXIT_USAGE);
  const sizes = await book.sizes();
  await waitForIndex(book.index, sizes, wait ? LIMITS.searchWaitMs : 0, sleep);
  // Number('') is 0 and Number('x') NaN: both are refused below.
  const limit = options.limit === undefined ? undefined : Number(options.limit);
  const page = searchEvents(
    book.index,
    { q, filter, since, until, limit, after },
    { nowMs: Date.now(), limits: LIMITS },
  );
  if (!page.ok) return complain(io, describeFault(page.error), EXIT_USAGE);
  const { hits, next, indexedThrough } = page.value;
  const events = hits.map(({ event }) => event);
  print(io, events, json, { indexedThrough, sizes, next: next === undefined ? undefined : encodeCursor(next) });
  return EXIT_OK;
}

async function searchThere(io: CliIo, api: GatewayApi, options: SearchOptions): Promise<ExitCode> {
  const { q, filter, since, until, limit, after, wait, json } = options;
  const page = await searchGateway(api, { q, filter, since, until, limit, after }, searchWaitMs(wait));
  if (!page.ok) return failed(io, page.error);
  const events = eventsOf<Event>(page.value.text);
  if (!events.ok) return failed(io, events.error);
  print(io, events.value, json, page.value);
  return EXIT_OK;
}

function print(
  io: CliIo,
  events: readonly Event[],
  json: true | undefined,
  rest: Parameters<typeof tellRest>[1],
): void {
  io.stdout.write(json ? events.map((event) => `${JSON.stringify(event)}\n`).join('') : eventTable(events));
  tellRest(io, rest);
}
