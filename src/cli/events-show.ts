/**
 * `gatebook events show`: one event, read again from the ledger with hashes and commitments checked; of a call that people had
 * to agree to, and of the id of such a request, the whole story.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { type BookOptions, withBookOptions } from '#cli/book-place.ts';
import { describeEvent } from '#cli/event-lines.ts';
import { EXIT_CHECK_FAILED, EXIT_OK, EXIT_UNAVAILABLE, EXIT_USAGE, type ExitCode } from '#cli/exit-codes.ts';
import { type ApiFailure, type GatewayApi, readGateway } from '#cli/gateway-api.ts';
import type { CliIo } from '#cli/io.ts';
import { complain, DamagedRecord, eventsGroup } from '#cli/local-events.ts';
import {
  EVENTS_PATH,
  failed,
  onBookOrGateway,
  type RemoteOptions,
  target,
  withGatewayOptions,
} from '#cli/remote-events.ts';
import { storyText } from '#cli/story-lines.ts';
import { type ApprovalStory, isApprovalId, storyOf, storyRequest } from '#events/approval-story.ts';
import type { Book } from '#events/book.ts';
import type { Event } from '#events/event.ts';
import { describeFault } from '#events/event-query.ts';
import { findEvent, parseRecordId } from '#events/find-event.ts';
import { parseExactly } from '#events/payload-view.ts';
import { searchEvents } from '#events/search.ts';
import { hasReached, waitForIndex } from '#events/wait-for-index.ts';
import { LIMITS } from '#limits.ts';
import { err, ok, type Result } from '#result.ts';

type ShowOptions = BookOptions &
  RemoteOptions & { readonly offlinePayloads?: true; readonly payloads?: true; readonly json?: true };

const MEND_INDEX = 'start the gateway, or run `gatebook ledger reindex`';

type Story = Result<ApprovalStory, ApiFailure>;

export function register(program: Command, io: CliIo): void {
  withGatewayOptions(
    withBookOptions(
      eventsGroup(program)
        .command('show')
        .description('Show one event, or the whole story of a request for approval, verified against the ledger')
        .argument(
          '<id>',
          'record id of the call, of its result or of any other record, such as a:12; or the id of an approval (apr_…)',
        )
        .option('--offline-payloads', 'also arguments and answer (masked); reading them here leaves no record')
        .option('--payloads', 'with --url: also arguments and answer (masked); that you read them is recorded')
        .option('--json', 'print the event, or the story, as one JSON object'),
    ),
  ).action((id: string, options: ShowOptions) =>
    onBookOrGateway(io, options, {
      here: (book) => show(io, book, id, options),
      there: (api) => showThere(io, api, id, options),
    }),
  );
}

const isStoryAsked = (id: string): boolean => id.startsWith('apr_');
const noRecordId = (io: CliIo, id: string, shard: string): ExitCode =>
  complain(
    io,
    `${id} is no record id; expected <shard>:<number>, such as ${shard}:12, or the id of an approval`,
    EXIT_USAGE,
  );

async function show(io: CliIo, book: Book, id: string, options: ShowOptions): Promise<ExitCode> {
  const payloads = options.offlinePayloads === true;
  if (isStoryAsked(id)) return tellStory(io, id, options, () => storyHere(book, id, payloads));
  const asked = parseRecordId(id);
  if (asked === undefined) return noRecordId(io, id, book.place.firstShard);
  const sizes = await book.sizes();
  const size = sizes[asked.shard];
  if (size === undefined) {
    const shards = Object.keys(sizes).join(', ');
    return complain(io, `this book has no shard ${asked.shard}, only: ${shards || 'none'}`, EXIT_CHECK_FAILED);
  }
  const event = await findEvent(book, asked, payloads);
  if (event === undefined) return complain(io, `no record ${id}: the ledger has ${size} records`, EXIT_CHECK_FAILED);
  return print(io, event, options, (approval) => storyHere(book, approval, false));
}

async function storyHere(book: Book, id: string, payloads: boolean): Promise<Story> {
  try {
    const sizes = await book.sizes();
    const indexed = await waitForIndex(book.index, sizes, LIMITS.searchWaitMs, sleep);
    const isIndexed = hasReached(indexed, sizes);
    const page = searchEvents(book.index, storyRequest(id, LIMITS), { nowMs: Date.now(), limits: LIMITS });
    if (!page.ok) return err({ message: describeFault(page.error), exit: EXIT_USAGE });
    if (page.value.hits.length > 0) return ok(await storyOf(id, page.value, book, { payloads, isIndexed }));
    if (isIndexed) return err({ message: `the book knows no ${id}`, exit: EXIT_CHECK_FAILED });
    return err({ message: `${id} is not in the search index, which is behind: ${MEND_INDEX}`, exit: EXIT_UNAVAILABLE });
  } catch (error) {
    // What does not hold in the book is a finding; an index that cannot be used is none.
    if (error instanceof DamagedRecord) throw error;
    const why = error instanceof Error ? error.message : String(error);
    return err({ message: `the story of ${id} cannot be told: ${why}: ${MEND_INDEX}`, exit: EXIT_UNAVAILABLE });
  }
}

async function showThere(io: CliIo, api: GatewayApi, id: string, options: ShowOptions): Promise<ExitCode> {
  if (isStoryAsked(id)) return tellStory(io, id, options, () => storyThere(api, id, options.payloads));
  const asked = parseRecordId(id);
  if (asked === undefined) return noRecordId(io, id, 'a');
  const path = target(`${EVENTS_PATH}/${asked.shard}/${asked.n}`, { payloads: options.payloads });
  const answer = await readGateway(api, path);
  if (!answer.ok) return failed(io, answer.error);
  const event = parseExactly(answer.value.text) as Event;
  return print(io, event, options, (approval) => storyThere(api, approval, undefined));
}

async function storyThere(api: GatewayApi, id: string, payloads: true | undefined): Promise<Story> {
  const answer = await readGateway(api, target(`/api/v1/approvals/${encodeURIComponent(id)}/story`, { payloads }));
  return answer.ok ? ok(parseExactly(answer.value.text) as ApprovalStory) : answer;
}

async function tellStory(io: CliIo, id: string, { json }: ShowOptions, tell: () => Promise<Story>): Promise<ExitCode> {
  if (!isApprovalId(id)) return complain(io, `${id} is no id of an approval`, EXIT_USAGE);
  const story = await tell();
  if (!story.ok) return failed(io, story.error);
  io.stdout.write(json ? `${JSON.stringify(story.value)}\n` : storyText(story.value));
  return EXIT_OK;
}

async function print(
  io: CliIo,
  event: Event,
  { json }: ShowOptions,
  tell: (approval: string) => Promise<Story>,
): Promise<ExitCode> {
  const approval = event.decision?.approval;
  const story = approval === undefined || !isApprovalId(approval) ? undefined : await tell(approval);
  // The event itself is found and holds: that the rest cannot be told is said, and takes nothing from it.
  if (story?.ok === false) complain(io, story.error.message, story.error.exit);
  const told = story?.ok === true ? story.value : undefined;
  if (json) io.stdout.write(`${JSON.stringify(told === undefined ? event : { ...event, story: told })}\n`);
  else io.stdout.write(`${describeEvent(event)}${told === undefined ? '' : `\n${storyText(told)}`}`);
  return EXIT_OK;
}
