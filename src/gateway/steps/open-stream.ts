/**
 * The GET as it goes up: no message, the server's own session and event id, the connection's credential. A call that is
 * resumed leaves the exchange it had before: a server sends a message on one stream only (MCP 2025-11-25, Multiple Connections).
 */
import type { Listening, ListenRecorded } from '#gateway/call.ts';
import { cutShortBy } from '#gateway/cut-short.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { exchangeEndOf, exchangeLapseOf, mayHaveAgain } from '#gateway/lasting.ts';
import { sessionBinding } from '#gateway/session-binding.ts';
import { upstreamRefusal } from '#gateway/steps/forward.ts';
import { upwardHeaders } from '#gateway/steps/inject-credential.ts';
import { callerKey } from '#identity/caller.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import type { HeaderPair, UpstreamAnswer, UpstreamFault } from '#upstream/port.ts';

const CONFLICT = 409;

function headersOf(call: ListenRecorded, gateway: Gateway): HeaderPair[] {
  const headers = upwardHeaders(
    call.headers,
    call.session.upstreamId,
    (text) => gateway.masker.maskSentText(text, call.connection.name, call.secrets),
    { sent: undefined, passesBaggage: call.connection.passesBaggage },
  ).filter(([name]) => name !== 'accept');
  headers.push(['accept', 'text/event-stream']);
  if (call.resumes !== undefined && call.resumes.upstreamId !== '')
    headers.push(['last-event-id', call.resumes.upstreamId]);
  return headers;
}

const isConflict = (answer: Result<UpstreamAnswer, UpstreamFault>): boolean =>
  answer.ok ? answer.value.status === CONFLICT : answer.error.reason === `status_${CONFLICT}`;

/** Resolves after `ms`, or when `signal` aborts. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', settle);
      resolve();
    };
    const timer = setTimeout(settle, ms);
    signal.addEventListener('abort', settle, { once: true });
  });

/** A server hears with a delay that the client has left the stream it wants to resume, and until then says 409. */
async function listen(call: ListenRecorded, gateway: Gateway): Promise<Result<UpstreamAnswer, UpstreamFault>> {
  const { upstream, credential } = call.connection;
  const headers = headersOf(call, gateway);
  for (let attempt = 1; ; attempt += 1) {
    const answer =
      (await upstream.listen?.({
        caller: callerKey(call.verified.caller),
        gatewaySession: call.session.wireId,
        headers,
        credential,
        timeoutMs: gateway.limits.upstreamHeadersMs,
        signal: call.cut.signal,
        ...(call.session.endpoint === undefined ? {} : { isBeforeSession: true }),
      })) ?? err({ code: 'upstream_invalid', executed: 'no', reason: 'no_stream' } as const);
    if (!isConflict(answer) || attempt >= gateway.limits.resumeTries || call.cut.signal.aborted) return answer;
    // Read to its end, so that its socket is free.
    if (answer.ok) for await (const item of answer.value.messages) if (!item.ok) break;
    await pause(gateway.limits.resumeRetryMs, call.cut.signal);
  }
}

/** Until the server gives its head nothing else hears of it: a stream is not opened for nobody. */
export async function openStream(call: ListenRecorded, gateway: Gateway): Promise<Result<Listening, Refusal>> {
  const leave = (): void => call.cut.abort();
  if (call.gone.aborted) leave();
  call.gone.addEventListener('abort', leave, { once: true });
  try {
    return await open(call, gateway);
  } finally {
    call.gone.removeEventListener('abort', leave);
  }
}

async function open(call: ListenRecorded, gateway: Gateway): Promise<Result<Listening, Refusal>> {
  const lapse = exchangeLapseOf(call, gateway, 'no');
  if (lapse !== undefined) return err(lapse);
  const binding = sessionBinding(call, call.session.wireId);
  const resumed = call.resumes?.call;
  const taken = resumed === undefined ? undefined : await gateway.resumables.take(binding, resumed);
  if (resumed !== undefined && taken === undefined)
    return err({ code: 'invalid_request', reason: 'call_forgotten', idText: undefined });
  if (taken?.state === 'closed' && !mayHaveAgain(taken.call, call, gateway))
    return err({ code: 'invalid_request', reason: 'policy_changed', idText: undefined });
  const answer = await listen(call, gateway);
  if (answer.ok && answer.value.form === 'sse') return ok({ ...call, answer: answer.value, taken });
  if (taken?.state === 'open') gateway.resumables.giveBack(binding, taken.call.id);
  // It says no: in a message of its own, or by its status alone.
  if (answer.ok) return ok({ ...call, answer: answer.value, taken: undefined });
  const { executed } = answer.error;
  const end = exchangeEndOf(call, gateway, executed) ?? cutShortBy(gateway, executed);
  if (end !== undefined) return err(end);
  if (call.gone.aborted) return err({ code: 'client_gone', reason: 'disconnected' });
  if (call.cut.signal.aborted && gateway.draining()) return err({ code: 'stopping', reason: 'draining', executed });
  return err(upstreamRefusal(answer.error, undefined));
}
