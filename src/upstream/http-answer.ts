/**
 * What an HTTP response of an MCP server means: JSON messages, an event stream, no message, or a fault.
 * Everything that is none of the forms the transport allows is a fault, and its body goes nowhere.
 */
import type { Limits } from '#limits.ts';
import { member, parseJson, stringMember } from '#mcp/json.ts';
import type { SseEvent } from '#mcp/sse.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import { sseEvents } from '#upstream/http-events.ts';
import { decodedBody } from '#upstream/decoded-body.ts';
import type { DecodingLimits } from '#upstream/decoded-body.ts';
import { downwards, mediaTypeOf, sessionIdOf } from '#upstream/http-headers.ts';
import type { HttpBody, HttpResponse } from '#upstream/http-exchange.ts';
import type { UpstreamAnswer, UpstreamFault, UpstreamMessage, UpstreamRequest } from '#upstream/port.ts';

export type AnswerLimits = DecodingLimits &
  Pick<Limits, 'messageBytes' | 'jsonDepth' | 'jsonNodes' | 'upstreamSessionIdChars'>;

/** What was asked, as far as it changes what an answer means. */
export type Asked = { readonly what: UpstreamRequest['kind'] | 'listen' | 'end'; readonly inSession: boolean };

/**
 * By these a client tells that a server is of an earlier revision, or has another transport, and does otherwise (2026-07-28,
 * Backward Compatibility); a 5xx it takes for a broken server. Their bodies stay here, as they are no messages.
 */
const REFUSING: ReadonlySet<number> = new Set([400, 404, 405, 406, 415]);

type Messages = UpstreamAnswer['messages'];

const fault = (code: UpstreamFault['code'], reason: string, executed: UpstreamFault['executed'] = 'unknown') =>
  err<UpstreamFault>({ code, executed, reason });

export async function readAnswer(
  asked: Asked,
  response: HttpResponse,
  limits: AnswerLimits,
): Promise<Result<UpstreamAnswer, UpstreamFault>> {
  const answer = await classify(asked, response, limits);
  // A body that nobody may read is not drained either: the socket is closed instead.
  if (!answer.ok) response.body.cancel();
  return answer;
}

async function classify(
  asked: Asked,
  response: HttpResponse,
  limits: AnswerLimits,
): Promise<Result<UpstreamAnswer, UpstreamFault>> {
  const { status, headers } = response;
  // 303 is how a server answers a POST it did process (RFC 9110 section 15.4.4), so no redirect proves that nothing ran.
  if (status >= 300 && status < 400) return fault('upstream_invalid', `redirect_${status}`);
  // The gateway's own credential is at fault, not the caller's: challenge and body stay here, a client would take them for
  // its own. A 401 "has not been applied" (RFC 9110 section 15.5.2); a 403 may come from half-way through.
  if (status === 401 || status === 403)
    return fault('upstream_unavailable', `upstream_auth_${status}`, status === 401 ? 'no' : 'unknown');

  const decoded = decodedBody(response, limits);
  if (!decoded.ok) return decoded;
  const body = decoded.value;
  const session = sessionIdOf(headers, limits.upstreamSessionIdChars);
  if (!session.ok) return fault('upstream_invalid', session.error);

  const answered = (form: UpstreamAnswer['form'], messages: Messages): Result<UpstreamAnswer, UpstreamFault> =>
    ok({ status, headers: downwards(headers), sessionId: session.value, form, messages });
  const without = (): Result<UpstreamAnswer, UpstreamFault> => {
    void discard(body);
    return answered('none', nothing());
  };

  if (status === 202 || status === 204 || (status === 200 && headers['content-length'] === '0')) {
    return asked.what === 'request' ? fault('upstream_invalid', `no_answer_${status}`) : without();
  }
  if (status === 200) {
    if (asked.what === 'end') return without();
    const type = mediaTypeOf(headers);
    if (type === 'text/event-stream') {
      body.untimed();
      return answered('sse', sseMessages(body, limits));
    }
    if (asked.what === 'listen') return fault('upstream_invalid', 'content_type');
    if (asked.what !== 'request') return maybeEmpty({ ...response, body }, limits, answered);
    return type === 'application/json'
      ? answered('json', oneMessage(body, limits))
      : fault('upstream_invalid', 'content_type');
  }
  if (status < 400) return fault('upstream_invalid', `status_${status}`);

  if (mediaTypeOf(headers) === 'application/json') {
    const bytes = await collect(body, limits.messageBytes);
    if (!bytes.ok) return bytes;
    if (isJsonRpcError(bytes.value, limits)) return answered('json', single(bytes.value));
  }
  // What legacy clients act on: the session is gone, or the server has no stream to listen to and no session to end.
  if ((status === 404 && asked.inSession) || (status === 405 && (asked.what === 'listen' || asked.what === 'end')))
    return without();
  const code = status >= 500 || status === 429 ? 'upstream_unavailable' : 'upstream_invalid';
  const refused = fault(code, `status_${status}`);
  return REFUSING.has(status) && !refused.ok ? err({ ...refused.error, refusedWith: status }) : refused;
}

