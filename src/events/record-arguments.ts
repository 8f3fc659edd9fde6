/** The arguments that a record has, read again from the book and checked. The index says where it lies. */
import type { Book } from '#events/book.ts';
import { parseRecordId } from '#events/find-event.ts';
import { RecordFetcher } from '#events/record-fetcher.ts';
import type { Searcher } from '#events/searcher.ts';
import { verifyHit } from '#events/verify-hit.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

/** `not_indexed`: the index has not come that far, or cannot be asked. Undefined where the record has none. */
export async function recordArguments(
  record: string,
  { searcher, book }: { readonly searcher: Searcher; readonly book: Pick<Book, 'source'> },
  signal: AbortSignal,
): Promise<Result<unknown, 'not_indexed' | 'damaged'>> {
  const place = parseRecordId(record);
  if (place === undefined) return err('damaged');
  const hit = await searcher.ask('event', place, signal);
  if (!hit.ok || hit.value === undefined) return err('not_indexed');
  const { shard } = place;
  try {
    const records = new RecordFetcher(await book.source(shard), 1);
    return ok((await verifyHit(hit.value, records, { shard, payloads: true })).arguments);
  } catch {
    return err('damaged');
  }
}
