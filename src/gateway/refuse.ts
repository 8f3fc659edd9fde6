/** What happens when a step says no: the exact reason goes into the book, the plain one to the client. */
import { deniedEntry, resultEntry, undeliveredEntry, withheldEntry } from '#gateway/entries.ts';
import type { AnyCall, Recordable } from '#gateway/entries.ts';
import type { Stopped } from '#gateway/chain.ts';
import { problemBody, rpcErrorBody, toWireError } from '#gateway/errors.ts';
import type { ErrorSubject, WireError } from '#gateway/errors.ts';
import type { Forwarded, Recorded, RestingCall } from '#gateway/call.ts';
import { faultFrames, faultName } from '#gateway/fault-frames.ts';
import type { Gateway } from '#gateway/gateway.ts';
import { wantsTask } from '#gateway/held-task.ts';
import { rateLimitHeaders } from '#gateway/quota.ts';
import { measureRefusal } from '#gateway/measure.ts';
import type { Refusal } from '#gateway/refusal.ts';
import type { Throttled } from '#gateway/throttle-book.ts';
import type { VerifiedCaller } from '#identity/verified-caller.ts';
import { challenge, resourceMetadataUrl } from '#identity/resource-metadata.ts';
import type { Outcome } from '#ledger/record.ts';
import { encodeSseEvent } from '#mcp/sse.ts';
import type { HeaderPair, UpstreamAnswer } from '#upstream/port.ts';

function subjectOf(call: AnyCall, refusal: Refusal): ErrorSubject {
  const known = call.message?.kind === 'request' ? call.message : undefined;
  const idText = known?.idText ?? ('idText' in refusal ? refusal.idText : undefined);
  // A tool result is no answer to who asked for a task.
  const method = known === undefined || wantsTask(known) ? undefined : known.method;
  return { idText, method, call: call.id };
}

function headersFor(call: AnyCall, gateway: Gateway, refusal: Refusal, error: WireError): HeaderPair[] {
  const headers: HeaderPair[] = [['x-gatebook-call', call.id]];
  if (error.retryAfterMs !== undefined) headers.push(['retry-after', String(Math.ceil(error.retryAfterMs / 1_000))]);
  if (refusal.code === 'rate_limited' && refusal.quota !== undefined)
    headers.push(...rateLimitHeaders(refusal.quota, refusal.retryAfterMs));
  if (refusal.code === 'method_not_allowed') headers.push(['allow', 'GET, POST, DELETE']);
  if (refusal.code === 'unauthenticated') {
    headers.push([
      'www-authenticate',
      challenge(resourceMetadataUrl(gateway.publicUrl, call.connectionName), {
        fault: refusal.reason === 'token_expired' ? 'expired' : refusal.reason,
      }),
    ]);
  }
  // What was not read of the body must not be taken for the next request.
  if (!call.http.request.complete) headers.push(['connection', 'close']);
  return headers;
}

/** Sends the wire error in whatever form the exchange is in: fresh, or an event stream that has begun. */
export async function sendRefusal(call: AnyCall, gateway: Gateway, refusal: Refusal): Promise<void> {
  const error = toWireError(refusal);
  const subject = subjectOf(call, refusal);
  if (call.reply.started()) {
    if (subject.idText !== undefined)
      await call.reply.event(encodeSseEvent({ data: Buffer.from(rpcErrorBody(error, subject)) }), []);
    call.reply.end();
    return;
  }
  const headers = headersFor(call, gateway, refusal, error);
  if (error.rpcCode === undefined) {
    await call.reply.json(error.status, headers, problemBody(error, call.id), 'application/problem+json');
  } else await call.reply.json(error.status, headers, rpcErrorBody(error, subject));
}

/** The refusal a row of steps ended with. A bug is logged and becomes `internal`; after an intent it may have run. */
export function refusalOf(stopped: Stopped, call: AnyCall | Recorded, gateway: Gateway): Refusal {
  if ('refusal' in stopped) return stopped.refusal;
  gateway.log.error({ call: call.id, frames: faultFrames(stopped.bug) }, 'a call failed inside the gateway');
  return {
    code: 'internal',
    reason: faultName(stopped.bug),
    executed: 'intent' in call ? 'unknown' : 'no',
  };
}

const throttledOf = (call: AnyCall, { caller }: VerifiedCaller, reason: string): Throttled => ({
  caller,
  connection: call.connection?.name ?? '',
  source: call.source,
  reason,
});

