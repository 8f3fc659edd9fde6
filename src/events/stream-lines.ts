/** The lines of an export or of a tail, as they go over HTTP. */
import type { Book } from '#events/book.ts';
import type { Event } from '#events/event.ts';
import { exportEvents, exportHead, type ExportFormat, spellEvent } from '#events/export.ts';
import type { StreamThreadSettings } from '#events/stream-jobs.ts';
import { tailedShards, tailRounds } from '#events/tail.ts';

type Settings = Pick<StreamThreadSettings, 'job' | 'limits' | 'nowMs'>;

/**
 * A line of '' where nothing follows for now. A tail begins with an empty line and gives one in each quiet time, so that
 * both ends notice when the other is gone. Throws on a record that does not hold.
 */
export function streamLines(
  book: Book,
  { job, limits, nowMs }: Settings,
  sleep: (ms: number) => Promise<unknown>,
): AsyncGenerator<string, void, undefined> {
  if (job.kind === 'tail') return tailLines(book, limits, sleep);
  const events = exportEvents(book, job.request, { nowMs, limits });
  if (!events.ok) throw new Error(`an export was begun whose request was not checked: ${events.error.message}`);
  return exportLines(events.value, job.format);
}

async function* exportLines(
  events: AsyncGenerator<Event, void, undefined>,
  format: ExportFormat,
): AsyncGenerator<string, void, undefined> {
  yield exportHead(format);
  for await (const event of events) yield spellEvent(event, format);
}

async function* tailLines(
  book: Book,
  { tailPollMs, tailQuietMs }: Settings['limits'],
  sleep: (ms: number) => Promise<unknown>,
): AsyncGenerator<string, void, undefined> {
  const rounds = tailRounds({
    shards: () => tailedShards(book),
    pause: async () => void (await sleep(tailPollMs)),
    // Its thread is ended from outside.
    signal: new AbortController().signal,
  });
  let quietMs = tailQuietMs;
  for await (const events of rounds) {
    for (const event of events) yield spellEvent(event, 'jsonl');
    quietMs = events.length > 0 ? 0 : quietMs + tailPollMs;
    if (quietMs >= tailQuietMs) {
      quietMs = 0;
      yield '\n';
    }
    yield '';
  }
}
