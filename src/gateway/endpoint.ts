/**
 * Clients of the old HTTP+SSE transport, on connections whose server speaks it: the stream that is their session. A
 * GET without a session opens it; it is listened to like any other, and the session ends with it.
 */
import type { Arrived, ListenRecorded, Listening } from '#gateway/call.ts';
import { runSteps } from '#gateway/chain.ts';
import type { AnyCall } from '#gateway/entries.ts';
import type { Gateway } from '#gateway/gateway.ts';
import { refuseListening, relayListening } from '#gateway/listen.ts';
import { ENDPOINT_STEPS } from '#gateway/pipeline.ts';
import { refusalOf, refuse } from '#gateway/refuse.ts';
import { ownerOf } from '#gateway/session-binding.ts';
import { callerKey } from '#identity/caller.ts';

/** Clients of later transports have their session by POST, and name it when they listen. */
export const opensEndpoint = ({ connectionName, headers }: Arrived, gateway: Gateway): boolean =>
  gateway.connections.get(connectionName)?.offersEndpoint === true && !headers.has('mcp-session-id');

async function endSession(call: Listening, wireId: string, gateway: Gateway): Promise<void> {
  gateway.sessions.end(wireId);
  // Of a stream it is known at once: there is nothing to send, and nothing that could fail.
  await call.connection.upstream.endSession({
    caller: callerKey(call.verified.caller),
    gatewaySession: wireId,
    headers: [],
    credential: [],
    timeoutMs: gateway.limits.upstreamHeadersMs,
    signal: call.cut.signal,
  });
}

export async function serveEndpoint(arrived: Arrived, gateway: Gateway): Promise<void> {
  const listening = await runSteps(ENDPOINT_STEPS, arrived, gateway);
  if (!listening.ok) {
    const call = listening.error.call as AnyCall | ListenRecorded;
    const refusal = refusalOf(listening.error, call, gateway);
    return 'opened' in call ? refuseListening(call, refusal, gateway) : refuse(call, gateway, refusal);
  }
  const call = listening.value;
  const { wireId, endpoint } = call.session;
  if (wireId === undefined || endpoint === undefined) throw new Error('a stream without its session');
  const owner = ownerOf(call);
  // Its id is known before its client can hear of it.
  gateway.sessions.begin(owner, call.session);
  try {
    await relayListening(call, gateway);
  } finally {
    await endSession(call, wireId, gateway);
    // Calls that were open have ended by that, and say so on the stream.
    const enough = Promise.withResolvers<void>();
    const timer = setTimeout(enough.resolve, gateway.limits.stopSettleMs);
    await Promise.race([endpoint.settled(), enough.promise]);
    clearTimeout(timer);
  }
}
