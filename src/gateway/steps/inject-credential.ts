/**
 * The message as it goes up: the masked body, the few headers a server may see, and the connection's own credential.
 * Never the caller's `Authorization`, cookies or forwarding headers (P5).
 */
import { isSamePrint } from '#approvals/fingerprint.ts';
import type { Credentialed, Headers, Recorded } from '#gateway/call.ts';
import { printsOf } from '#gateway/call-prints.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Mirrored } from '#gateway/mirrored-headers.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { callerKey } from '#identity/caller.ts';
import { decodeHeaderValue, encodeHeaderValue } from '#mcp/header-value.ts';
import { NO_DOCUMENT } from '#mcp/json.ts';
import type { Message } from '#mcp/jsonrpc.ts';
import { TRACE_KEYS, traceContextOfHeaders } from '#mcp/trace-context.ts';
import type { TraceContext } from '#mcp/trace-context.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import { sendable } from '#upstream/port.ts';
import type { HeaderPair, UpstreamRequest } from '#upstream/port.ts';

/** An allow-list, so that a header nobody thought of stays here. */
const PASSED = new Set(['accept', 'mcp-protocol-version']);
const MIRRORING = /^mcp-(?:method$|name$|param-)/;
/** What a request without `Accept` says (RFC 9110 section 12.5.1). Whether that is enough is the server's to say. */
const ANYTHING = '*/*';

export type UpwardTrace = {
  /** The gateway's own span; undefined when there is none and the caller's context goes on. */
  readonly sent: TraceContext | undefined;
  readonly passesBaggage: boolean;
};

/** W3C's three headers, valid or not at all. One that holds a secret is no longer what its sender meant: it stays here. */
function traceHeaders(
  headers: Headers,
  { sent, passesBaggage }: UpwardTrace,
  mask: (text: string) => string,
): HeaderPair[] {
  if (sent === undefined && !TRACE_KEYS.some((name) => headers.has(name))) return [];
  const came = traceContextOfHeaders(headers);
  const { traceparent, tracestate } = sent ?? came;
  const baggage = passesBaggage ? came.baggage : undefined;
  return Object.entries({ traceparent, tracestate, baggage }).flatMap(([name, value]): HeaderPair[] =>
    value === undefined || mask(value) !== value ? [] : [[name, value]],
  );
}

/** In Base64 a secret would go by unseen. What holds none goes up as it was spelled. */
function maskEncoded(value: string, mask: (text: string) => string): string {
  const decoded = decodeHeaderValue(value);
  const masked = decoded === undefined ? undefined : mask(decoded);
  return masked === undefined || masked === decoded ? mask(value) : encodeHeaderValue(masked);
}

/** `mirrored`: of the message they came with; without one, what repeats a message's values repeats nothing, and stays here. */
export function upwardHeaders(
  headers: Headers,
  upstreamSession: string | undefined,
  mask: (text: string) => string,
  trace: UpwardTrace,
  mirrored?: Mirrored,
): HeaderPair[] {
  const passed: HeaderPair[] = headers.has('accept') ? [] : [['accept', ANYTHING]];
  for (const [name, values] of headers) {
    if (MIRRORING.test(name)) {
      if (mirrored === undefined) continue;
      const again = mirrored.sent.get(name);
      if (again === undefined) for (const value of values) passed.push([name, maskEncoded(value, mask)]);
      else passed.push([name, again]);
    } else if (PASSED.has(name)) for (const value of values) passed.push([name, mask(value)]);
  }
  passed.push(...traceHeaders(headers, trace, mask));
  if (upstreamSession !== undefined) passed.push(['mcp-session-id', upstreamSession]);
  return passed;
}

/**
 * What was said is recorded and about to be sent; a call may wait for hours, and the parsed form of a message takes forty
 * times its bytes.
 */
const withoutContent = (message: Message): Message =>
  message.kind === 'response' ? message : { ...message, doc: NO_DOCUMENT, params: undefined };

/** In the modern era a client that goes away cancels its call; in the legacy one it may still want the answer (MCP, Cancellation). */
function cancelWhenGone(call: Recorded): void {
  const { cut, era, gone } = call;
  if (era !== 'modern') return;
  if (gone.aborted) cut.abort();
  else gone.addEventListener('abort', () => cut.abort(), { once: true });
}

/** By which a server process judges, which sees no headers. */
export const claimsModern = (message: Message | undefined): boolean =>
  message !== undefined && message.kind !== 'response' && message.protocolVersion !== undefined;

/** The last look before it goes up: what was agreed to is what goes up, byte for byte. */
function isWhatWasApproved(call: Recorded, gateway: Gateway): boolean {
  const { approval, message } = call;
  if (approval === undefined) return true;
  if (message.kind !== 'request') return false;
  const { fingerprint, toolPrint } = printsOf(call, message, gateway, approval);
  return approval.scope === 'tool'
    ? isSamePrint(approval.toolPrint, toolPrint)
    : isSamePrint(approval.fingerprint, fingerprint);
}

export function injectCredential(call: Recorded, gateway: Gateway): Result<Credentialed, Refusal> {
  const { message } = call;
  if (!isWhatWasApproved(call, gateway))
    return err({ code: 'approval_expired', reason: 'fingerprint', decision: call.decision });
  cancelWhenGone(call);
  const request: UpstreamRequest = {
    caller: callerKey(call.verified.caller),
    client: call.verified.caller.client,
    gatewaySession: call.session.wireId,
    kind: message.kind,
    isModern: claimsModern(message),
    idText: message.kind === 'notification' ? undefined : message.idText,
    method: message.kind === 'response' ? '' : message.method,
    progressTokenText: message.kind === 'request' ? message.progressTokenText : undefined,
    body: call.masked.send,
    headers: upwardHeaders(
      call.headers,
      call.session.upstreamId,
      (text) => gateway.masker.maskSentText(text, call.connection.name, call.secrets),
      { sent: call.exchange?.sent, passesBaggage: call.connection.passesBaggage },
      call.mirrored,
    ),
    credential: call.connection.credential,
    timeoutMs: gateway.limits.upstreamHeadersMs,
    signal: call.cut.signal,
  };
  return ok({
    ...call,
    body: NO_DOCUMENT.bytes,
    message: withoutContent(message),
    sendable: sendable(request, call.intent),
    sentMs: gateway.monotonic(),
  });
}
