/** What outlives a call and ends with a revocation: legacy sessions, and the server processes of the callers meant. */
import type { Gateway } from '#gateway/gateway.ts';
import { covers } from '#identity/revocation.ts';
import type { RevocationInForce } from '#identity/revocation.ts';

export function endRevoked(
  revocations: readonly Pick<RevocationInForce, 'scope'>[],
  gateway: Pick<Gateway, 'sessions' | 'connections'>,
): void {
  const isMeant = (caller: string, clients: readonly string[]): boolean =>
    revocations.some(({ scope }) => covers(scope, caller, clients));
  gateway.sessions.endOf(({ caller, client }) => isMeant(caller, client === undefined ? [] : [client]));
  for (const { upstream } of gateway.connections.values()) upstream.endCallers?.(isMeant);
}
