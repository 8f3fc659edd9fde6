/** `gatebook events show`: one event, read again from the ledger with hashes and commitments checked. */
import type { Command } from 'commander';
import { type BookOptions, withBookOptions } from '#cli/book-place.ts';
import { describeEvent } from '#cli/event-lines.ts';
import { EXIT_CHECK_FAILED, EXIT_OK, EXIT_USAGE, type ExitCode } from '#cli/exit-codes.ts';
import { type GatewayApi, readGateway } from '#cli/gateway-api.ts';
import type { CliIo } from '#cli/io.ts';
import { complain, eventsGroup } from '#cli/local-events.ts';
import {
  EVENTS_PATH,
  failed,
  onBookOrGateway,
  type RemoteOptions,
  target,
  withGatewayOptions,
} from '#cli/remote-events.ts';
import type { Book } from '#events/book.ts';
import type { Event } from '#events/event.ts';
import { findEvent, parseRecordId } from '#events/find-event.ts';
import { parseExactly } from '#events/payload-view.ts';

type ShowOptions = BookOptions &
  RemoteOptions & { readonly offlinePayloads?: true; readonly payloads?: true; readonly json?: true };

export function register(program: Command, io: CliIo): void {
  withGatewayOptions(
    withBookOptions(
      eventsGroup(program)
        .command('show')
        .description('Show one event, verified against the ledger')
        .argument('<id>', 'record id of the call, of its result or of any other record, such as a:12')
        .option('--offline-payloads', 'also arguments and answer (masked); reading them here leaves no record')
        .option('--payloads', 'with --url: also arguments and answer (masked); that you read them is recorded')
        .option('--json', 'print the event as one JSON object'),
    ),
  ).action((id: string, options: ShowOptions) =>
    onBookOrGateway(io, options, {
      here: (book) => show(io, book, id, options),
      there: (api) => showThere(io, api, id, options),
    }),
  );
}

async function show(io: CliIo, book: Book, id: string, options: ShowOptions): Promise<ExitCode> {
  const asked = parseRecordId(id);
  const { firstShard } = book.place;
  if (asked === undefined)
    return complain(io, `${id} is no record id; expected <shard>:<number>, such as ${firstShard}:12`, EXIT_USAGE);
  const sizes = await book.sizes();
  const size = sizes[asked.shard];
  if (size === undefined) {
    const shards = Object.keys(sizes).join(', ');
    return complain(io, `this book has no shard ${asked.shard}, only: ${shards || 'none'}`, EXIT_CHECK_FAILED);
  }
  const event = await findEvent(book, asked, options.offlinePayloads === true);
  if (event === undefined) return complain(io, `no record ${id}: the ledger has ${size} records`, EXIT_CHECK_FAILED);
  io.stdout.write(options.json ? `${JSON.stringify(event)}\n` : describeEvent(event));
  return EXIT_OK;
}

async function showThere(io: CliIo, api: GatewayApi, id: string, options: ShowOptions): Promise<ExitCode> {
  const asked = parseRecordId(id);
  if (asked === undefined)
    return complain(io, `${id} is no record id; expected <shard>:<number>, such as a:12`, EXIT_USAGE);
  const path = target(`${EVENTS_PATH}/${asked.shard}/${asked.n}`, { payloads: options.payloads });
  const answer = await readGateway(api, path);
  if (!answer.ok) return failed(io, answer.error);
  io.stdout.write(options.json ? `${answer.value.text}\n` : describeEvent(parseExactly(answer.value.text) as Event));
  return EXIT_OK;
}
