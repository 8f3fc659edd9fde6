/**
 * What every request of an operation goes through: room, who, may he, what, and then the endpoint. Each no is recorded as
 * DESIGN's rules say: a stranger's collapsed and without waiting, a verified caller's durable before he hears it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { authenticate, refusalOf } from '#api/authenticate.ts';
import type {
  ApiAnswer,
  ApiArrival,
  ApiCall,
  ApiOutcome,
  ApiRefusal,
  KnownCall,
  Route,
  StreamAnswer,
} from '#api/call.ts';
import { apiDeniedEntry } from '#api/entries.ts';
import { readInput } from '#api/input.ts';
import { addressOf, countRefusedToken, limitSource } from '#api/limit-source.ts';
import type { ApiParts } from '#api/parts.ts';
import { faultFrames } from '#gateway/fault-frames.ts';
import { problemResponse } from '#api/problem-response.ts';
import { entitle, recordUse } from '#api/break-glass.ts';
import { dutyRefusal } from '#api/duty-refusal.ts';
import { sendStream } from '#api/send-stream.ts';
import { PIECE_BYTES } from '#api/stall.ts';
import type { Tenure } from '#gateway/admission.ts';
import { isAskedForHere } from '#gateway/host.ts';
import { sourceKey } from '#gateway/source.ts';
import { headersOf } from '#gateway/steps/receive.ts';
import { callerKey } from '#identity/caller.ts';
import { err, ok, type Result } from '#result.ts';

export type Asked = {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly url: string;
  readonly params: Readonly<Record<string, string>>;
};

export type Exchange = {
  /** The no to one whose address asks for too much, before anything else is looked at. */
  limit(incoming: IncomingMessage): Response | undefined;
  serve(route: Route, asked: Asked): Promise<Response>;
  /** A no before anybody was identified that says nothing about anybody: not recorded. */
  refuse(incoming: IncomingMessage | undefined, refusal: ApiRefusal, allow?: string): Response;
  fail(incoming: IncomingMessage, bug: unknown): Response;
};

const RETRY_MS = 1_000;
/** No refusals of a verified caller: a question that cannot be read or has no answer says nothing about rights. */
const NOT_RECORDED: ReadonlySet<ApiRefusal['code']> = new Set([
  'invalid_request',
  'invalid_parameter',
  'not_found',
  'content_type',
  'too_large',
  'search_too_costly',
  'record_damaged',
  'audit_unavailable',
  'not_indexed',
  'search_unavailable',
]);

