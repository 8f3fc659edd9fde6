/**
 * The one place that turns a rich refusal into the deliberately plain error of the wire (DESIGN section 6, error table).
 * docs/ERRORS.md lists the same codes for people; a test compares the two.
 */
import type { Asks } from '#approvals/approval.ts';
import { inputRequired, lookText, URL_ELICITATION_REQUIRED, urlElicitations } from '#gateway/input-required.ts';
import { BLOCKED_BY_MASKING, NO_PLACE } from '#gateway/refusal.ts';
import type { Executed, Refusal, RefusalCode } from '#gateway/refusal.ts';
import { TASKS_EXTENSION } from '#mcp/methods.ts';
import { unreachable } from '#result.ts';

export type WireError = {
  readonly status: number;
  /** JSON-RPC error code; undefined where HTTP alone answers. */
  readonly rpcCode: number | undefined;
  /** `data.code`. */
  readonly code: RefusalCode;
  readonly message: string;
  readonly executed: Executed;
  readonly retryAfterMs: number | undefined;
  /** `data.approval`: what whoever asked can look up and show to people. */
  readonly approval?: {
    readonly id: string;
    readonly url?: string;
    readonly expires?: string;
    readonly asks?: { readonly reason: boolean; readonly ticket?: string };
  };
  /** The whole result instead of an error: how the client goes on. */
  readonly result?: object;
  /** `data.elicitations` (MCP 2025-11-25, URLElicitationRequiredError). */
  readonly elicitations?: object;
  /** `data.requiredCapabilities` (MCP 2026-07-28, MissingRequiredClientCapabilityError). */
  readonly requiredCapabilities?: object;
};

/** JSON-RPC 2.0 section 5.1; MCP 2026-07-28 for -32020 and -32021; -32010 and -32011 are Gatebook's own (SDKs use -32000 to -32002). */
const RPC = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  denied: -32010,
  maskingFailed: -32011,
  headerMismatch: -32020,
  missingCapability: -32021,
} as const;

const TASKS_NEEDED = { extensions: { [TASKS_EXTENSION]: {} } };

const isBlocked = (refusal: Refusal): boolean => refusal.code === 'denied' && refusal.reason === BLOCKED_BY_MASKING;

type Refused<Code extends RefusalCode> = Extract<Refusal, { readonly code: Code }>;

function requiredText({ approval }: Refused<'approval_required'>): string {
  if (approval === undefined) return 'This call needs an approval, and there is nobody who could give it.';
  const until = new Date(approval.expiresMs).toISOString();
  const where = approval.url === undefined ? '' : `, at ${approval.url}`;
  const first = approval.asks === undefined ? '' : ` ${askedText(approval.id, approval.asks, approval.url)}`;
  return `This call waits for an approval (${approval.id}) until ${until}${where}.${first} Once it is given, make exactly the same call again.`;
}

function askedText(id: string, { reason, ticket }: Asks, url: string | undefined): string {
  const what = [
    ...(reason ? ['why it is made'] : []),
    ...(ticket === undefined ? [] : [`a ticket (all of it matching ${ticket})`]),
  ].join(' and ');
  const options = `${reason ? ' --reason …' : ''}${ticket === undefined ? '' : ' --ticket …'}`;
  const page = url === undefined ? '' : 'on that page, or ';
  return `Nobody can agree before whoever asks has said ${what}: ${page}with \`gatebook approvals state ${id}${options}\`.`;
}

const deniedText = ({ approval }: Refused<'approval_denied'>): string =>
  approval.said === '' ? 'An approver refused this call.' : `An approver refused this call: ${approval.said}`;

type Row = readonly [status: number, rpcCode: number | undefined, message: string];

