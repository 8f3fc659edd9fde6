/** The head of an HTTP request, before anything is known about its sender. The body stays unread until `readBody`. */
import type { Arrived, Headers, Received } from '#gateway/call.ts';
import { framingFault } from '#gateway/framing.ts';
import { isAskedForHere } from '#gateway/host.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { isModern } from '#mcp/revisions/versions.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

/** `rawHeaders` keeps duplicates that node's own object would fold or drop. */
export function headersOf(rawHeaders: readonly string[]): Headers {
  const headers = new Map<string, string[]>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    const held = headers.get(name);
    if (held === undefined) headers.set(name, [rawHeaders[at + 1] ?? '']);
    else held.push(rawHeaders[at + 1] ?? '');
  }
  return headers;
}

/** Servers MUST validate Origin against DNS rebinding (MCP 2026-07-28, Streamable HTTP, Security & Endpoint). */
function originFault(headers: Headers, gateway: Gateway): Refusal | undefined {
  if (!isAskedForHere(headers, gateway.allowedHosts)) return { code: 'forbidden_origin', reason: 'host_not_allowed' };
  const origins = headers.get('origin') ?? [];
  if (origins.every((origin) => gateway.allowedOrigins.has(origin))) return undefined;
  return { code: 'forbidden_origin', reason: 'origin_not_allowed' };
}

const UTF_8 = /^"?utf-8"?$/i;

/** JSON has no parameters (RFC 8259 section 11), so others mean nothing; a charset that is not UTF-8 would. */
function isJson(contentType: string): boolean {
  const [type = '', ...parameters] = contentType.split(';').map((part) => part.trim());
  return (
    type.toLowerCase() === 'application/json' &&
    parameters.every((parameter) => {
      const [name = '', value = ''] = parameter.split('=', 2).map((part) => part.trim());
      return name.toLowerCase() !== 'charset' || UTF_8.test(value);
    })
  );
}

function bodyFault(headers: Headers, messageBytes: number): Refusal | undefined {
  const types = headers.get('content-type') ?? [];
  if (types.length !== 1 || !isJson(types[0] ?? '')) return { code: 'content_type', reason: 'not_json' };
  const encodings = headers.get('content-encoding') ?? [];
  if (encodings.some((encoding) => encoding.toLowerCase() !== 'identity'))
    return { code: 'content_type', reason: 'content_encoding' };
  const declared = Number(headers.get('content-length')?.[0] ?? 0);
  if (declared > messageBytes) return { code: 'too_large', reason: 'content_length' };
  return undefined;
}

function receiveHead(call: Arrived, gateway: Gateway): Result<Received, Refusal> {
  const framing = framingFault(call.http.request, call.headers);
  if (framing !== undefined) {
    // Where the next request begins is in doubt.
    call.http.response.shouldKeepAlive = false;
    return err({ code: 'invalid_request', reason: framing, idText: undefined });
  }
  const isCrowded = call.http.request.rawHeaders.length > 2 * gateway.limits.headerCount;
  const fault: Refusal | undefined = isCrowded
    ? { code: 'too_large', reason: 'header_count' }
    : originFault(call.headers, gateway);
  return fault === undefined ? ok({ ...call, received: true }) : err(fault);
}

/** POST: one JSON-RPC message. */
export function receive(call: Arrived, gateway: Gateway): Result<Received, Refusal> {
  const received = receiveHead(call, gateway);
  if (!received.ok) return received;
  const fault = bodyFault(received.value.headers, gateway.limits.messageBytes);
  return fault === undefined ? received : err(fault);
}

const EVENT_STREAM = /^\s*text\/event-stream\s*(?:;|$)/i;

/** Whether the client says that it takes an event stream. */
export const takesStream = (headers: Headers): boolean =>
  (headers.get('accept') ?? []).flatMap((value) => value.split(',')).some((type) => EVENT_STREAM.test(type));

/** GET: to listen. Modern revisions have no such stream (MCP 2026-07-28, Streamable HTTP; 2025-11-25, Listening for Messages). */
export function receiveListen(call: Arrived, gateway: Gateway): Result<Received, Refusal> {
  const received = receiveHead(call, gateway);
  if (!received.ok) return received;
  if (call.headers.get('mcp-protocol-version')?.some(isModern) === true)
    return err({ code: 'method_not_allowed', reason: 'no_stream_in_revision' });
  if (!takesStream(call.headers)) return err({ code: 'not_acceptable', reason: 'no_event_stream' });
  return received;
}

/** DELETE: the end of a legacy session, without a body (MCP 2025-11-25, Session Management). */
export const receiveSessionEnd = receiveHead;
