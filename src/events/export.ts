/** Every event of a query, oldest first, each verified against the ledger: for exports larger than memory. */
import type { Book } from '#events/book.ts';
import { csvHeader, csvRow } from '#events/csv.ts';
import type { Cursor } from '#events/cursor.ts';
import type { Event } from '#events/event.ts';
import {
  type EventQuery,
  type EventRequest,
  parseEventQuery,
  type QueryFault,
  type QueryLimits,
} from '#events/event-query.ts';
import { RecordFetcher } from '#events/record-fetcher.ts';
import { verifyHit } from '#events/verify-hit.ts';
import { type Result, ok } from '#result.ts';

export const EXPORT_FORMATS = ['jsonl', 'csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export type ExportRequest = Pick<EventRequest, 'filter' | 'since' | 'until'> & { readonly payloads: boolean };

const PAGE_EVENTS = 500;
const FETCHED_RECORDS = 256;

/** The error says what is wrong with the request, before anything is read. The generator throws on a record that does not hold. */
export function exportEvents(
  book: Pick<Book, 'index' | 'source'>,
  request: ExportRequest,
  { nowMs, limits }: { readonly nowMs: number; readonly limits: QueryLimits },
): Result<AsyncGenerator<Event, void, undefined>, QueryFault> {
  const query = parseEventQuery(request, nowMs, limits);
  return query.ok ? ok(pages(book, query.value, request.payloads)) : query;
}

async function* pages(
  book: Pick<Book, 'index' | 'source'>,
  query: EventQuery,
  payloads: boolean,
): AsyncGenerator<Event, void, undefined> {
  const fetchers = new Map<string, RecordFetcher>();
  let after: Cursor | undefined;
  do {
    const page = book.index.page({ ...query, order: 'oldest', after, limit: PAGE_EVENTS });
    for (const hit of page.hits) {
      const shard = hit.event.id.slice(0, hit.event.id.indexOf(':'));
      const fetcher = fetchers.get(shard) ?? new RecordFetcher(await book.source(shard), FETCHED_RECORDS);
      fetchers.set(shard, fetcher);
      yield await verifyHit(hit, fetcher, { shard, payloads });
    }
    after = page.next;
  } while (after !== undefined);
}

export const exportHead = (format: ExportFormat): string => (format === 'csv' ? csvHeader() : '');

export const spellEvent = (event: Event, format: ExportFormat): string =>
  format === 'csv' ? csvRow(event) : `${JSON.stringify(event)}\n`;
