/**
 * An MCP server behind HTTP+SSE, the transport of revision 2024-11-05: a stream that the server speaks on, and an
 * endpoint it names for what is said to it. Here the two become a channel of channels.ts. To such a server a stream *is*
 * a session, so each legacy session gets one of its own, and so what the server says unasked has exactly one session
 * it can mean; what a caller says outside of a session goes over one more. No two callers share one.
 */
import type { Dispatcher, Pool } from 'undici';
import type { Limits } from '#limits.ts';
import type { SseEvent } from '#mcp/sse.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import { createChannelUpstream } from '#upstream/channel-upstream.ts';
import { unavailable } from '#upstream/channels.ts';
import type { Channel, ChannelEvents, ChannelLimits, ChannelOwner } from '#upstream/channels.ts';
import { sseEvents } from '#upstream/http-events.ts';
import { startExchange } from '#upstream/http-exchange.ts';
import type { HttpBody, HttpResponse } from '#upstream/http-exchange.ts';
import { forbiddenUpwards, mediaTypeOf } from '#upstream/http-headers.ts';
import { createPool, fieldsOf } from '#upstream/http-pool.ts';
import type { HttpUpstreamSettings, PoolLimits } from '#upstream/http-pool.ts';
import { createPlaceBudget } from '#upstream/place-budget.ts';
import type { PlaceBudget } from '#upstream/place-budget.ts';
import type { CredentialHeader, Upstream, UpstreamFault, UpstreamRequest } from '#upstream/port.ts';
import type { ServerEvents } from '#upstream/server-events.ts';
import { endpointPath } from '#upstream/sse-endpoint.ts';
import type { Timers } from '#upstream/timers.ts';

/** `connection`: its name. */
export type SseUpstreamSettings = HttpUpstreamSettings & { readonly connection: string };

export type SseUpstreamLimits = PoolLimits &
  Omit<ChannelLimits, 'pendingCalls' | 'queuedBytes' | 'idleMs' | 'clients'> &
  Pick<
    Limits,
    | 'messageBytes'
    | 'sseEndpointChars'
    | 'sseIdleMs'
    | 'sseOpenMs'
    | 'ssePendingCalls'
    | 'sseQueuedBytes'
    | 'sseStreams'
    | 'sseStreamsPerCaller'
    | 'stdioClientsPerProcess'
    | 'upstreamHeadersMs'
    | 'upstreamIdleMs'
  >;

export type SseUpstreamParts = {
  readonly limits: SseUpstreamLimits;
  readonly timers: Timers;
  readonly events: ServerEvents;
};

type Way = SseUpstreamParts & {
  readonly settings: SseUpstreamSettings;
  /** Apart, so that streams that stay open for hours leave room for messages. */
  readonly streams: Pool;
  readonly posts: Pool;
  readonly budget: PlaceBudget;
};

export function createSseUpstream(settings: SseUpstreamSettings, parts: SseUpstreamParts): Upstream {
  const { limits, timers, events } = parts;
  const way: Way = {
    ...parts,
    settings,
    streams: createPool(settings, limits, limits.sseStreams),
    posts: createPool(settings, limits),
    budget: createPlaceBudget({ total: limits.sseStreams, perOwner: limits.sseStreamsPerCaller }),
  };
  const upstream = createChannelUpstream(
    {
      connection: settings.connection,
      limits: {
        ...limits,
        pendingCalls: limits.ssePendingCalls,
        queuedBytes: limits.sseQueuedBytes,
        idleMs: limits.sseIdleMs,
        clients: limits.stdioClientsPerProcess,
      },
      timers,
      events,
      ownerOf: ({ caller, gatewaySession }) => ({
        key: gatewaySession === undefined ? `caller\n${caller}` : `session\n${gatewaySession}`,
        pace: caller,
        caller,
      }),
      endsWithSession: true,
      // The transport is older than the second era.
      splitsEras: false,
      open: (owner, request, channel) => openStream(way, owner, request, channel),
    },
    limits.upstreamIdleMs,
  );
  return {
    ...upstream,
    close: async () => {
      await upstream.close();
      await Promise.all([way.streams.destroy(), way.posts.destroy()]);
    },
  };
}

async function openStream(
  way: Way,
  { caller = '' }: ChannelOwner,
  request: UpstreamRequest,
  channel: ChannelEvents,
): Promise<Result<Channel, UpstreamFault>> {
  const giveBack = way.budget.take(caller);
  if (giveBack === undefined) return unavailable('busy');
  const stream = await startStream(way, request, channel.dropped);
  const endpoint = stream.ok ? await endpointOf(stream.value, way) : stream;
  if (!stream.ok || !endpoint.ok) {
    if (stream.ok) await stream.value.events.return();
    giveBack();
    const { code, reason } = endpoint.ok ? { code: 'upstream_unavailable' as const, reason: 'closed' } : endpoint.error;
    // The message itself has not been sent anywhere yet.
    return err({ code, reason, executed: 'no' });
  }
  const flow = createFlow();
  const hear = async (): Promise<void> => {
    const reason = await hearStream(stream.value.events, flow, channel);
    giveBack();
    const asked = channel.ended(reason);
    way.events.onEnded({ connection: way.settings.connection, caller, pid: undefined, reason, asked });
  };
  return ok({
    write: endpointWriter(way, endpoint.value, request.credential, channel),
    pause: flow.pause,
    // Nobody's stream is closed by its signal; one that is held back must notice.
    stop: () => flow.pause(false),
    gone: hear(),
  });
}

type Stream = { readonly body: HttpBody; readonly events: ReturnType<typeof sseEvents> };

