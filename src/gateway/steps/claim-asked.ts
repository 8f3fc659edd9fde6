/**
 * An answer of a client answers what its session was asked, and does so once. Claimed last: what was refused before may
 * still be answered.
 */
import type { Approved } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { sessionBinding } from '#gateway/session-binding.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

export function claimAsked(call: Approved, gateway: Gateway): Result<Approved, Refusal> {
  const { message, session } = call;
  if (message.kind !== 'response') return ok(call);
  const { idKey } = message;
  const binding = sessionBinding(call, session.wireId);
  // What the gateway itself asked is answered to the gateway, in the place of the server.
  const taker = idKey === undefined ? undefined : gateway.ownQuestions.takerOf({ binding, idKey });
  if (taker !== undefined) return ok({ ...call, connection: { ...call.connection, upstream: taker, credential: [] } });
  if (idKey !== undefined && gateway.asked.answer({ binding, idKey })) return ok(call);
  return err({ code: 'invalid_request', reason: 'not_asked', idText: undefined });
}
