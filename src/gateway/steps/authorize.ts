/** Whether this caller may do exactly this. Conditions see the original arguments, in memory only. */
import type { Authorized, RequestMasked } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Past } from '#gateway/recent-calls.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { callerKey } from '#identity/caller.ts';
import { decideMessage } from '#policy/message-decision.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

/** Undefined where no rule asks what anybody did lately, which costs nothing then. */
const pastOf = ({ verified, connection }: RequestMasked, { policy }: Gateway): Past | undefined =>
  policy.looksBack ? { connection: connection.name, caller: callerKey(verified.caller) } : undefined;

export function authorize(call: RequestMasked, gateway: Gateway): Result<Authorized, Refusal> {
  const { message } = call;
  const past = pastOf(call, gateway);
  const isToolCall = message.kind === 'request' && message.method === 'tools/call';
  const judged = decideMessage(gateway.policy, message, {
    caller: call.verified.caller,
    connection: call.connection.name,
    findings: call.masked.findings,
    ...(isToolCall ? { tool: gateway.definitions.known.standing(call.connection.name, 'tool', message.name) } : {}),
    ...(past === undefined
      ? {}
      : { recent: (method, name) => gateway.recentCalls.look(past, method, name, gateway.monotonic()) }),
    nowMs: call.arrivedMs,
    ...(call.follows === undefined ? {} : { follows: call.follows }),
  });
  if (!judged.ok) {
    const idText = message.kind === 'request' ? message.idText : undefined;
    return err({ code: 'invalid_request', reason: judged.error, idText });
  }
  const { decision, watchedUri } = judged.value;
  if (decision.effect === 'deny') {
    if (past !== undefined && message.kind === 'request') gateway.recentCalls.countDenied(past, gateway.monotonic());
    const isOwnReason = watchedUri === undefined || decision.reason === 'too_costly';
    return err({ code: 'denied', reason: isOwnReason ? decision.reason : 'subscribed_uri', decision });
  }
  return ok({ ...call, decision } as Authorized);
}
