/**
 * What the book says of one approval, in the order in which it was written: what was asked and of whom, who was told, what was
 * said for it, who decided what and why, what was sent for it and what came back. Each record is read again from the ledger.
 */
import type { Book } from '#events/book.ts';
import type { BookPage } from '#events/book-index.ts';
import type { Event } from '#events/event.ts';
import type { EventHit } from '#events/event-row.ts';
import type { RecordHeader } from '#events/header.ts';
import { RecordFetcher } from '#events/record-fetcher.ts';
import type { SearchRequest } from '#events/search.ts';
import { eventOfRecords } from '#events/verify-hit.ts';
import type { Limits } from '#limits.ts';

/** An event with what its record says beyond one: words of people, and the facts of an act. */
export type StoryStep = Event & Pick<RecordHeader, 'reason' | 'detail'>;

export type ApprovalStory = {
  readonly approval: string;
  readonly steps: readonly StoryStep[];
  /** False: there may be more, which the index does not have yet or which is more than one story tells. */
  readonly whole: boolean;
};

const APPROVAL_ID = /^apr_[a-z2-7]{26}$/;
export const isApprovalId = (text: string): boolean => APPROVAL_ID.test(text);

/** @param id of an approval: nothing else may stand in a filter */
export function storyRequest(id: string, { approvalStorySteps }: Pick<Limits, 'approvalStorySteps'>): SearchRequest {
  if (!isApprovalId(id)) throw new Error('no id of an approval');
  return { filter: `decision.approval eq "${id}"`, order: 'oldest', limit: approvalStorySteps };
}

/** Throws when a record is damaged or is not the one the index names. */
export async function storyOf(
  id: string,
  { hits, next }: Pick<BookPage, 'hits' | 'next'>,
  book: Pick<Book, 'source'>,
  options: { readonly payloads: boolean; readonly isIndexed: boolean },
): Promise<ApprovalStory> {
  const steps: StoryStep[] = [];
  for (const hit of hits) steps.push(await stepOf(hit, book, options.payloads));
  // The index only says where to look: a record of another approval is none of this one.
  const own = steps.filter(({ decision }) => decision?.approval === id);
  return { approval: id, steps: own, whole: next === undefined && options.isIndexed && own.length === steps.length };
}

async function stepOf({ event, place }: EventHit, book: Pick<Book, 'source'>, payloads: boolean): Promise<StoryStep> {
  const shard = event.id.slice(0, event.id.indexOf(':'));
  const records = new RecordFetcher(await book.source(shard), 1);
  const first = await records.record(place.record);
  const result = place.result === undefined ? undefined : await records.record(place.result);
  const { reason, detail } = first.header ?? {};
  return {
    ...eventOfRecords(first, result, { shard, payloads }),
    ...(reason === undefined ? {} : { reason }),
    ...(detail === undefined ? {} : { detail }),
  };
}
