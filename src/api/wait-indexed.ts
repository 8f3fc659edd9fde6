/** Waits, for a bounded time, until a record can be found: read your writes through whichever process. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiCall, ApiRefusal } from '#api/call.ts';
import type { ApiParts } from '#api/parts.ts';
import { troubleRefusal } from '#api/search-trouble.ts';
import type { RecordId } from '#events/find-event.ts';
import { err, ok, type Result } from '#result.ts';

const POLL_MS = 25;
const RETRY_MS = 1_000;

export async function waitIndexed(
  { shard, n }: RecordId,
  { signal }: Pick<ApiCall, 'signal'>,
  { searcher, limits, monotonic }: Pick<ApiParts, 'searcher' | 'limits' | 'monotonic'>,
): Promise<Result<true, ApiRefusal>> {
  const endMs = monotonic() + limits.searchWaitMs;
  for (;;) {
    const indexed = await searcher.ask('indexed', null, signal);
    if (!indexed.ok) return err(troubleRefusal(indexed.error));
    // A name from a URL: what comes from another thread has the members of every object.
    const size = Object.hasOwn(indexed.value, shard) ? (indexed.value[shard] ?? 0) : 0;
    if (size > n) return ok(true);
    if (monotonic() >= endMs || signal.aborted)
      return err({ code: 'not_indexed', reason: 'index_behind', retryAfterMs: RETRY_MS });
    await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
}
