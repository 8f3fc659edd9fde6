/** `GET /api/v1/events/export` and `/tail`: events as lines, each verified against the book. */
import type { ApiCall, ApiInput, ApiOutcome, ApiRefusal } from '#api/call.ts';
import type { exportEvents as exportOperation } from '#api/contract/events.ts';
import type { ApiParts } from '#api/parts.ts';
import { recordPayloadRead } from '#api/payload-read.ts';
import { indexedThroughText } from '#api/search-events.ts';
import { faultRefusal, troubleRefusal } from '#api/search-trouble.ts';
import { parseEventQuery } from '#events/event-query.ts';
import type { StreamJob } from '#events/stream-jobs.ts';
import { callerKey } from '#identity/caller.ts';
import { err, ok, type Result } from '#result.ts';

const RETRY_MS = 5_000;
const NDJSON = 'application/x-ndjson';

export async function exportEvents(
  call: ApiCall,
  { query }: ApiInput<typeof exportOperation>,
  parts: ApiParts,
): Promise<ApiOutcome> {
  const { format = 'jsonl', payloads = false, filter, since, until } = query;
  const nowMs = parts.clock();
  const checked = parseEventQuery({ filter, since, until }, nowMs, parts.limits);
  if (!checked.ok) return err(faultRefusal(checked.error));
  const indexed = await parts.searcher.ask('indexed', null, call.signal);
  if (!indexed.ok) return err(troubleRefusal(indexed.error));
  // The thread waits to be asked for a first piece: nothing is read of the book before that.
  const stream = open({ kind: 'export', format, request: { filter, since, until, payloads } }, call, parts);
  if (!stream.ok) return stream;
  if (payloads) {
    const what = { format, filter: filter ?? null, since: since ?? null, until: until ?? null };
    const recorded = await recordPayloadRead(call, what, parts);
    if (!recorded.ok) return recorded;
  }
  return ok({
    stream: stream.value,
    contentType: format === 'csv' ? 'text/csv; charset=utf-8; header=present' : NDJSON,
    headers: {
      'content-disposition': `attachment; filename="gatebook-events.${format}"`,
      'x-gatebook-indexed-through': indexedThroughText(indexed.value),
    },
  });
}

export function tailEvents(call: ApiCall, parts: ApiParts): ApiOutcome {
  const stream = open({ kind: 'tail' }, call, parts);
  if (!stream.ok) return stream;
  // A proxy that gathers an answer before it passes it on would hold events back.
  return ok({ stream: stream.value, contentType: NDJSON, headers: { 'x-accel-buffering': 'no' } });
}

type Lines = AsyncGenerator<string, void, undefined>;

function open(job: StreamJob, call: ApiCall, { streams }: ApiParts): Result<Lines, ApiRefusal> {
  const opened = streams.open(job, callerKey(call.verified.caller), call.signal);
  if (opened.ok) return opened;
  return err({
    code: 'rate_limited',
    reason: opened.error,
    detail: 'too many exports and tails at once',
    retryAfterMs: RETRY_MS,
  });
}
