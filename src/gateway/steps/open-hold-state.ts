/**
 * A client that was sent away while its call waits for people is here again (MCP 2026-07-28, Multi Round-Trip Requests). What
 * it brought back is the gateway's own and goes no further: it is cut from the message, so that everything that follows sees
 * the call as it was made first, and nothing of it reaches the server. A state that does not open is somebody else's.
 */
import type { Parsed } from '#gateway/call.ts';
import { editedMessage } from '#gateway/edited-message.ts';
import type { Gateway } from '#gateway/gateway.ts';
import { answersIn } from '#gateway/input-required.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { callerKey } from '#identity/caller.ts';
import type { JsonEdit } from '#mcp/json.ts';
import type { RequestMessage } from '#mcp/jsonrpc.ts';
import { requestStateOf } from '#mcp/made-ids.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

const OWN: ReadonlySet<string> = new Set(['requestState', 'inputResponses']);

/** The other members of `params`, each as spelled. */
function withoutOwn({ doc, params }: RequestMessage): readonly JsonEdit[] {
  if (params === undefined) return [];
  const kept = params.members.filter(({ key }) => !OWN.has(key));
  const text = kept.map(({ keyStart, value }) => doc.text.slice(keyStart, value.end)).join(',');
  return [{ start: params.start, end: params.end, text: `{${text}}` }];
}

export function openHoldState(call: Parsed, gateway: Gateway): Result<Parsed, Refusal> {
  const { message, verified } = call;
  if (message.kind !== 'request') return ok(call);
  const text = requestStateOf(message);
  const state = text === undefined ? undefined : gateway.holdStates.open(text);
  if (state === undefined) return ok(call);
  const { idText } = message;
  if (state.caller !== callerKey(verified.caller))
    return err({ code: 'invalid_state', reason: 'of_another_caller', idText });
  if (gateway.clock() >= state.expiresMs) return err({ code: 'invalid_state', reason: 'expired', idText });
  const first = editedMessage(message, withoutOwn(message), gateway.limits);
  return ok({ ...call, message: first, body: first.doc.bytes, round: { ...state, ...answersIn(message.params) } });
}
