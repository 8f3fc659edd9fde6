/** One event by the id of any of its records, verified against the ledger. */
import type { Book } from '#events/book.ts';
import type { Event } from '#events/event.ts';
import type { EventHit } from '#events/event-row.ts';
import { findInLedger } from '#events/find-in-ledger.ts';
import { RecordFetcher } from '#events/record-fetcher.ts';
import type { RecordSource } from '#events/source.ts';
import { eventOfRecords, type ViewOptions, verifyHit } from '#events/verify-hit.ts';

export type RecordId = { readonly shard: string; readonly n: number };

/** `<shard>:<number>`; undefined when it is none. */
export function parseRecordId(text: string): RecordId | undefined {
  const [, shard, n] = /^([a-z0-9-]{1,63}):(\d{1,15})$/.exec(text) ?? [];
  return shard === undefined ? undefined : { shard, n: Number(n) };
}

/** The index only says where to look first; where it is wrong or behind, the whole ledger is read. Undefined past its end. */
export async function findEvent(
  { index, source: open }: Pick<Book, 'index' | 'source'>,
  { shard, n }: RecordId,
  payloads: boolean,
): Promise<Event | undefined> {
  const view = { shard, payloads };
  const source = await open(shard);
  const hit = index.eventOf(shard, n);
  if (hit !== undefined) {
    const event = await eventAt(source, hit, view).catch((error: unknown) => {
      // The index names other records than the ledger has, or places that hold none: the ledger is right.
      if (!(error instanceof Error)) throw error;
      return undefined;
    });
    if (event !== undefined) return event;
  }
  const found = await findInLedger(source, n);
  return found === undefined ? undefined : eventOfRecords(found.first, found.result, view);
}

/** Throws when the records there are not those of the hit, or are damaged. */
export async function eventAt(source: RecordSource, hit: EventHit, view: ViewOptions): Promise<Event | undefined> {
  if (hit.event.outcome !== 'open') return verifyHit(hit, new RecordFetcher(source, 1), view);
  // A call without a result in the index may have got one since; the ledger knows.
  const { record } = hit.place;
  const found = await findInLedger(source, record.n, record);
  return found === undefined ? undefined : eventOfRecords(found.first, found.result, view);
}
