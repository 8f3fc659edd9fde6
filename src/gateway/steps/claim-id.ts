/**
 * In a session an id is one request's until the server has answered it (MCP 2025-11-25, Requests: it must not have been used
 * before). A server that keeps its answers by their ids would give one request what another asked for, and lists would come
 * down as answers of calls, unfiltered. What no longer waits, cancelled or timed out, may still be answered.
 */
import type { Approved } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { requestKey, sessionBinding } from '#gateway/session-binding.ts';
import { callerKey } from '#identity/caller.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

/** Without its quotes: servers there are to which 1 and "1" are one. */
const plain = (idKey: string): string => (idKey.startsWith('"') ? idKey.slice(1, -1) : idKey);

export function claimId(call: Approved, gateway: Gateway): Result<Approved, Refusal> {
  const { message, session, connection } = call;
  const { unanswered, wireId } = session;
  // The server knows nothing of one that waits for people, so nobody else would end it.
  if (message.kind === 'notification' && message.cancels !== undefined)
    gateway.heldCalls.cancel(requestKey(call, message.cancels));
  // To a server with one channel for all each request goes under an id of the gateway's own (src/upstream/wire-ids.ts).
  if (message.kind !== 'request' || unanswered === undefined || connection.keepsSession) return ok(call);
  const id = plain(message.idKey);
  const refused = (code: 'invalid_request' | 'unknown_session', reason: string): Result<Approved, Refusal> =>
    err({ code, reason, idText: message.idText });
  if (unanswered.has(id)) return refused('invalid_request', 'id_in_use');
  if (unanswered.size >= gateway.limits.unansweredPerSession) {
    // Which answers may still come is known no longer. Its client begins another.
    if (wireId !== undefined) gateway.sessions.end(wireId);
    return refused('unknown_session', 'too_many_unanswered');
  }
  unanswered.add(id);
  // A server whose events are kept by session would bring the answer of one as that of the other.
  gateway.resumables.forget(
    callerKey(call.verified.caller),
    sessionBinding(call, wireId),
    (idKey) => plain(idKey) === id,
  );
  return ok({ ...call, claimed: id });
}

/** It was answered, or never went up. */
export function releaseId({ session, claimed }: Pick<Approved, 'session' | 'claimed'>): void {
  if (claimed !== undefined) session.unanswered?.delete(claimed);
}
