/** Which MCP server is meant. One without a grant for this caller is answered like one that does not exist. */
import type { Connected, Identified } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

export function resolveConnection(call: Identified, gateway: Gateway): Result<Connected, Refusal> {
  const connection = gateway.connections.get(call.connectionName);
  if (connection === undefined) return err({ code: 'unknown_connection', reason: 'not_configured' });
  const { caller } = call.verified;
  if (!gateway.policy.hasGrant(caller, connection.name))
    return err({ code: 'unknown_connection', reason: gateway.policy.whyNoGrant(caller, connection.name) });
  return ok({ ...call, connection });
}
