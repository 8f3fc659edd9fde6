/** One message of the upstream, read as strictly as the client's, and its place: the answer, before it, or out of turn. */
import type { Heard, Role, Understood } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { parseJson } from '#mcp/json.ts';
import { readMessage } from '#mcp/jsonrpc.ts';
import type { Message } from '#mcp/jsonrpc.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

function roleOf(heard: Heard, message: Message): Role {
  if (heard.closed) return 'late';
  // One JSON body is the answer or nothing: a notification in its place is out of turn.
  if (message.kind !== 'response')
    return heard.call.answer.form === 'json' && heard.call.message.kind === 'request' ? 'late' : 'during';
  const asked = heard.call.message;
  if (asked.kind !== 'request') return message.idText === undefined ? 'during' : 'late';
  if (message.idKey === asked.idKey) return 'final';
  // An error about a message whose id could not be read answers the only message of this exchange.
  return message.idText === undefined && heard.call.answer.form === 'json' ? 'final' : 'late';
}

export function understand(heard: Heard, gateway: Gateway): Result<Understood, Refusal> {
  const invalid = (reason: string): Result<never, Refusal> =>
    err({ code: 'upstream_invalid', reason, executed: 'unknown' });
  const doc = parseJson(heard.heard.bytes, { depth: gateway.limits.jsonDepth, nodes: gateway.limits.jsonNodes });
  if (!doc.ok) return invalid(doc.error.code);
  const message = readMessage(doc.value);
  if (!message.ok) return invalid(message.error.reason);
  return ok({ ...heard, message: message.value, role: roleOf(heard, message.value) });
}