/** Only a request must be answered: a 200 to anything else may be empty, whatever type it claims. */
async function maybeEmpty(
  response: HttpResponse,
  limits: AnswerLimits,
  answered: (form: UpstreamAnswer['form'], messages: Messages) => Result<UpstreamAnswer, UpstreamFault>,
): Promise<Result<UpstreamAnswer, UpstreamFault>> {
  const bytes = await collect(response.body, limits.messageBytes);
  if (!bytes.ok) return bytes;
  if (bytes.value.length === 0) return answered('none', nothing());
  if (mediaTypeOf(response.headers) !== 'application/json') return fault('upstream_invalid', 'content_type');
  return answered('json', single(bytes.value));
}

/** Keeps the socket when the body is empty, as it should be; closes it otherwise. */
async function discard(body: HttpBody): Promise<void> {
  const first = await body.read();
  if (first.ok && first.value !== null) body.cancel();
}

/** A whole body, bounded. */
export async function collect(body: HttpBody, bytesMax: number): Promise<Result<Buffer, UpstreamFault>> {
  const chunks: Buffer[] = [];
  let length = 0;
  for (;;) {
    const chunk = await body.read();
    if (!chunk.ok) return chunk;
    if (chunk.value === null)
      return ok(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, length));
    length += chunk.value.length;
    if (length > bytesMax) {
      body.cancel();
      return fault('upstream_invalid', 'message_too_large');
    }
    chunks.push(chunk.value);
  }
}

function isJsonRpcError(bytes: Buffer, limits: AnswerLimits): boolean {
  const parsed = parseJson(bytes, { depth: limits.jsonDepth, nodes: limits.jsonNodes });
  if (!parsed.ok) return false;
  return stringMember(parsed.value.root, 'jsonrpc') === '2.0' && member(parsed.value.root, 'error')?.kind === 'object';
}

async function* nothing(): Messages {}

async function* single(bytes: Buffer): Messages {
  yield ok({ bytes });
}

async function* oneMessage(body: HttpBody, limits: AnswerLimits): Messages {
  const bytes = await collect(body, limits.messageBytes);
  if (!bytes.ok) yield bytes;
  else if (bytes.value.length === 0) yield fault('upstream_invalid', 'empty_body');
  else yield ok({ bytes: bytes.value });
}

/**
 * One message per event, released event by event. An event of another type than `message` carries no JSON-RPC message
 * by the transport's definition and stops here; one without data (the priming event of MCP 2025-11-25) has no bytes.
 */
async function* sseMessages(body: HttpBody, limits: AnswerLimits): Messages {
  for await (const event of sseEvents(body, limits)) {
    if (!event.ok) yield event;
    else if (event.value.event === undefined || event.value.event === 'message') yield ok(messageOf(event.value));
  }
}

const messageOf = ({ data, event, id, retryMs }: SseEvent): UpstreamMessage => ({
  bytes: data,
  sse: {
    ...(id === undefined ? {} : { id }),
    ...(event === undefined ? {} : { event }),
    ...(retryMs === undefined ? {} : { retryMs }),
  },
});
