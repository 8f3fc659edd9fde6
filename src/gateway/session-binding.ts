/**
 * What ids that were shown to a client are tied to: its legacy session; for servers without sessions, the caller through one
 * client at this connection. An id of another binding is nobody's.
 */
import type { Connected, Exchange } from '#gateway/call.ts';
import type { SessionOwner } from '#gateway/sessions.ts';
import { callerKey } from '#identity/caller.ts';

/** @param wireId the legacy session the client knows it by, if it has one. */
export function bindingText({ caller, connection, client, level }: SessionOwner, wireId: string | undefined): string {
  const within = wireId === undefined ? `client\n${client ?? ''}` : `session\n${wireId}`;
  const most = level === undefined ? '' : `\nlevel\n${level}`;
  return `${caller}\n${connection}\n${within}${most}`;
}

type Owning = Pick<Connected, 'verified'> & { readonly connection: Pick<Connected['connection'], 'incarnation'> };

/** Whose a session is. With a key of another level nobody goes on in it: what it brings was asked for under this one. */
export const ownerOf = ({ verified: { caller }, connection }: Owning): SessionOwner => ({
  caller: callerKey(caller),
  connection: connection.incarnation,
  client: caller.client,
  level: caller.key?.level,
});

export const sessionBinding = (call: Owning, wireId: string | undefined): string => bindingText(ownerOf(call), wireId);

/** A request by its id, as its client names it when it cancels it. */
export const requestKey = (
  call: Owning & { readonly session: { readonly wireId: string | undefined } },
  idKey: string,
): string => `${sessionBinding(call, call.session.wireId)}\n${idKey}`;

/** The session as the client will name it: an `initialize` gets none where the server gave none. */
export function wireIdOf(call: Exchange): string | undefined {
  const isBeginning = call.message?.kind === 'request' && call.message.method === 'initialize';
  const hasNone = isBeginning && call.answer.sessionId === undefined && !call.connection.keepsSession;
  return hasNone ? undefined : call.session.wireId;
}

export const bindingOf = (call: Exchange): string => sessionBinding(call, wireIdOf(call));
