/** `gatebook sessions list`: who worked with which server through which client, and what belongs to nobody's session. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { type BookOptions, withBookOptions } from '#cli/book-place.ts';
import { EXIT_OK, EXIT_UNAVAILABLE, EXIT_USAGE, type ExitCode } from '#cli/exit-codes.ts';
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
import { sessionTable, unattributedText } from '#cli/session-lines.ts';
import type { Book } from '#events/book.ts';
import { describeFault } from '#events/event-query.ts';
import { decodeSessionPlace, encodeSessionPlace, type Session } from '#events/session-row.ts';
import { listSessions } from '#events/sessions.ts';
import type { UnattributedCounts } from '#events/unattributed.ts';
import { waitForIndex } from '#events/wait-for-index.ts';
import { LIMITS } from '#limits.ts';

export const SESSIONS_PATH = '/api/v1/sessions';

type ListOptions = BookOptions &
  RemoteOptions & {
    readonly caller?: string;
    readonly connection?: string;
    readonly client?: string;
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
      sessionsGroup(program)
        .command('list')
        .description('List sessions, those that began last first, and count what belongs to none')
        .option('--caller <subject>', 'only of this caller')
        .option('--connection <name>', 'only to this server')
        .option('--client <name>', 'only through this client: the name it claims, or its OAuth client')
        .option('--since <time>', 'with a record at that time or later: RFC 3339, or how long ago: 15m 2h 7d')
        .option('--until <time>', 'with a record before that time')
        .option('--limit <n>', `at most so many, up to ${LIMITS.searchLimitMax} (default: 100)`)
        .option('--after <cursor>', 'go on where the page before ended (its cursor is on standard error)')
        .option('--no-wait', 'do not wait until the index has caught up with the ledger')
        .option('--json', 'print each session as one JSON object a line, then one object with `unattributed`'),
    ),
  ).action((options: ListOptions) =>
    onBookOrGateway(io, options, {
      here: (book) => list(io, book, options),
      there: (api) => listThere(io, api, options),
    }),
  );
}

async function list(io: CliIo, book: Book, options: ListOptions): Promise<ExitCode> {
  const { caller, connection, client, since, until, wait } = options;
  const after = options.after === undefined ? undefined : decodeSessionPlace(options.after);
  if (options.after !== undefined && after === undefined)
    return complain(io, 'after: expected the cursor of an earlier page', EXIT_USAGE);
  const sizes = await book.sizes();
  await waitForIndex(book.index, sizes, searchWaitMs(wait), sleep);
  // Number('') is 0 and Number('x') NaN: both are refused below.
  const limit = options.limit === undefined ? undefined : Number(options.limit);
  const page = listSessions(
    book.index,
    { caller, connection, client, since, until, limit, after },
    { nowMs: Date.now(), limits: LIMITS },
  );
  if (!page.ok) return complain(io, describeFault(page.error), EXIT_USAGE);
  const { next, indexedThrough } = page.value;
  print(io, page.value, options.json);
  tellRest(io, { indexedThrough, sizes, next: next === undefined ? undefined : encodeSessionPlace(next) });
  return EXIT_OK;
}

type Listed = {
  readonly sessions: readonly Session[];
  readonly unattributed?: UnattributedCounts | undefined;
};

async function listThere(io: CliIo, api: GatewayApi, options: ListOptions): Promise<ExitCode> {
  const { caller, connection, client, since, until, limit, after, wait } = options;
  const query = { caller, connection, client, since, until, limit, after };
  const page = await pageOfGateway(api, SESSIONS_PATH, query, searchWaitMs(wait));
  if (!page.ok) return failed(io, page.error);
  const listed = objectOf<Listed>(page.value.text, 'sessions');
  if (listed === undefined)
    return complain(io, 'the answer is not a list of sessions: is this a gateway?', EXIT_UNAVAILABLE);
  print(io, listed, options.json);
  tellRest(io, page.value);
  return EXIT_OK;
}

function print(io: CliIo, { sessions, unattributed }: Listed, json: true | undefined): void {
  if (!json) {
    io.stdout.write(sessionTable(sessions) + (unattributed === undefined ? '' : unattributedText(unattributed)));
    return;
  }
  const lines: readonly object[] = [...sessions, ...(unattributed === undefined ? [] : [{ unattributed }])];
  io.stdout.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}
