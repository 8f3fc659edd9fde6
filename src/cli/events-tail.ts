/** `gatebook events tail`: follows the ledger and prints each event when it is complete. Ends with SIGINT or SIGTERM. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { type BookOptions, withBookOptions } from '#cli/book-place.ts';
import { eventLine } from '#cli/event-lines.ts';
import { EXIT_OK, type ExitCode } from '#cli/exit-codes.ts';
import { CutOff, type GatewayApi, streamGateway } from '#cli/gateway-api.ts';
import type { CliIo } from '#cli/io.ts';
import { untilInterrupted } from '#cli/until-interrupted.ts';
import { eventsGroup } from '#cli/local-events.ts';
import { EVENTS_PATH, failed, onBookOrGateway, type RemoteOptions, withGatewayOptions } from '#cli/remote-events.ts';
import type { Book } from '#events/book.ts';
import type { Event } from '#events/event.ts';
import { tailedShards, tailEvents } from '#events/tail.ts';

type TailCliOptions = BookOptions & RemoteOptions & { readonly json?: true };

const POLL_MS = 200;
/** Of a gateway's line: an event has no payloads here. */
const LINE_CHARS_MAX = 16 * 1024 * 1024;

export function register(program: Command, io: CliIo): void {
  withGatewayOptions(
    withBookOptions(
      eventsGroup(program)
        .command('tail')
        .description('Print events as they complete, until interrupted')
        .option('--json', 'print each event as one JSON object a line'),
    ),
  ).action((options: TailCliOptions) =>
    onBookOrGateway(io, options, {
      here: (book) => untilInterrupted((signal) => follow(io, book, options.json === true, signal)),
      there: (api) => untilInterrupted((signal) => followThere(io, api, options.json === true, signal)),
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

/** The same at a gateway, without the process's signals. Ends in the middle when the token does. */
export async function followThere(io: CliIo, api: GatewayApi, json: boolean, signal: AbortSignal): Promise<ExitCode> {
  const answer = await streamGateway(api, `${EVENTS_PATH}/tail`, signal);
  if (!answer.ok) return failed(io, answer.error);
  let rest = '';
  for await (const piece of answer.value.pieces) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LINE_CHARS_MAX) throw new CutOff('the gateway sent a line that is too long');
    for (const line of lines) {
      // An empty line says that nothing happened.
      if (line !== '') io.stdout.write(json ? `${line}\n` : eventLine(eventOf(line)));
    }
  }
  return EXIT_OK;
}

function eventOf(line: string): Event {
  try {
    return JSON.parse(line) as Event;
  } catch {
    throw new CutOff('the gateway sent a line that is no event');
  }
}
