/** DELETE of a legacy session: forgotten here, and told to the upstream under the upstream's own id. */
import type { Connected } from '#gateway/call.ts';
import { controlEntry } from '#gateway/entries.ts';
import type { Gateway } from '#gateway/gateway.ts';
import { refuse } from '#gateway/refuse.ts';
import { upstreamRefusal } from '#gateway/steps/forward.ts';
import { endOf } from '#gateway/tenure.ts';
import { upwardHeaders } from '#gateway/steps/inject-credential.ts';
import { ownerOf } from '#gateway/session-binding.ts';

export async function endSession(call: Connected, gateway: Gateway): Promise<void> {
  const owner = ownerOf(call);
  const [wireId, ...more] = call.headers.get('mcp-session-id') ?? [];
  const session = wireId === undefined || more.length > 0 ? undefined : gateway.sessions.find(owner, wireId);
  if (session === undefined || wireId === undefined) {
    return refuse(call, gateway, { code: 'unknown_session', reason: 'not_of_this_caller', idText: undefined });
  }
  const recorded = await gateway.ledger.append(controlEntry({ ...call, session }, gateway.masker, 'session_end'));
  if (!recorded.ok) {
    return refuse(call, gateway, {
      code: 'audit_unavailable',
      reason: recorded.error.reason,
      retryAfterMs: recorded.error.retryAfterMs,
      executed: 'no',
    });
  }
  gateway.sessions.end(wireId);
  const secrets = gateway.masker.secretsOf([call.token, ...call.connection.secrets]);
  const ended = await call.connection.upstream.endSession({
    caller: owner.caller,
    gatewaySession: wireId,
    headers: upwardHeaders(
      call.headers,
      session.upstreamId,
      (text) => gateway.masker.maskSentText(text, call.connection.name, secrets),
      {
        sent: undefined,
        passesBaggage: call.connection.passesBaggage,
      },
    ),
    credential: call.connection.credential,
    timeoutMs: gateway.limits.upstreamHeadersMs,
    signal: call.cut.signal,
  });
  if (!ended.ok) {
    const end = endOf(call, gateway, ended.error.executed);
    return refuse(call, gateway, end ?? upstreamRefusal(ended.error, undefined));
  }
  if (ended.value >= 400 && ended.value !== 404 && ended.value !== 405) {
    return refuse(call, gateway, {
      code: 'upstream_invalid',
      reason: `session_end_${ended.value}`,
      executed: 'unknown',
    });
  }
  // Success has no status of its own (MCP 2025-11-25, Session Management); one that the server lost is ended as well.
  await call.reply.empty(ended.value === 404 ? 204 : ended.value, []);
}
