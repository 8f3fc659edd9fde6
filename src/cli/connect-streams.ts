/**
 * Event streams of the legacy era as a client keeps them: taken up again where they broke, as often as that makes sense
 * (MCP 2025-11-25, Streamable HTTP, "Resumability and Redelivery").
 */
import type { Endpoint } from '#cli/connect-endpoint.ts';
import type { ConnectFailure } from '#cli/connect-failure.ts';
import type { Limits } from '#limits.ts';
import type { SseEvent } from '#mcp/sse.ts';
import type { Result } from '#result.ts';
import type { HeaderPair, UpstreamFault } from '#upstream/port.ts';
import type { Timers } from '#upstream/timers.ts';

export type StreamLimits = Pick<
  Limits,
  'connectResumes' | 'connectRetryMs' | 'connectRetryMsMax' | 'connectRetryMsMin' | 'connectTakenMs'
>;

export type StreamParts = {
  readonly endpoint: Endpoint;
  readonly timers: Timers;
  readonly limits: StreamLimits;
  readonly headers: () => readonly HeaderPair[];
  /** One message; true when it was the last to wait for. */
  readonly hear: (message: Buffer) => Promise<boolean>;
  readonly signal: AbortSignal;
};

/** Where a stream stands. */
export type Place = { lastEventId: string | undefined; retryMs: number };

export type Events = AsyncIterable<Result<SseEvent, UpstreamFault>>;

/** A value that could not be a header is not sent back. */
const EVENT_ID = /^[\x20-\x7e]{1,1024}$/;

/** To the end of one connection. True when the last message came. */
export async function follow(events: Events, place: Place, hear: StreamParts['hear']): Promise<boolean> {
  for await (const event of events) {
    if (!event.ok) return false;
    const { id, retryMs, data, event: name } = event.value;
    if (retryMs !== undefined) place.retryMs = retryMs;
    const isMessage = data.length > 0 && (name === undefined || name === 'message');
    const isLast = isMessage && (await hear(data));
    // An id counts once its event was dealt with: what is lost before is asked for again.
    if (id !== undefined) place.lastEventId = EVENT_ID.test(id) ? id : undefined;
    if (isLast) return true;
  }
  return false;
}

export type Ended =
  /** The last message came. */
  | 'answered'
  /** Aborted. */
  | 'stopped'
  | ConnectFailure;

/**
 * GET streams, one after the other, until the last message came or it makes no sense any more: a refusal that will not
 * change, or too many failures in a row. `of`: the broken stream of a `call`, which is waited with before it is taken up
 * again; or the `server`'s own, which failures never end: its token may be a new one by then.
 */
export async function keepListening(parts: StreamParts, place: Place, of: 'call' | 'server'): Promise<Ended> {
  const { endpoint, timers, limits, hear, signal } = parts;
  if (of === 'call') await wait(paceMs(place.retryMs, 0, limits), timers, signal);
  for (let failures = 0; ;) {
    if (signal.aborted) return 'stopped';
    const resumed: readonly HeaderPair[] =
      place.lastEventId === undefined ? [] : [['last-event-id', place.lastEventId]];
    const headers = [...parts.headers(), ...resumed];
    const answer = await endpoint.ask({ method: 'GET', headers, timeoutMs: limits.connectTakenMs, signal });
    if (answer.ok && answer.value.form === 'sse') {
      failures = 0;
      if (await follow(answer.value.events, place, hear)) return 'answered';
    } else {
      const failure = answer.ok ? noStream(answer.value.form === 'json' ? answer.value.status : 200) : answer.error;
      failures += 1;
      const isEnough = of === 'call' && failures >= limits.connectResumes;
      if (isEnough || isFinal(failure, of)) return signal.aborted ? 'stopped' : failure;
    }
    await wait(paceMs(place.retryMs, failures, limits), timers, signal);
  }
}

const noStream = (status: number): ConnectFailure => ({
  code: 'upstream_invalid',
  executed: 'unknown',
  message: `The gateway answered with HTTP status ${status} instead of a stream.`,
  status,
});

/** What the gateway said to this client, as opposed to what happened on the way or will pass. */
const isFinal = ({ status }: ConnectFailure, of: 'call' | 'server'): boolean =>
  status !== undefined && status < 500 && status !== 429 && !(status === 401 && of === 'server');

const paceMs = (retryMs: number, failures: number, limits: StreamLimits): number =>
  Math.min(Math.max(retryMs, limits.connectRetryMsMin) * 2 ** Math.min(failures, 10), limits.connectRetryMsMax);

async function wait(ms: number, timers: Timers, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = timers.after(ms, resolve);
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
  cancel();
}