function row(refusal: Refusal): Row {
  switch (refusal.code) {
    case 'unauthenticated':
      return [401, undefined, 'A valid access token of a configured issuer is required.'];
    case 'identity_unavailable':
      return [503, undefined, 'The token cannot be checked now; try again later.'];
    case 'forbidden_origin':
      return [403, undefined, 'This Origin may not call the gateway, or not under this Host.'];
    case 'method_not_allowed':
      return [
        405,
        undefined,
        'This endpoint takes POST; GET listens and DELETE ends a session, where the MCP server has that.',
      ];
    case 'unknown_connection':
      return [404, undefined, 'There is no such connection, or you have no access to it.'];
    case 'unknown_session':
      return [404, RPC.invalidRequest, 'This session is unknown or has ended; initialize again.'];
    case 'content_type':
      return [415, RPC.invalidRequest, 'The body must be application/json without a content encoding.'];
    case 'not_acceptable':
      return [406, RPC.invalidRequest, 'A stream is asked for with Accept: text/event-stream.'];
    case 'too_large':
      return [413, RPC.invalidRequest, 'The message is larger than the gateway takes.'];
    case 'rate_limited':
      return [429, RPC.invalidRequest, 'Too many requests; try again after the time stated.'];
    case 'parse_error':
      return [400, RPC.parse, 'The body is not valid JSON in UTF-8.'];
    case 'batch':
      return [400, RPC.invalidRequest, 'Batches are not accepted; send one message per request.'];
    case 'duplicate_key':
      return [400, RPC.invalidRequest, 'An object in the message has the same key twice.'];
    case 'invalid_request':
      return [400, RPC.invalidRequest, 'The message is not a valid JSON-RPC 2.0 message of MCP.'];
    case 'too_deep':
      return [400, RPC.invalidRequest, 'The message is nested too deeply or has too many parts.'];
    case 'header_mismatch':
      return [400, RPC.headerMismatch, 'Header mismatch: the MCP headers do not agree with the message.'];
    case 'missing_metadata':
      return [
        400,
        RPC.invalidParams,
        'A modern request names its version and its client’s capabilities in params._meta.',
      ];
    case 'unknown_task':
      return [200, RPC.invalidParams, 'There is no such task.'];
    case 'unknown_method':
      return [404, RPC.methodNotFound, 'Method not found: this revision does not have it.'];
    case 'missing_capability':
      return [400, RPC.missingCapability, 'The client has not declared a capability that this needs.'];
    case 'invalid_state':
      return [200, RPC.invalidParams, 'This requestState was not given for this call.'];
    case 'bindings_unavailable':
      return [503, RPC.internal, 'Which call this belongs to cannot be looked up, so it is not made.'];
    case 'denied':
      return isBlocked(refusal)
        ? [200, RPC.denied, 'The message holds values that may not pass here, so it was not passed on.']
        : [200, RPC.denied, 'Policy does not allow this call.'];
    case 'approval_required':
      return [200, RPC.denied, requiredText(refusal)];
    case 'approval_denied':
      return [200, RPC.denied, deniedText(refusal)];
    case 'approval_expired':
      return [200, RPC.denied, 'The approval of this call was used or is over; make the call again to ask anew.'];
    case 'approvals_unavailable':
      return refusal.reason === NO_PLACE
        ? [503, RPC.internal, 'The call is approved, and the gateway is full; make exactly the same call again.']
        : [503, RPC.internal, 'Approvals cannot be looked up or kept, so the call is not made.'];
    case 'masking_failed':
      return [200, RPC.maskingFailed, 'The message could not be masked, so it was not passed on.'];
    case 'upstream_unavailable':
      return [502, RPC.internal, 'The MCP server cannot be reached.'];
    case 'upstream_invalid':
      return refusal.refusedWith === undefined
        ? [502, RPC.internal, 'The MCP server gave an answer that is not valid.']
        : [refusal.refusedWith, RPC.internal, 'The MCP server refused this request without a message.'];
    case 'upstream_timeout':
      return [504, RPC.internal, 'The MCP server did not answer in time.'];
    case 'audit_unavailable':
      return [503, RPC.internal, 'The call cannot be recorded, so it is not made.'];
    case 'stopping':
      return [503, RPC.internal, 'The gateway is stopping; try again.'];
    case 'internal':
      return [500, RPC.internal, 'The gateway failed; the call is refused.'];
    case 'client_gone':
      return [499, RPC.internal, 'The client went away.'];
    default:
      return unreachable(refusal);
  }
}

/** What is said instead once the call was on its way. */
const ENDED: Readonly<Partial<Record<RefusalCode, string>>> = {
  denied: 'Policy does not allow this answer, so it is withheld; the call may have run.',
  audit_unavailable: 'The answer could not be recorded, so it is withheld.',
  bindings_unavailable: 'Whose the answer is could not be kept, so it is withheld; the call may have run.',
  unauthenticated: 'The access token is no longer valid, so the call was ended; it may have run.',
  unknown_connection: 'The connection, or the access to it, was taken away, so the stream was ended.',
  stopping: 'The gateway stopped before the answer came; the call may have run.',
  identity_unavailable: 'The token cannot be checked any more, so the call was ended; it may have run.',
};

const BLOCKED_ANSWER = 'The answer holds values that may not pass here, so it is withheld; the call may have run.';

const endedWith = (refusal: Refusal): string | undefined => (isBlocked(refusal) ? BLOCKED_ANSWER : ENDED[refusal.code]);

const executedOf = (refusal: Refusal): Executed => ('executed' in refusal ? refusal.executed : 'no');