/** Before an intent: recorded as `denied`; collapsed, unwaited, while nobody is verified. */
async function recordDenial(call: AnyCall, gateway: Gateway, refusal: Refusal): Promise<boolean> {
  if ('intent' in call) {
    const undelivered = await gateway.ledger.append(undeliveredEntry(call as Recorded, gateway.masker, refusal));
    if (undelivered.ok && 'findings' in refusal) gateway.metrics.masked(refusal.findings);
    return undelivered.ok;
  }
  if (call.verified === undefined) {
    // Only a token that was looked at: what a web page can make its reader's browser send must not shut the reader out.
    if (refusal.code === 'unauthenticated') gateway.quotas.sources.refused(call.sourceKey, call.startedMs);
    gateway.refusals.note({
      source: call.sourceKey,
      code: refusal.code,
      reason: refusal.reason,
      // Its own words are not kept.
      connection: gateway.connections.has(call.connectionName) ? call.connectionName : '',
      shown: 'shown' in refusal ? refusal.shown : undefined,
    });
    return true;
  }
  if (refusal.code === 'rate_limited' && gateway.throttles.counts(throttledOf(call, call.verified, refusal.reason)))
    return true;
  const denied = await gateway.ledger.append(deniedEntry(call, gateway.masker, refusal));
  if (denied.ok && call.masked !== undefined) gateway.metrics.masked(call.masked.findings);
  return denied.ok;
}

function outcomeOf(refusal: Refusal): Outcome {
  switch (refusal.code) {
    case 'upstream_timeout':
      return 'timeout';
    case 'denied':
    case 'masking_failed':
    case 'audit_unavailable':
    case 'bindings_unavailable':
      return 'withheld';
    case 'client_gone':
    case 'unauthenticated':
    case 'unknown_connection':
    case 'identity_unavailable':
      return 'cancelled';
    default:
      return 'error';
  }
}

/** What the record that closes an intent is made of. */
type Closing = Recordable &
  Pick<Recorded, 'session' | 'message' | 'intent'> & { readonly answer?: Pick<UpstreamAnswer, 'status'> };

/** After an intent: the intent is closed by a result that carries the reason and no answer. */
async function closeIntent(call: Closing, gateway: Gateway, refusal: Refusal): Promise<boolean> {
  const header = {
    code: refusal.code,
    reason: refusal.reason,
    durationMs: Math.round((gateway.monotonic() - call.startedMs) * 1_000) / 1_000,
    ...('bytes' in refusal ? { bytes: refusal.bytes } : {}),
    ...(call.answer === undefined ? {} : { upstreamStatus: call.answer.status }),
    ...('findings' in refusal ? { masking: refusal.findings } : {}),
  };
  const outcome = outcomeOf(refusal);
  const entry = resultEntry(call, gateway.masker, {
    ref: call.intent.n,
    outcome,
    header,
    masked: undefined,
  });
  const closed = await gateway.ledger.append(entry);
  if (closed.ok && 'findings' in refusal) gateway.metrics.masked(refusal.findings);
  if (closed.ok && call.message.kind === 'request') {
    const { method } = call.message;
    call.trace?.outcome(outcome);
    gateway.metrics.callClosed({ connection: call.connectionName, method, outcome, code: refusal.code });
  }
  return closed.ok;
}

const isOpen = (call: AnyCall | Recorded): call is Recorded => 'intent' in call && call.message?.kind === 'request';

/** A refusal that cannot be recorded becomes `audit_unavailable` (P6). */
const unrecorded = (refusal: Refusal): Refusal => ({
  code: 'audit_unavailable',
  reason: 'refusal_not_recorded',
  retryAfterMs: 1_000,
  executed: toWireError(refusal).executed,
});

/** For an answer that is recorded already and must not be released: said in a record of its own, then to the client. */
export async function withhold(call: Forwarded, gateway: Gateway, refusal: Refusal): Promise<void> {
  const recorded = await gateway.ledger.append(withheldEntry(call, gateway.masker, refusal));
  const answered = recorded.ok ? refusal : unrecorded(refusal);
  measureRefusal(call, answered, gateway);
  return sendRefusal(call, gateway, answered);
}

/** Puts the refusal into the book and gives what to answer. */
async function recordRefusal(call: AnyCall | Recorded, gateway: Gateway, refusal: Refusal): Promise<Refusal> {
  if (refusal.code === 'audit_unavailable') {
    // The answer is withheld; the intent is closed all the same where the ledger still takes a small record.
    if (isOpen(call)) await closeIntent(call, gateway, refusal);
    return refusal;
  }
  const isRecorded = isOpen(call)
    ? await closeIntent(call, gateway, refusal)
    : await recordDenial(call, gateway, refusal);
  return isRecorded ? refusal : unrecorded(refusal);
}

/** Records the refusal, then answers with it. */
export async function refuse(call: AnyCall | Recorded, gateway: Gateway, refusal: Refusal): Promise<void> {
  const answered = await recordRefusal(call, gateway, refusal);
  measureRefusal(call, answered, gateway);
  return sendRefusal(call, gateway, answered);
}

/** Closes a call whose client is not there: nobody is answered. */
export async function closeUnheard(call: RestingCall, gateway: Gateway, refusal: Refusal): Promise<void> {
  const isClosed = await closeIntent(call, gateway, refusal);
  measureRefusal(call, isClosed ? refusal : unrecorded(refusal), gateway);
}
