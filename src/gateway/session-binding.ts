/**
 * What ids that were shown to a client are tied to: its legacy session; for servers without sessions, the caller through one
 * client at this connection. An id of another binding is nobody's.
 */
import type { Connected, Exchange } from '#gateway/call.ts';
import type { SessionOwner } from '#gateway/sessions.ts';
import { callerKey } from '#identity/caller.ts';

/** @param wireId the legacy session the client knows it by, if it has one. */
export function bindingText({ caller, connection, client }: SessionOwner, wireId: string | undefined): string {
  const within = wireId === undefined ? `client\n${client ?? ''}` : `session\n${wireId}`;
  return `${caller}\n${connection}\n${within}`;
}

export function sessionBinding({ verified: { caller }, connection }: Connected, wireId: string | undefined): string {
  return bindingText({ caller: callerKey(caller), connection: connection.incarnation, client: caller.client }, wireId);
}

/** The session as the client will name it: an `initialize` gets none where the server gave none. */
export function wireIdOf(call: Exchange): string | undefined {
  const isBeginning = call.message?.kind === 'request' && call.message.method === 'initialize';
  const hasNone = isBeginning && call.answer.sessionId === undefined && !call.connection.keepsSession;
  return hasNone ? undefined : call.session.wireId;
}

export const bindingOf = (call: Exchange): string => sessionBinding(call, wireIdOf(call));
