/** One HTTP exchange on `/mcp/<connection>`, from its arrival to its last byte. Bugs end here, not in the process. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Arrived, Connected, ListenRecorded, Recorded } from '#gateway/call.ts';
import { runSteps } from '#gateway/chain.ts';
import { opensEndpoint, serveEndpoint } from '#gateway/endpoint.ts';
import type { AnyCall } from '#gateway/entries.ts';
import { toWireError } from '#gateway/errors.ts';
import { faultFrames } from '#gateway/fault-frames.ts';
import type { Gateway } from '#gateway/gateway.ts';
import { peerOf } from '#gateway/hop.ts';
import { CALL_STEPS, LISTEN_STEPS, SESSION_END_STEPS } from '#gateway/pipeline.ts';
import { refusalOf, refuse, sendRefusal } from '#gateway/refuse.ts';
import { refuseListening, relayListening } from '#gateway/listen.ts';
import { relay } from '#gateway/relay.ts';
import { createReply } from '#gateway/reply.ts';
import { sourceKey, sourceOf } from '#gateway/source.ts';
import { releaseId } from '#gateway/steps/claim-id.ts';
import { headersOf } from '#gateway/steps/receive.ts';
import { endSession } from '#gateway/steps/end-session.ts';

function arrive(request: IncomingMessage, response: ServerResponse, connectionName: string, gateway: Gateway): Arrived {
  const gone = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  const headers = headersOf(request.rawHeaders);
  const source = sourceOf(peerOf(request), headers.get('x-forwarded-for') ?? [], gateway.proxies);
  return {
    http: { request, response },
    id: gateway.newId(),
    arrivedMs: gateway.clock(),
    startedMs: gateway.monotonic(),
    connectionName,
    headers,
    source,
    sourceKey: sourceKey(source),
    reply: createReply(response, {
      stallMs: gateway.limits.responseWriteStallMs,
      quietMs: gateway.limits.streamQuietMs,
    }),
    cut: new AbortController(),
    gone: gone.signal,
  };
}

/** A bug in what runs outside the steps ends like one in them: logged, recorded, answered. */
async function guarded(call: AnyCall | Recorded, gateway: Gateway, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (bug) {
    await refuse(call, gateway, refusalOf({ bug, call }, call, gateway));
  }
}

async function post(arrived: Arrived, gateway: Gateway): Promise<void> {
  const forwarded = await runSteps(CALL_STEPS, arrived, gateway);
  if (forwarded.ok) return guarded(forwarded.value, gateway, () => relay(forwarded.value, gateway));
  const call = forwarded.error.call as AnyCall | Recorded;
  const refusal = refusalOf(forwarded.error, call, gateway);
  if ('claimed' in call && toWireError(refusal).executed === 'no') releaseId(call);
  return refuse(call, gateway, refusal);
}

async function remove(arrived: Arrived, gateway: Gateway): Promise<void> {
  const connected = await runSteps(SESSION_END_STEPS, arrived, gateway);
  if (connected.ok) return endSession(connected.value satisfies Connected, gateway);
  const call = connected.error.call as AnyCall;
  return refuse(call, gateway, refusalOf(connected.error, call, gateway));
}

/**
 * A client of the legacy era asks with GET for a stream of the server's own messages; 405 is how a server says that it
 * has none (MCP 2025-11-25, Listening for Messages from the Server). That is no refusal of anything, so it is not recorded.
 */
async function get(arrived: Arrived, gateway: Gateway): Promise<void> {
  const listening = await runSteps(LISTEN_STEPS, arrived, gateway);
  if (listening.ok) return guarded(listening.value, gateway, () => relayListening(listening.value, gateway));
  const call = listening.error.call as AnyCall | ListenRecorded;
  const refusal = refusalOf(listening.error, call, gateway);
  if ('opened' in call) return refuseListening(call, refusal, gateway);
  return refusal.code === 'method_not_allowed' ? sendRefusal(call, gateway, refusal) : refuse(call, gateway, refusal);
}

function serve(arrived: Arrived, gateway: Gateway): Promise<void> {
  const { request } = arrived.http;
  if (request.method === 'POST') return post(arrived, gateway);
  if (request.method === 'DELETE') return remove(arrived, gateway);
  if (request.method === 'GET')
    return opensEndpoint(arrived, gateway) ? serveEndpoint(arrived, gateway) : get(arrived, gateway);
  return refuse(arrived, gateway, { code: 'method_not_allowed', reason: 'method' });
}

/** Nothing more can be said to a client of which even the refusal failed. */
async function refuseBug(bug: unknown, arrived: Arrived, gateway: Gateway): Promise<void> {
  try {
    await refuse(arrived, gateway, refusalOf({ bug, call: arrived }, arrived, gateway));
  } catch (another) {
    gateway.log.error({ call: arrived.id, frames: faultFrames(another) }, 'a refusal failed');
    arrived.http.response.destroy();
  }
}

export async function serveCall(
  request: IncomingMessage,
  response: ServerResponse,
  connectionName: string,
  gateway: Gateway,
): Promise<void> {
  const arrived = arrive(request, response, connectionName, gateway);
  try {
    await serve(arrived, gateway);
  } catch (bug) {
    await refuseBug(bug, arrived, gateway);
  } finally {
    gateway.admission.leave(arrived.id);
    arrived.reply.end();
  }
}
