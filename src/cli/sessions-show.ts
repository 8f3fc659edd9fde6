/** `gatebook sessions show`: one session and its events, oldest first. Payloads are read by `events show` and `events export`. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { type BookOptions, withBookOptions } from '#cli/book-place.ts';
import { EXIT_CHECK_FAILED, EXIT_OK, EXIT_UNAVAILABLE, EXIT_USAGE, type ExitCode } from '#cli/exit-codes.ts';
import type { GatewayApi } from '#cli/gateway-api.ts';
import type { CliIo } from '#cli/io.ts';
import { complain, sessionsGroup, tellRest } from '#cli/local-events.ts';
import {
  failed,
  objectOf,
  onBookOrGateway,
  pageOfGateway,
  type RemoteOptions,
  searchWaitMs,
  withGatewayOptions,
} from '#cli/remote-events.ts';
import { describeSession, sessionEventTable } from '#cli/session-lines.ts';
import { SESSIONS_PATH } from '#cli/sessions-list.ts';
import type { Book } from '#events/book.ts';
import { decodeCursor, encodeCursor } from '#events/cursor.ts';
import type { Event } from '#events/event.ts';
import { describeFault } from '#events/event-query.ts';
import type { Session } from '#events/session-row.ts';
import { showSession } from '#events/sessions.ts';
import { waitForIndex } from '#events/wait-for-index.ts';
import { LIMITS } from '#limits.ts';

type ShowOptions = BookOptions &
  RemoteOptions & { readonly limit?: string; readonly after?: string; readonly wait: boolean; readonly json?: true };

export function register(program: Command, io: CliIo): void {
  withGatewayOptions(
    withBookOptions(
      sessionsGroup(program)
        .command('show')
        .description('Show one session and its events, oldest first, without arguments and answers')
        .argument('<id>', 'id of the session, as `sessions list` and every event of it give it')
        .option('--limit <n>', `at most so many events, up to ${LIMITS.searchLimitMax} (default: 100)`)
        .option('--after <cursor>', 'go on where the page before ended (its cursor is on standard error)')
        .option('--no-wait', 'do not wait until the index has caught up with the ledger')
        .option('--json', 'print one object with `session`, then each event as one JSON object a line'),
    ),
  ).action((id: string, options: ShowOptions) =>
    onBookOrGateway(io, options, {
      here: (book) => show(io, book, id, options),
      there: (api) => showThere(io, api, id, options),
    }),
  );
}

async function show(io: CliIo, book: Book, id: string, options: ShowOptions): Promise<ExitCode> {
  const after = options.after === undefined ? undefined : decodeCursor(options.after);
  if (options.after !== undefined && after === undefined)
    return complain(io, 'after: expected the cursor of an earlier page', EXIT_USAGE);
  const sizes = await book.sizes();
  await waitForIndex(book.index, sizes, searchWaitMs(options.wait), sleep);
  const limit = options.limit === undefined ? undefined : Number(options.limit);
  const found = showSession(book.index, { id, limit, after }, { nowMs: Date.now(), limits: LIMITS });
  if (!found.ok) return complain(io, describeFault(found.error), EXIT_USAGE);
  if (found.value === undefined) {
    tellRest(io, { indexedThrough: book.index.indexedThrough(), sizes, next: undefined });
    return complain(io, `no session ${id}`, EXIT_CHECK_FAILED);
  }
  const { session, hits, next, indexedThrough } = found.value;
  const events = hits.map(({ event }) => event);
  print(io, { session, events }, options);
  tellRest(io, { indexedThrough, sizes, next: next === undefined ? undefined : encodeCursor(next) });
  return EXIT_OK;
}

type Shown = { readonly session: Session; readonly events: readonly Event[] };

async function showThere(io: CliIo, api: GatewayApi, id: string, options: ShowOptions): Promise<ExitCode> {
  const { limit, after, wait } = options;
  const path = `${SESSIONS_PATH}/${encodeURIComponent(id)}`;
  const page = await pageOfGateway(api, path, { limit, after }, searchWaitMs(wait));
  if (!page.ok) return failed(io, page.error);
  const shown = objectOf<Shown>(page.value.text, 'events');
  if (shown === undefined) return complain(io, 'the answer is not a session: is this a gateway?', EXIT_UNAVAILABLE);
  print(io, shown, options);
  tellRest(io, page.value);
  return EXIT_OK;
}

function print(io: CliIo, { session, events }: Shown, { json, after }: ShowOptions): void {
  if (json) {
    const lines: readonly object[] = [{ session }, ...events];
    io.stdout.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    return;
  }
  // On a later page the reader has seen whose it is.
  if (after === undefined) io.stdout.write(`${describeSession(session)}\n`);
  io.stdout.write(sessionEventTable(events));
}
