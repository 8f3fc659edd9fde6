/**
 * What a server may ask of its clients is for its connection to say. What is denied is recorded and reaches nobody: a request
 * is answered by the gateway itself once it is recorded (answer-server.ts), and the call goes on; an answer that cannot go on
 * without it is withheld. What is allowed may show, in front of an elicitation's words, who is asking.
 */
import type { Understood } from '#gateway/call.ts';
import { editedMessage } from '#gateway/edited-message.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { deniesAny } from '#gateway/server-request-policy.ts';
import { encodeJsonString } from '#mcp/json.ts';
import type { JsonEdit } from '#mcp/json.ts';
import { serverAsks } from '#mcp/server-asks.ts';
import type { AskKind, ServerAsks } from '#mcp/server-asks.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

const REASONS: Readonly<Record<AskKind, string>> = {
  sampling: 'sampling_denied',
  elicitation: 'elicitation_denied',
  roots: 'roots_denied',
  other: 'server_request_denied',
};

/** Put right behind the opening quote, so that every other byte stays as it was. */
function originEdits({ asks }: ServerAsks, connection: string): readonly JsonEdit[] {
  const text = encodeJsonString(`[${connection}] `).slice(1, -1);
  return asks.flatMap(({ message }) =>
    message === undefined ? [] : [{ start: message.start + 1, end: message.start + 1, text }],
  );
}

export function governServerRequest(understood: Understood, gateway: Gateway): Result<Understood, Refusal> {
  const { call, message, role } = understood;
  const { serverRequests: policy, showsOrigin, name } = call.connection;
  if (role === 'late' || !(showsOrigin || deniesAny(policy))) return ok(understood);
  const asks = serverAsks(message);
  if (asks === undefined) return ok(understood);
  const denied = asks.asks.find(({ kind }) => policy[kind] === 'deny');
  if (asks.hasTwin) return err({ code: 'upstream_invalid', reason: 'server_request_case_twin', executed: 'unknown' });
  if (denied !== undefined) {
    gateway.metrics.serverRequestDenied(name, denied.kind);
    if (message.kind === 'response') return err({ code: 'denied', reason: REASONS[denied.kind], executed: 'unknown' });
    const keptBack = REASONS[denied.kind];
    // News of a task waits for no answer.
    return ok(message.kind === 'request' ? { ...understood, keptBack, isDenied: true } : { ...understood, keptBack });
  }
  if (!showsOrigin) return ok(understood);
  return ok({ ...understood, message: editedMessage(message, originEdits(asks, name), gateway.limits) });
}
