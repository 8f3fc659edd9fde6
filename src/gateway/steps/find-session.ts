/** In which session of this caller somebody wants to listen. An unknown one, or another caller's, is answered alike. */
import type { Connected, SessionFound } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { ownerOf } from '#gateway/session-binding.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

export function findSession(call: Connected, gateway: Gateway): Result<SessionFound, Refusal> {
  const { caller } = call.verified;
  const owner = ownerOf(call);
  const [wireId, ...more] = call.headers.get('mcp-session-id') ?? [];
  const named = wireId === undefined ? gateway.sessions.grouped(owner, `${caller.client ?? ''}\n`) : undefined;
  const session = named ?? (more.length > 0 ? undefined : gateway.sessions.find(owner, wireId ?? ''));
  if (session === undefined) return err({ code: 'unknown_session', reason: 'not_of_this_caller', idText: undefined });
  return ok({
    ...call,
    era: 'legacy',
    protocol: call.headers.get('mcp-protocol-version')?.[0] ?? session.protocol,
    session,
    secrets: gateway.masker.secretsOf([call.token, ...call.connection.secrets]),
    message: undefined,
  });
}