export function createExchange(parts: ApiParts): Exchange {
  const { apiAdmission: admission, limits } = parts;
  const respond = (
    refusal: ApiRefusal,
    call: string,
    incoming: IncomingMessage | undefined,
    allow?: string,
  ): Response => {
    const response = problemResponse(refusal, {
      call,
      publicUrl: parts.publicUrl,
      ...(allow === undefined ? {} : { allow }),
    });
    return finished(response, call, incoming);
  };

  const begin = (answer: StreamAnswer, call: string, { incoming, outgoing }: Asked): Response => {
    const headers = answerHeaders(answer);
    for (const [name, value] of ownHeaders(call, incoming)) headers.set(name, value);
    void sendStream(outgoing, headers, answer.stream, (fault) => {
      parts.log.error({ call, frames: faultFrames(fault) }, 'an answer of the API ended in the middle');
    });
    return RESPONSE_ALREADY_SENT;
  };

  const steps = async (
    route: Route,
    asked: Asked,
    arrival: ApiArrival,
    ending: Ending,
  ): Promise<Refused | ApiAnswer> => {
    const received = receive(asked.incoming, parts);
    if (!received.ok) return { refusal: received.error, by: arrival };
    if (!admission.enter(arrival.id, ending.cut))
      return { refusal: { code: 'rate_limited', reason: 'requests_in_flight', retryAfterMs: RETRY_MS }, by: arrival };
    const known = await authenticate(arrival, asked.incoming.rawHeaders, parts);
    if (!known.ok) {
      countRefusedToken(arrival, known.error, parts);
      return { refusal: known.error, by: arrival };
    }
    const by = known.value;
    parts.quotas.sources.verified(sourceKey(arrival.source), parts.monotonic());
    if (
      admission.enterCaller(arrival.id, callerKey(by.verified.caller), tenureOf(by, route, asked, ending)) !== 'entered'
    )
      return { refusal: { code: 'rate_limited', reason: 'requests_in_flight_per_caller', retryAfterMs: RETRY_MS }, by };
    const { operation } = route;
    const entitled = entitle(by.verified.caller, operation, parts);
    if (!entitled.ok) return { refusal: dutyRefusal(entitled.error), by };
    const { roles, by: glass } = entitled.value;
    if (glass !== undefined) ending.isEntitled = () => entitle(by.verified.caller, operation, parts).ok;
    if (operation.needsFresh === true && by.isFresh === false)
      return { refusal: { code: 'fresh_sign_in_required', reason: 'stale_sign_in', executed: 'no' }, by };
    const query = new URL(asked.url).searchParams;
    const input = await readInput(operation, { params: asked.params, query, incoming: asked.incoming }, limits);
    // Answered for already, or nobody is left to answer: then nothing is begun.
    if (arrival.signal.aborted)
      return { refusal: { code: 'stopping', reason: 'cut_short', retryAfterMs: RETRY_MS }, by: arrival };
    // The body may have been long on its way: whoever lost access meanwhile does nothing more, and above all takes none away.
    const still = parts.identity.recheck(by.verified);
    if (!still.ok) return { refusal: refusalOf(still.error), by };
    if (!input.ok) return { refusal: input.error, by };
    ending.isActing = true;
    const unrecorded = glass === undefined ? undefined : await recordUse(by, operation, glass, parts);
    if (unrecorded !== undefined) return { refusal: unrecorded, by };
    const call: ApiCall = { ...by, operation, roles };
    const outcome: ApiOutcome = await route.serve(call, input.value, parts);
    return outcome.ok ? outcome.value : { refusal: outcome.error, by };
  };

  const tenureOf = (by: KnownCall, route: Route, { outgoing }: Asked, ending: Ending): Tenure => ({
    isOver() {
      const checked = parts.identity.recheck(by.verified);
      // A stream that was begun by broken glass ends with it.
      if (checked.ok && outgoing.headersSent && ending.isEntitled?.() === false) return true;
      // What was begun with a good token and does not stream is bounded by the time a request may take.
      if (checked.ok || (checked.error === 'expired' && !outgoing.headersSent)) return false;
      // The act of taking access away, once begun, is not ended by its own effect.
      return !(route.endsCallers === true && ending.isActing);
    },
    end() {
      const checked = parts.identity.recheck(by.verified);
      ending.resolve({ refusal: refusalOf(checked.ok ? 'revoked' : checked.error), by });
      ending.cut.abort();
      // The client sees that it is not the whole answer.
      if (outgoing.headersSent) outgoing.destroy();
    },
  });

  const serve = async (route: Route, asked: Asked): Promise<Response> => {
    const { incoming, outgoing } = asked;
    const cut = new AbortController();
    const arrival = arrive(incoming, parts, AbortSignal.any([cut.signal, parts.stopping]));
    outgoing.once('close', () => {
      admission.leave(arrival.id);
      cut.abort();
    });
    const { promise: late, resolve } = Promise.withResolvers<Refused>();
    const ending: Ending = { cut, resolve, isActing: false };
    const timer = setTimeout(() => {
      const refusal = { code: 'timeout', reason: 'too_slow', retryAfterMs: RETRY_MS } as const;
      resolve({ refusal: { ...refusal, ...executedOf(route, ending) }, by: arrival });
      cut.abort();
    }, limits.apiRequestMs);
    try {
      const outcome = await Promise.race([steps(route, asked, arrival, ending), late]);
      if ('stream' in outcome) return begin(outcome, arrival.id, asked);
      if (!('refusal' in outcome)) return finished(answerResponse(outcome), arrival.id, incoming);
      const recorded = await record(outcome, parts);
      return respond(recorded.ok ? outcome.refusal : recorded.error, arrival.id, incoming);
    } catch (bug) {
      logBug(parts, arrival.id, bug);
      return respond({ code: 'internal', reason: 'exception', ...executedOf(route, ending) }, arrival.id, incoming);
    } finally {
      clearTimeout(timer);
    }
  };

  return {
    serve,
    limit(incoming) {
      const refusal = limitSource(incoming, parts);
      return refusal === undefined ? undefined : respond(refusal, parts.newId(), incoming);
    },
    refuse: (incoming, refusal, allow) => respond(refusal, parts.newId(), incoming, allow),
    fail(incoming, bug) {
      const id = parts.newId();
      logBug(parts, id, bug);
      return respond({ code: 'internal', reason: 'exception' }, id, incoming);
    },
  };
}

