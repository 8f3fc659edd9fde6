/**
 * A call that a record says was asked or made, read again from the book and checked: its masked arguments, and what goes to the
 * server beside them, for whoever decides about it has to see both. The index says where it lies.
 */
import type { Book } from '#events/book.ts';
import type { Event, StoredJson } from '#events/event.ts';
import { parseRecordId } from '#events/find-event.ts';
import { besideArgumentsOf } from '#events/payload-view.ts';
import { RecordFetcher } from '#events/record-fetcher.ts';
import type { Searcher } from '#events/searcher.ts';
import { verifyHit } from '#events/verify-hit.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

/** `beside`: absent where nothing but its name and arguments goes up. */
export type WholeCall = Event & { readonly beside?: StoredJson };

/** `damaged`: it does not hold, or cannot be opened any more. */
export async function wholeCall(
  hit: Parameters<typeof verifyHit>[0],
  shard: string,
  book: Pick<Book, 'source'>,
): Promise<Result<WholeCall, 'damaged'>> {
  try {
    const records = new RecordFetcher(await book.source(shard), 1);
    const event = await verifyHit(hit, records, { shard, payloads: true });
    const { payload } = await records.record(hit.place.record);
    const beside = payload === null ? undefined : besideArgumentsOf(payload, event.method ?? '');
    return ok({ ...event, ...(beside === undefined ? {} : { beside }) });
  } catch {
    return err('damaged');
  }
}

/** `not_indexed`: the index has not come that far, or cannot be asked. */
export async function recordedCall(
  record: string,
  { searcher, book }: { readonly searcher: Pick<Searcher, 'ask'>; readonly book: Pick<Book, 'source'> },
  signal: AbortSignal,
): Promise<Result<WholeCall, 'not_indexed' | 'damaged'>> {
  const place = parseRecordId(record);
  if (place === undefined) return err('damaged');
  const hit = await searcher.ask('event', place, signal);
  return hit.ok && hit.value !== undefined ? wholeCall(hit.value, place.shard, book) : err('not_indexed');
}
