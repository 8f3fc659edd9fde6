/** One message of the upstream, read as strictly as the client's, and its place: the answer, before it, or out of turn. */
import type { Heard, Role, Understood } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { bindingOf } from '#gateway/session-binding.ts';
import { parseJson } from '#mcp/json.ts';
import { readMessage } from '#mcp/jsonrpc.ts';
import type { Message } from '#mcp/jsonrpc.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

/** Whether the client may be asked this: another request under the same id is still open, or not. */
function mayAsk({ call }: Heard, idKey: string, gateway: Gateway): boolean {
  const isReplay = call.message === undefined ? call.resumes !== undefined : call.resumed !== undefined;
  const from = { call: call.message === undefined ? undefined : call.id, isReplay };
  return gateway.asked.ask({ binding: bindingOf(call), idKey }, from);
}

function roleOf(heard: Heard, message: Message, gateway: Gateway): Role {
  if (heard.closed) return 'late';
  const asked = heard.call.message;
  const isJson = heard.call.answer.form === 'json';
  if (message.kind !== 'response') {
    // One JSON body is the answer or nothing: a notification in its place is out of turn.
    if (isJson && asked?.kind !== 'notification' && asked?.kind !== 'response') return 'late';
    return message.kind === 'notification' || mayAsk(heard, message.idKey, gateway) ? 'during' : 'late';
  }
  // Why a server gives no stream to listen to is no answer to anything a client asked.
  if (asked === undefined) return isJson && message.idText === undefined ? 'final' : 'late';
  if (asked.kind !== 'request') return message.idText === undefined ? 'during' : 'late';
  if (message.idKey === asked.idKey) return 'final';
  // An error about a message whose id could not be read answers the only message of this exchange.
  return message.idText === undefined && isJson ? 'final' : 'late';
}

export function understand(heard: Heard, gateway: Gateway): Result<Understood, Refusal> {
  const invalid = (reason: string): Result<never, Refusal> =>
    err({ code: 'upstream_invalid', reason, executed: 'unknown' });
  const doc = parseJson(heard.heard.bytes, { depth: gateway.limits.jsonDepth, nodes: gateway.limits.jsonNodes });
  if (!doc.ok) return invalid(doc.error.code);
  const message = readMessage(doc.value);
  if (!message.ok) return invalid(message.error.reason);
  return ok({ ...heard, message: message.value, role: roleOf(heard, message.value, gateway) });
}