function approvalOf(refusal: Refusal): Pick<WireError, 'approval'> {
  if (refusal.code === 'approval_denied') return { approval: { id: refusal.approval.id } };
  if (refusal.code !== 'approval_required' || refusal.approval === undefined) return {};
  const { id, url, expiresMs, asks } = refusal.approval;
  return {
    approval: {
      id,
      ...(url === undefined ? {} : { url }),
      expires: new Date(expiresMs).toISOString(),
      ...(asks === undefined
        ? {}
        : { asks: { reason: asks.reason, ...(asks.ticket === undefined ? {} : { ticket: asks.ticket }) } }),
    },
  };
}

/** What a client that waits for people can do next, where its revision has something for that. */
function wayOf(refusal: Refusal): Partial<WireError> {
  if (refusal.code !== 'approval_required' || refusal.approval === undefined || refusal.way === undefined) return {};
  const { id, url } = refusal.approval;
  const message = lookText(id);
  if (refusal.way.kind === 'url_error')
    return url === undefined
      ? {}
      : { rpcCode: URL_ELICITATION_REQUIRED, elicitations: urlElicitations({ id, url, message }) };
  if (refusal.way.kind === 'task') return { result: { task: refusal.way.task } };
  const { state, tells, asks } = refusal.way;
  return {
    result: inputRequired(state, {
      look: tells && url !== undefined ? { url, message } : undefined,
      asks: asks ? refusal.approval.asks : undefined,
    }),
  };
}

/** The public half of a refusal: no reason, no internals. */
export function toWireError(refusal: Refusal): WireError {
  const [status, rpcCode, message] = row(refusal);
  return {
    status,
    rpcCode,
    code: refusal.code,
    message: (executedOf(refusal) === 'unknown' ? endedWith(refusal) : undefined) ?? message,
    executed: executedOf(refusal),
    retryAfterMs: 'retryAfterMs' in refusal ? refusal.retryAfterMs : undefined,
    ...approvalOf(refusal),
    ...wayOf(refusal),
    ...(refusal.code === 'missing_capability' ? { requiredCapabilities: TASKS_NEEDED } : {}),
  };
}

/** What the error is about: the JSON-RPC id as the client spelled it, and whether the answer may be a tool result. */
export type ErrorSubject = {
  readonly idText: string | undefined;
  readonly method: string | undefined;
  readonly call: string;
};

const TOOL_REFUSALS: ReadonlySet<RefusalCode> = new Set([
  'denied',
  'approval_required',
  'approval_denied',
  'approval_expired',
]);

/**
 * Body of a JSON-RPC error. A tool call that policy refuses becomes a tool result with `isError`, so that the model can
 * read it (DESIGN section 6). Without a readable id the member is left out (MCP basic, error responses).
 */
export function rpcErrorBody(error: WireError, subject: ErrorSubject): string {
  const { code, executed, approval, elicitations, result, requiredCapabilities } = error;
  const data = {
    code,
    executed,
    call: subject.call,
    ...(approval === undefined ? {} : { approval }),
    ...(requiredCapabilities === undefined ? {} : { requiredCapabilities }),
    ...elicitations,
  };
  const id = subject.idText === undefined ? '' : `"id":${subject.idText},`;
  if (result !== undefined) return `{"jsonrpc":"2.0",${id}"result":${JSON.stringify(result)}}`;
  if (elicitations === undefined && subject.method === 'tools/call' && TOOL_REFUSALS.has(error.code))
    return toolError(id, error.message, data);
  return `{"jsonrpc":"2.0",${id}"error":${JSON.stringify({ code: error.rpcCode ?? RPC.internal, message: error.message, data })}}`;
}

type ErrorData = { readonly code: string; readonly executed: 'no' | 'unknown'; readonly call: string };

function toolError(id: string, message: string, data: ErrorData): string {
  const result = {
    resultType: 'complete',
    content: [{ type: 'text', text: `${message} (${data.code}; call ${data.call})` }],
    isError: true,
    _meta: { 'gatebook/error': data },
  };
  return `{"jsonrpc":"2.0",${id}"result":${JSON.stringify(result)}}`;
}

const MASKED_BEYOND_SCHEMA =
  'The tool answered, and what policy masks in the answer leaves nothing that fits its output schema';

/** In the place of an answer that was masked and cannot be what the tool promised. */
export const maskedBeyondSchema = (idText: string | undefined, call: string): string =>
  toolError(idText === undefined ? '' : `"id":${idText},`, MASKED_BEYOND_SCHEMA, {
    code: 'masking_failed',
    executed: 'unknown',
    call,
  });

/** Problem details (RFC 9457) for what HTTP alone answers. */
export function problemBody(error: WireError, call: string): string {
  return JSON.stringify({
    type: 'about:blank',
    title: error.message,
    status: error.status,
    code: error.code,
    executed: error.executed,
    call,
  });
}