async function startStream(
  { streams, settings, timers, limits }: Way,
  { credential, timeoutMs }: UpstreamRequest,
  signal: AbortSignal,
): Promise<Result<Stream, UpstreamFault>> {
  const options = {
    path: settings.url.pathname + settings.url.search,
    method: 'GET',
    headers: fieldsOf('GET', { headers: [], credential }),
    idempotent: false,
    // A server may have nothing to say for hours; whether its machine is still there TCP asks.
    bodyTimeout: 0,
  } satisfies Dispatcher.DispatchOptions;
  const waits = { timers, timeoutMs: Math.min(timeoutMs, limits.sseOpenMs), signal };
  const response = await startExchange(streams, options, waits);
  if (!response.ok) return response;
  const { status, headers, body } = response.value;
  const fault = status === 200 ? streamFault(headers) : statusFault(status);
  if (fault === undefined) return ok({ body, events: sseEvents(body, limits) });
  body.cancel();
  return err(fault);
}

const invalid = (reason: string): UpstreamFault => ({ code: 'upstream_invalid', executed: 'unknown', reason });

function streamFault(headers: HttpResponse['headers']): UpstreamFault | undefined {
  const coding: unknown = headers['content-encoding'];
  if (coding !== undefined && coding !== 'identity') return invalid('content_encoding');
  return mediaTypeOf(headers) === 'text/event-stream' ? undefined : invalid('content_type');
}

/** As http-answer.ts: a redirect is never followed, and a challenge is about the gateway's own credential. */
function statusFault(status: number): UpstreamFault {
  const executed = status === 401 ? 'no' : 'unknown';
  if (status === 401 || status === 403)
    return { code: 'upstream_unavailable', executed, reason: `upstream_auth_${status}` };
  if (status >= 300 && status < 400) return invalid(`redirect_${status}`);
  const code = status >= 500 || status === 429 ? 'upstream_unavailable' : 'upstream_invalid';
  return { code, executed, reason: `status_${status}` };
}

/** The first event names it; a stream that begins otherwise is none of this transport. */
async function endpointOf({ body, events }: Stream, way: Way): Promise<Result<string, UpstreamFault>> {
  for (;;) {
    const first = await events.next();
    if (first.done === true) return unavailable('no_endpoint');
    if (!first.value.ok) return first.value;
    const event = first.value.value;
    // A bare retry time or id is no event to the standard.
    if (event.data.length === 0 && event.event === undefined) continue;
    if (event.event !== 'endpoint') return err(invalid('no_endpoint'));
    const path = endpointPath(event.data, way.settings.url, way.limits.sseEndpointChars);
    if (!path.ok) return err(invalid(path.error));
    body.untimed();
    return path;
  }
}

type Flow = { readonly pause: (isPaused: boolean) => void; readonly open: () => Promise<void> | undefined };

/** Holds a stream back: what is not read stays with the server. */
function createFlow(): Flow {
  let held: PromiseWithResolvers<void> | undefined;
  return {
    pause: (isPaused) => {
      if (isPaused) held ??= Promise.withResolvers<void>();
      else {
        held?.resolve();
        held = undefined;
      }
    },
    open: () => held?.promise,
  };
}

/** To the end of the stream; gives why it ended. */
async function hearStream(events: Stream['events'], flow: Flow, channel: ChannelEvents): Promise<string> {
  for await (const event of events) {
    if (!event.ok) {
      if (event.error.code === 'upstream_invalid') channel.distrust(event.error.reason);
      return event.error.reason;
    }
    if (!hearEvent(event.value, channel)) return 'distrusted';
    await flow.open();
    if (channel.dropped.aborted) return 'dropped';
  }
  return 'stream_ended';
}

/** False when nothing more is to be heard. */
function hearEvent({ event, data }: SseEvent, channel: ChannelEvents): boolean {
  // Where messages go does not change under way.
  if (event === 'endpoint') {
    channel.distrust('second_endpoint');
    return false;
  }
  if ((event !== undefined && event !== 'message') || data.length === 0) return true;
  return channel.hear(data);
}

/** Each message is one POST, sent once. Its answer says only whether it was taken: what it holds is not read. */
function endpointWriter(
  way: Way,
  path: string,
  opening: readonly CredentialHeader[],
  channel: ChannelEvents,
): Channel['write'] {
  return async (message, request) => {
    const { headers, credential, timeoutMs, signal } = request ?? {
      headers: [],
      credential: opening,
      timeoutMs: way.limits.upstreamHeadersMs,
      signal: channel.dropped,
    };
    const forbidden = forbiddenUpwards(headers);
    if (forbidden !== undefined)
      return err({ code: 'upstream_invalid', executed: 'no', reason: `header_not_allowed ${forbidden}` });
    const options = {
      path,
      method: 'POST',
      headers: fieldsOf('POST', { headers, credential }),
      body: message,
      idempotent: false,
    } satisfies Dispatcher.DispatchOptions;
    const response = await startExchange(way.posts, options, { timers: way.timers, timeoutMs, signal });
    if (!response.ok) return response;
    const { status, body } = response.value;
    if (status >= 200 && status < 300) {
      void discard(body);
      return ok(undefined);
    }
    body.cancel();
    if (status !== 404 && status !== 410) return err(statusFault(status));
    // The server knows no such session any more. This message is answered so first; then whatever else is open faults.
    setImmediate(() => channel.distrust(`endpoint_${status}`));
    return unavailable('session_lost');
  };
}

/** Of a body nobody reads: enough for the few words servers write, so that the socket can be used again. */
const DISCARDED_BYTES = 4 * 1024;

async function discard(body: HttpBody): Promise<void> {
  for (let length = 0; length <= DISCARDED_BYTES;) {
    const chunk = await body.read();
    if (!chunk.ok || chunk.value === null) return;
    length += chunk.value.length;
  }
  body.cancel();
}
