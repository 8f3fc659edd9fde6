/**
 * Events as they complete, straight from the ledger: a call when its result is durable, everything else at once. Follows
 * the watermark from where it was at the start, record by record, so nothing is left out and nothing comes twice.
 */
import type { Event } from '#events/event.ts';
import type { OpenedRecord, Position, RecordSource } from '#events/source.ts';
import { eventOfRecords } from '#events/verify-hit.ts';

export type TailOptions = {
  readonly source: RecordSource;
  readonly shard: string;
  /** The record of an intent from before the start; undefined when it cannot be found. */
  readonly earlier: (n: number) => Promise<OpenedRecord | undefined>;
  readonly pause: () => Promise<void>;
  readonly signal: AbortSignal;
};

const PAGE_RECORDS = 500;

/** Ends when `signal` aborts. Throws on a damaged ledger. */
export async function* tailEvents(options: TailOptions): AsyncGenerator<Event> {
  const { source, pause, signal } = options;
  const { size, segment, offset } = await source.watermark();
  // An empty book has no segment to stand in: it is read from its start.
  let from: Position = { n: size, segment, offset };
  // Bounded by the calls in flight: each is taken out by its result or, after a restart, its orphan.
  const open = new Map<number, OpenedRecord>();
  while (!signal.aborted) {
    const { records, next } = await source.read(from, PAGE_RECORDS);
    from = next;
    for (const record of records) {
      const event = await completed(record, open, options);
      if (event !== undefined) yield event;
    }
    if (records.length === 0) await pause();
  }
}

async function completed(
  record: OpenedRecord,
  open: Map<number, OpenedRecord>,
  options: TailOptions,
): Promise<Event | undefined> {
  const view = { shard: options.shard, payloads: false };
  const { kind, ref, n } = record.leaf;
  if (kind === 'intent') {
    open.set(n, record);
    return undefined;
  }
  if (ref === null) return eventOfRecords(record, undefined, view);
  if (kind === 'stream') return undefined;
  const intent = open.get(ref) ?? (await options.earlier(ref));
  open.delete(ref);
  return intent === undefined ? undefined : eventOfRecords(intent, record, view);
}
