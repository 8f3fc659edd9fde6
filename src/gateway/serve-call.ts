/** One HTTP exchange on `/mcp/<connection>`, from its arrival to its last byte. Bugs end here, not in the process. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Arrived, Connected } from '#gateway/call.ts';
import { runSteps } from '#gateway/chain.ts';
import type { AnyCall } from '#gateway/entries.ts';
import type { Gateway } from '#gateway/gateway.ts';
import { CALL_STEPS, SESSION_END_STEPS } from '#gateway/pipeline.ts';
import { refuse, sendRefusal } from '#gateway/refuse.ts';
import { relay } from '#gateway/relay.ts';
import { createReply } from '#gateway/reply.ts';
import { headersOf } from '#gateway/steps/receive.ts';
import { endSession } from '#gateway/steps/end-session.ts';

function arrive(request: IncomingMessage, response: ServerResponse, connectionName: string, gateway: Gateway): Arrived {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return {
    http: { request, response },
    id: gateway.newId(),
    arrivedMs: gateway.clock(),
    startedMs: gateway.monotonic(),
    connectionName,
    reply: createReply(response, gateway.limits.responseWriteStallMs),
    gone: gone.signal,
  };
}

async function post(arrived: Arrived, gateway: Gateway): Promise<void> {
  const forwarded = await runSteps(CALL_STEPS, arrived, gateway);
  if (forwarded.ok) await relay(forwarded.value, gateway);
  else await refuse(forwarded.error.call as AnyCall, gateway, forwarded.error.refusal);
}

async function remove(arrived: Arrived, gateway: Gateway): Promise<void> {
  const connected = await runSteps(SESSION_END_STEPS, arrived, gateway);
  if (connected.ok) await endSession(connected.value satisfies Connected, gateway);
  else await refuse(connected.error.call as AnyCall, gateway, connected.error.refusal);
}

export async function serveCall(
  request: IncomingMessage,
  response: ServerResponse,
  connectionName: string,
  gateway: Gateway,
): Promise<void> {
  const arrived = arrive(request, response, connectionName, gateway);
  try {
    if (request.method === 'POST') await post(arrived, gateway);
    else if (request.method === 'DELETE') await remove(arrived, gateway);
    else {
      const source = request.socket.remoteAddress ?? 'unknown';
      await refuse({ ...arrived, source, headers: headersOf(request.rawHeaders) }, gateway, {
        code: 'method_not_allowed',
        reason: `method ${request.method === 'GET' ? 'GET' : 'other'}`,
      });
    }
  } catch (error) {
    // A bug, never a refusal. Fail closed: nothing that may hold content is logged beyond the error's own stack.
    gateway.log.error({ call: arrived.id, err: error }, 'a call failed inside the gateway');
    await sendRefusal(arrived, gateway, {
      code: 'audit_unavailable',
      reason: 'internal',
      retryAfterMs: 1_000,
      executed: 'unknown',
    });
  } finally {
    gateway.admission.leave(arrived.id);
    arrived.reply.end();
  }
}
