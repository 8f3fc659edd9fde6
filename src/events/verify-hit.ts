/**
 * From a search hit to an event one can rely on: the records are read again from the ledger, whose reader checks blob hashes
 * and commitments, and the event is made of them alone. The index only said where to look, so whoever changed the index
 * changed nothing here. What it cannot show is that the ledger itself is whole: that is `ledger verify`.
 */
import type { Event } from '#events/event.ts';
import { type EventHit, hitOfRow, rowOf } from '#events/event-row.ts';
import { answerOf, argumentsOf } from '#events/payload-view.ts';
import { project } from '#events/project.ts';
import type { RecordFetcher } from '#events/record-fetcher.ts';
import type { OpenedRecord } from '#events/source.ts';

export type ViewOptions = { readonly shard: string; readonly payloads: boolean };

/** Throws when a record is damaged or is not the one the index names. */
export async function verifyHit(hit: EventHit, records: RecordFetcher, options: ViewOptions): Promise<Event> {
  const { place } = hit;
  const first = await records.record(place.record);
  const result = place.result === undefined ? undefined : await records.record(place.result);
  return eventOfRecords(first, result, options);
}

/** The event of an intent and its result or orphan, or of a record that is an event by itself. */
export function eventOfRecords(first: OpenedRecord, result: OpenedRecord | undefined, options: ViewOptions): Event {
  const records = result === undefined ? [first] : [first, result];
  const [opened] = project(records, 0).opened;
  if (opened === undefined) throw new Error(`record ${first.leaf.n} is no event`);
  if (result !== undefined && (opened.closing?.n !== result.leaf.n || result.leaf.call !== first.leaf.call)) {
    throw new Error(`record ${result.leaf.n} does not close record ${first.leaf.n}`);
  }
  const { event } = hitOfRow(rowOf(opened, 0), options.shard);
  return {
    ...event,
    ...(options.payloads ? payloadsOf(first, result) : {}),
    verified: records.every((record) => record.verified),
  };
}

function payloadsOf(first: OpenedRecord, result: OpenedRecord | undefined): Pick<Event, 'arguments' | 'answer'> {
  const method = first.header?.method ?? '';
  // Of control records one alone has a call as its payload.
  const isCall = first.leaf.kind !== 'control' || first.leaf.st === 'approval_requested';
  const sent = first.payload === null || !isCall ? undefined : argumentsOf(first.payload, method);
  const received = result?.payload ? answerOf(result.payload) : undefined;
  return {
    ...(sent === undefined ? {} : { arguments: sent }),
    ...(received === undefined ? {} : { answer: received }),
  };
}
