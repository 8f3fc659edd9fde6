/** What is said: exactly one unambiguous JSON-RPC message, agreeing with its headers, in a session of this caller. */
import type { BodyRead, Headers, Parsed } from '#gateway/call.ts';
import { beginTrace } from '#gateway/begin-trace.ts';
import { endpointIdsOf } from '#gateway/endpoint-address.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import type { SessionEntry } from '#gateway/sessions.ts';
import { ownerOf } from '#gateway/session-binding.ts';
import { checkHeaders } from '#mcp/headers.ts';
import { elicitsOfInitialize } from '#mcp/elicits.ts';
import { member, parseJson } from '#mcp/json.ts';
import type { JsonFault } from '#mcp/json.ts';
import { META_CLIENT_CAPABILITIES, readMessage } from '#mcp/jsonrpc.ts';
import type { Message } from '#mcp/jsonrpc.ts';
import type { ProtocolEra } from '#mcp/revisions/versions.ts';
import { err, ok, unreachable } from '#result.ts';
import type { Result } from '#result.ts';

function jsonRefusal(fault: JsonFault): Refusal {
  const reason = `${fault.code} at ${fault.offset}`;
  switch (fault.code) {
    case 'parse_error':
    case 'duplicate_key':
    case 'too_deep':
      return { code: fault.code, reason, idText: undefined };
    case 'too_many':
      return { code: 'too_deep', reason, idText: undefined };
    default:
      return unreachable(fault.code);
  }
}

const headerPairs = (headers: Headers): (readonly [string, string])[] =>
  [...headers].flatMap(([name, values]) => values.map((value) => [name, value] as const));

/** The client's word for the revision: header, then `_meta`, then what its session agreed on. */
const protocolOf = (call: BodyRead, message: Message): string | undefined =>
  call.headers.get('mcp-protocol-version')?.[0] ?? (message.kind === 'response' ? undefined : message.protocolVersion);

const NONE: readonly string[] = [];

/** A modern request has no session; its recording is found by caller, client and connection. */
function sessionOf(call: BodyRead, message: Message, era: ProtocolEra, gateway: Gateway): SessionEntry | undefined {
  const owner = ownerOf(call);
  const clientInfo = message.kind === 'request' ? message.clientInfo : undefined;
  if (era === 'legacy') {
    const endpointIds = call.connection.offersEndpoint ? endpointIdsOf(call.http.request.url) : NONE;
    const isBeginning = message.kind === 'request' && message.method === 'initialize';
    if (isBeginning && endpointIds.length === 0)
      return {
        ...gateway.sessions.candidate(clientInfo, protocolOf(call, message)),
        elicits: elicitsOfInitialize(message),
      };
    const named = call.headers.get('mcp-session-id') ?? NONE;
    const wireIds = endpointIds.length === 0 ? named : [...named, ...endpointIds];
    if (wireIds.length > 1) return undefined;
    const found = wireIds[0] === undefined ? undefined : gateway.sessions.find(owner, wireIds[0]);
    // Over the old transport a session has its id before it has said who it is.
    if (isBeginning && found !== undefined)
      return {
        ...found,
        client: clientInfo,
        protocol: protocolOf(call, message),
        elicits: elicitsOfInitialize(message),
      };
    if (wireIds[0] !== undefined) return found;
  }
  return gateway.sessions.grouped(owner, `${call.verified.caller.client ?? ''}\n${clientInfo?.name ?? ''}`);
}

/**
 * For a server that is a process the gateway is the HTTP endpoint, which refuses a request without these (2026-07-28, Basic,
 * `_meta`). The process sees no headers: it would take the request for a legacy one, and all that follows too.
 */
function lacksMetadata(message: Message): boolean {
  if (message.kind !== 'request') return false;
  const capabilities = member(member(message.params, '_meta'), META_CLIENT_CAPABILITIES);
  return message.protocolVersion === undefined || capabilities?.kind !== 'object';
}

export function parse(call: BodyRead, gateway: Gateway): Result<Parsed, Refusal> {
  const doc = parseJson(call.body, { depth: gateway.limits.jsonDepth, nodes: gateway.limits.jsonNodes });
  if (!doc.ok) return err(jsonRefusal(doc.error));
  const read = readMessage(doc.value);
  if (!read.ok) return err(read.error);
  const message = read.value;
  const idText = message.kind === 'notification' ? undefined : message.idText;
  const era = checkHeaders(message, headerPairs(call.headers));
  if (!era.ok) return err({ code: 'header_mismatch', reason: era.error.reason, idText });
  // A client of a modern revision MUST NOT send responses: nothing was asked of it (2026-07-28, Sending Messages).
  if (message.kind === 'response' && era.value === 'modern')
    return err({ code: 'invalid_request', reason: 'response_in_modern_era', idText: undefined });
  if (era.value === 'modern' && call.connection.transport === 'pipe' && lacksMetadata(message))
    return err({ code: 'missing_metadata', reason: 'for_a_process', idText });
  const session = sessionOf(call, message, era.value, gateway);
  if (session === undefined) return err({ code: 'unknown_session', reason: 'not_of_this_caller', idText });
  const protocol = protocolOf(call, message) ?? session.protocol;
  const trace = beginTrace(call, message, protocol, gateway);
  // A request over the old transport has its answer on the stream of its session.
  const onStream = message.kind === 'request' ? session.endpoint?.carry(call.reply) : undefined;
  const here = onStream === undefined ? call : { ...call, ...onStream };
  return ok({ ...here, message, era: era.value, protocol, session, trace });
}
