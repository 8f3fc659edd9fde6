/** `GET /api/v1/events`: a page of what the index has, with links to go on. */
import type { ApiCall, ApiInput, ApiOutcome, ApiRefusal } from '#api/call.ts';
import type { searchEvents as operation } from '#api/contract/events.ts';
import type { CursorPlace } from '#api/cursors.ts';
import { linksOf } from '#api/links.ts';
import type { ApiParts } from '#api/parts.ts';
import { recordTextSearch } from '#api/payload-read.ts';
import { faultRefusal, troubleRefusal } from '#api/search-trouble.ts';
import { waitIndexed } from '#api/wait-indexed.ts';
import type { IndexedThrough } from '#events/book-index.ts';
import type { EventHit } from '#events/event-row.ts';
import { parseRecordId } from '#events/find-event.ts';
import { parseMoment } from '#events/time.ts';
import { err, ok, type Result } from '#result.ts';

type Query = ApiInput<typeof operation>['query'] & { readonly order: 'oldest' | 'newest' };
type Times = { readonly since: string | undefined; readonly until: string | undefined };

export async function searchEvents(
  call: ApiCall,
  { query: asked }: ApiInput<typeof operation>,
  parts: ApiParts,
): Promise<ApiOutcome> {
  const query: Query = { ...asked, order: asked.order ?? 'oldest' };
  const awaited = query.wait === undefined ? undefined : parseRecordId(query.wait);
  if (awaited !== undefined) {
    const waited = await waitIndexed(awaited, call, parts);
    if (!waited.ok) return waited;
  }
  const place = placeOf(query, parts);
  if (!place.ok) return place;
  const recorded = await recordTextSearch(call, query, parts);
  if (!recorded.ok) return recorded;
  const times = place.value ?? fixedTimes(query, parts.clock());
  const search = { ...query, since: times.since, until: times.until };
  const isBounded = query.until !== undefined || query.order === 'newest';
  const found = isBounded
    ? await boundedPage(call, search, place.value, parts)
    : await followedPage(call, search, place.value, parts);
  if (!found.ok) return found;
  const { hits, next, more, indexedThrough } = found.value;
  const { since, until } = times;
  const sealed = next && parts.cursors.seal({ ...next, since, until }, searchOf(query));
  const { q, filter, order, limit, after } = query;
  const linked = { since: query.since, until: query.until, filter, q, order, limit, after };
  return ok({
    json: hits.map(({ event }) => event),
    headers: {
      link: linksOf(parts.publicUrl, call.path, linked, sealed),
      'x-gatebook-more': String(more),
      'x-gatebook-indexed-through': indexedThroughText(indexedThrough),
    },
  });
}

export const indexedThroughText = (indexed: IndexedThrough): string =>
  Object.entries(indexed)
    .map(([shard, size]) => `${shard}:${size}`)
    .join(', ');

/** Times that are the same on every page: `15m` ago moves. */
export function fixedTimes({ since, until }: Partial<Times>, nowMs: number): Times {
  const moment = (text: string | undefined): string | undefined => {
    const ms = text === undefined ? undefined : parseMoment(text, nowMs);
    // What is no time is refused by the search itself.
    return ms === undefined || Number.isNaN(new Date(ms).getTime()) ? text : new Date(ms).toISOString();
  };
  return { since: moment(since), until: moment(until) };
}

const searchOf = ({ q, filter, since, until, order }: Query): readonly unknown[] => [
  q ?? null,
  filter ?? null,
  since ?? null,
  until ?? null,
  order,
];

function placeOf(query: Query, { cursors }: ApiParts): Result<CursorPlace | undefined, ApiRefusal> {
  if (query.after === undefined) return ok(undefined);
  const place = cursors.open(query.after, searchOf(query));
  return place === undefined ? err({ code: 'invalid_cursor', reason: 'cursor', parameter: 'after' }) : ok(place);
}

type Found = {
  readonly hits: readonly EventHit[];
  readonly next: CursorPlace | undefined;
  readonly more: boolean;
  readonly indexedThrough: IndexedThrough;
};

async function boundedPage(
  call: ApiCall,
  { q, filter, since, until, order, limit }: Query,
  place: CursorPlace | undefined,
  { searcher }: ApiParts,
): Promise<Result<Found, ApiRefusal>> {
  const after = place?.kind === 'page' ? place.at : undefined;
  const answer = await searcher.ask('page', { q, filter, since, until, order, limit, after }, call.signal);
  if (!answer.ok) return err(troubleRefusal(answer.error));
  if (!answer.value.ok) return err(faultRefusal(answer.value.error));
  const { hits, next, indexedThrough } = answer.value.value;
  return ok({
    hits,
    next: next === undefined ? undefined : { kind: 'page', at: next },
    more: next !== undefined,
    indexedThrough,
  });
}

async function followedPage(
  call: ApiCall,
  { q, filter, since, limit }: Query,
  place: CursorPlace | undefined,
  { searcher }: ApiParts,
): Promise<Result<Found, ApiRefusal>> {
  const after = place?.kind === 'follow' ? place.at : undefined;
  const answer = await searcher.ask('follow', { q, filter, since, limit, after }, call.signal);
  if (!answer.ok) return err(troubleRefusal(answer.error));
  if (!answer.value.ok) return err(faultRefusal(answer.value.error));
  const { hits, next, more, indexedThrough } = answer.value.value;
  return ok({ hits, next: { kind: 'follow', at: next }, more, indexedThrough });
}
