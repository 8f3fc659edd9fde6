/**
 * `GET /api/v1/approvals/stream`: what waits for people, and how it changes, as server-sent events. Whoever watches has a
 * place in the order of changes and nothing else: what was not taken is not kept, it is read again when there is room.
 */
import type { Approval } from '#approvals/approval.ts';
import { isSeen, shown } from '#api/approvals.ts';
import type { ApiCall, ApiInput, ApiOutcome } from '#api/call.ts';
import type { streamApprovals } from '#api/contract/approval.ts';
import type { ApiParts } from '#api/parts.ts';
import { encodeSseEvent } from '#mcp/sse.ts';
import { err, ok } from '#result.ts';

const RETRY_MS = 5_000;
/** As docs/ERRORS.md names them. */
const ROOM = { listeners: 'approval_watchers', listeners_per_caller: 'approval_watchers_per_caller' } as const;
/** An SSE comment, so that nothing between here and the client takes the stream for dead. */
const QUIET = ':\n\n';

type Parts = Pick<ApiParts, 'apiAdmission' | 'approvals' | 'clock' | 'identity' | 'limits' | 'noticesOf'>;

export function serveApprovalStream(
  call: ApiCall,
  { headers: { 'last-event-id': after } }: Pick<ApiInput<typeof streamApprovals>, 'headers'>,
  parts: Parts,
): ApiOutcome {
  const room = parts.apiAdmission.lasts(call.id, () => !parts.identity.recheck(call.verified).ok);
  if (room !== 'entered')
    return err({ code: 'rate_limited', reason: ROOM[room], detail: 'too many watch already', retryAfterMs: RETRY_MS });
  try {
    const from = beginning(after, parts);
    return ok({
      stream: told(from, call, parts),
      contentType: 'text/event-stream',
      // A proxy that gathers an answer before it passes it on would hold events back.
      headers: { 'x-accel-buffering': 'no' },
    });
  } catch {
    return err({ code: 'state_unavailable', reason: 'unreadable', retryAfterMs: RETRY_MS });
  }
}

type Beginning = { readonly first: readonly Approval[]; readonly after: number };

function beginning(after: number | undefined, { approvals }: Parts): Beginning {
  // Before the list: what changes meanwhile comes twice rather than never.
  const last = approvals.lastRevision();
  // An id that was never given is one of another store, whose order says nothing here.
  if (after !== undefined && after <= last) return { first: [], after };
  const waiting = approvals.list(['pending']).toSorted((one, other) => one.revision - other.revision);
  return { first: waiting, after: last };
}

async function* told(
  { first, after }: Beginning,
  call: ApiCall,
  parts: Parts,
): AsyncGenerator<string, void, undefined> {
  const { approvals, identity, limits } = parts;
  const changes = waiter(call.signal);
  const unlisten = approvals.onChange(() => changes.wake());
  const text = (some: readonly Approval[]): string =>
    some
      .filter((one) => isSeen(one, call, parts))
      .map((one) => eventText(one, call, parts))
      .join('');
  try {
    yield `retry: ${limits.approvalWatchRetryMs}\n\n${text(first)}`;
    let at = after;
    while (!call.signal.aborted) {
      changes.begin();
      // Between the loss of access and the cut nothing more is told.
      if (!identity.recheck(call.verified).ok) return;
      const some = approvals.changedAfter(at);
      at = some.at(-1)?.revision ?? at;
      const seen = text(some);
      if (seen !== '') yield seen;
      if (some.length > 0) continue;
      if ((await changes.wait(limits.streamQuietMs)) === 'quiet') yield QUIET;
    }
  } finally {
    unlisten();
  }
}

const eventText = (approval: Approval, call: ApiCall, parts: Parts): string =>
  encodeSseEvent({
    event: 'approval',
    id: String(approval.revision),
    data: Buffer.from(JSON.stringify(shown(approval, call, parts))),
  }).toString();

/** Waits for the first of: a `wake` since `begin`, the end of `signal`, so many milliseconds. */
function waiter(signal: AbortSignal) {
  let woken = Promise.withResolvers<'woken'>();
  return {
    begin: () => void (woken = Promise.withResolvers<'woken'>()),
    wake: () => woken.resolve('woken'),
    async wait(quietMs: number): Promise<'woken' | 'quiet'> {
      const { promise, resolve } = Promise.withResolvers<'quiet'>();
      const timer = setTimeout(() => resolve('quiet'), quietMs);
      const end = (): void => woken.resolve('woken');
      signal.addEventListener('abort', end, { once: true });
      if (signal.aborted) end();
      try {
        return await Promise.race([woken.promise, promise]);
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
      }
    },
  };
}
