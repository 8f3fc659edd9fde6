/** `GET /api/v1/events/{shard}/{index}`: one event, read again from the book. */
import type { ApiCall, ApiInput, ApiOutcome, ApiRefusal } from '#api/call.ts';
import type { getEvent as operation } from '#api/contract/events.ts';
import type { ApiParts } from '#api/parts.ts';
import { recordPayloadRead } from '#api/payload-read.ts';
import { troubleRefusal } from '#api/search-trouble.ts';
import { waitIndexed } from '#api/wait-indexed.ts';
import type { EventHit } from '#events/event-row.ts';
import { RecordFetcher } from '#events/record-fetcher.ts';
import { verifyHit } from '#events/verify-hit.ts';
import { faultFrames } from '#gateway/fault-frames.ts';
import { err, ok, type Result } from '#result.ts';

export async function getEvent(
  call: ApiCall,
  { params: { shard, index: n }, query: { payloads = false } }: ApiInput<typeof operation>,
  parts: ApiParts,
): Promise<ApiOutcome> {
  const hit = await findHit(call, { shard, n }, parts);
  if (!hit.ok) return hit;
  if (payloads) {
    const recorded = await recordPayloadRead(call, { event: hit.value.event.id }, parts);
    if (!recorded.ok) return recorded;
  }
  const source = await parts.book.source(shard);
  try {
    return ok({ json: await verifyHit(hit.value, new RecordFetcher(source, 1), { shard, payloads }) });
  } catch (error) {
    parts.log.error({ call: call.id, shard, n, frames: faultFrames(error) }, 'a record of the book does not hold');
    return err({ code: 'record_damaged', reason: 'not_verified' });
  }
}

/** Where the index says the event is. A record too new for the index is waited for. */
export async function findHit(
  call: ApiCall,
  { shard, n }: { readonly shard: string; readonly n: number },
  parts: ApiParts,
): Promise<Result<EventHit, ApiRefusal>> {
  const asked = await parts.searcher.ask('event', { shard, n }, call.signal);
  if (!asked.ok) return err(troubleRefusal(asked.error));
  if (asked.value !== undefined) return ok(asked.value);
  const size = (await parts.book.sizes())[shard] ?? 0;
  if (n >= size) return err({ code: 'not_found', reason: 'no_record', detail: `shard ${shard} has ${size} records` });
  const indexed = await waitIndexed({ shard, n }, call, parts);
  if (!indexed.ok) return indexed;
  const again = await parts.searcher.ask('event', { shard, n }, call.signal);
  if (!again.ok) return err(troubleRefusal(again.error));
  if (again.value !== undefined) return ok(again.value);
  return err({ code: 'not_found', reason: 'no_event', detail: 'the record belongs to no event of its own' });
}