/** How a request is ended before its answer: what it waits for is cut, and it is refused instead. */
type Ending = {
  readonly cut: AbortController;
  readonly resolve: (refused: Refused) => void;
  /** From the moment the operation itself begins. */
  isActing: boolean;
  /** Of what may be done for a while only. */
  isEntitled?: () => boolean;
};

/** What was begun may yet come into force: whoever asked for it must look before asking again. */
function executedOf({ operation }: Route, { isActing }: Ending): Pick<ApiRefusal, 'executed' | 'detail'> {
  if (operation.method === 'GET') return {};
  if (!isActing) return { executed: 'no' };
  return { executed: 'unknown', detail: 'whether it came into force is unknown: look before you ask again' };
}

type Refused = { readonly refusal: ApiRefusal; readonly by: ApiArrival | KnownCall };

function arrive(incoming: IncomingMessage, parts: ApiParts, signal: AbortSignal): ApiArrival {
  return {
    id: parts.newId(),
    source: addressOf(incoming, parts),
    method: incoming.method ?? '',
    path: (incoming.url ?? '').split('?', 1)[0] ?? '',
    signal,
  };
}

function receive({ rawHeaders }: IncomingMessage, parts: ApiParts): Result<true, ApiRefusal> {
  if (parts.draining()) return err({ code: 'stopping', reason: 'draining', retryAfterMs: RETRY_MS });
  if (rawHeaders.length > 2 * parts.limits.headerCount) return err({ code: 'too_large', reason: 'header_count' });
  const headers = headersOf(rawHeaders);
  if (!isAskedForHere(headers, parts.allowedHosts))
    return err({ code: 'forbidden_origin', reason: 'host_not_allowed' });
  const origins = headers.get('origin') ?? [];
  if (!origins.every((origin) => parts.allowedOrigins.has(origin)))
    return err({ code: 'forbidden_origin', reason: 'origin_not_allowed' });
  return ok(true);
}

/** A refusal of a verified caller that cannot be recorded becomes `audit_unavailable` (P6). */
async function record({ refusal, by }: Refused, parts: ApiParts): Promise<Result<true, ApiRefusal>> {
  if (refusal.code === 'timeout' || refusal.code === 'stopping') return ok(true);
  if (!('verified' in by)) {
    parts.refusals.note({ source: sourceKey(by.source), code: refusal.code, reason: refusal.reason, connection: '' });
    return ok(true);
  }
  if (NOT_RECORDED.has(refusal.code)) return ok(true);
  const appended = await parts.ledger.append(apiDeniedEntry(by, parts.masker, refusal));
  if (appended.ok) return ok(true);
  const { reason, retryAfterMs } = appended.error;
  return err({ code: 'audit_unavailable', reason, retryAfterMs });
}

function finished(response: Response, call: string, incoming: IncomingMessage | undefined): Response {
  for (const [name, value] of ownHeaders(call, incoming)) response.headers.set(name, value);
  return response;
}

function ownHeaders(call: string, incoming: IncomingMessage | undefined): Headers {
  const headers = new Headers({
    'x-gatebook-call': call,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  // What was not read of the body must not be taken for the next request.
  if (incoming?.complete === false) headers.set('connection', 'close');
  return headers;
}

function answerHeaders({ headers, contentType = 'application/json' }: ApiAnswer): Headers {
  return new Headers({ ...headers, 'content-type': contentType });
}

function answerResponse(answer: Exclude<ApiAnswer, StreamAnswer>): Response {
  const headers = answerHeaders(answer);
  const bytes = Buffer.from('text' in answer ? answer.text : JSON.stringify(answer.json));
  headers.set('content-length', String(bytes.length));
  return new Response(bodyInPieces(bytes), { status: answer.status ?? 200, headers });
}

function bodyInPieces(bytes: Buffer): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(bytes.subarray(at, (at += PIECE_BYTES)));
      if (at >= bytes.length) controller.close();
    },
  });
}

function logBug({ log }: ApiParts, call: string, bug: unknown): void {
  log.error({ call, frames: faultFrames(bug) }, 'a request to the API failed inside the gateway');
}
