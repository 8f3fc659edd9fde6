/**
 * The endpoint `connect` speaks to: streamable HTTP as a client. Each message is written at most once, no redirect is
 * followed (the token would go along), and a refused token is read again once. It knows nothing of MCP's sessions.
 */
import type { Dispatcher, Pool } from 'undici';
import { faultFailure, invalidAnswer, statusFailure } from '#cli/connect-failure.ts';
import type { ConnectFailure } from '#cli/connect-failure.ts';
import type { TokenSource } from '#cli/connect-token.ts';
import type { Limits } from '#limits.ts';
import { parseJson } from '#mcp/json.ts';
import type { JsonDocument } from '#mcp/json.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import { collect } from '#upstream/http-answer.ts';
import { sseEvents } from '#upstream/http-events.ts';
import { startExchange } from '#upstream/http-exchange.ts';
import type { HttpResponse } from '#upstream/http-exchange.ts';
import { mediaTypeOf, sessionIdOf } from '#upstream/http-headers.ts';
import { fieldsOf } from '#upstream/http-pool.ts';
import type { HeaderPair } from '#upstream/port.ts';
import type { Timers } from '#upstream/timers.ts';

export type EndpointLimits = Pick<
  Limits,
  'messageBytes' | 'connectErrorBytes' | 'jsonDepth' | 'jsonNodes' | 'upstreamSessionIdChars'
>;

export type EndpointAnswer = { readonly sessionId: string | undefined } & (
  | { readonly form: 'none' }
  | { readonly form: 'json'; readonly bytes: Buffer; readonly status: number }
  | { readonly form: 'sse'; readonly events: ReturnType<typeof sseEvents> }
);

export type Asking = {
  readonly method: 'POST' | 'GET' | 'DELETE';
  readonly headers: readonly HeaderPair[];
  readonly body?: Buffer;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
};

export type Endpoint = { ask(asking: Asking): Promise<Result<EndpointAnswer, ConnectFailure>> };

export type EndpointParts = {
  readonly url: URL;
  readonly pool: Pool;
  readonly tokens: TokenSource;
  readonly limits: EndpointLimits;
  readonly timers: Timers;
};

export function createEndpoint({ url, pool, tokens, limits, timers }: EndpointParts): Endpoint {
  const once = (asking: Asking, token: string | undefined) => {
    const { method, headers, body = null, timeoutMs, signal } = asking;
    const credential: readonly HeaderPair[] = token === undefined ? [] : [['authorization', `Bearer ${token}`]];
    const options = {
      path: url.pathname + url.search,
      method,
      headers: fieldsOf(method, { headers, credential }),
      body,
      idempotent: false,
      // A stream may be silent for hours.
      bodyTimeout: 0,
    } satisfies Dispatcher.DispatchOptions;
    return startExchange(pool, options, { timers, timeoutMs, signal });
  };
  return {
    async ask(asking) {
      const token = tokens.current();
      let response = await once(asking, token);
      // What was answered with 401 was not applied, so sending it once more repeats nothing.
      if (response.ok && response.value.status === 401 && (await tokens.changedFrom(token))) {
        response.value.body.cancel();
        response = await once(asking, tokens.current());
      }
      if (!response.ok) return err(faultFailure(response.error));
      const answer = await readAnswer(response.value, limits);
      if (!answer.ok) response.value.body.cancel();
      return answer;
    },
  };
}

async function readAnswer(
  response: HttpResponse,
  limits: EndpointLimits,
): Promise<Result<EndpointAnswer, ConnectFailure>> {
  const { status, headers, body } = response;
  if (status >= 300 && status < 400)
    return err({ ...invalidAnswer('The gateway answered with a redirect, which is not followed'), status });
  const coding: unknown = headers['content-encoding'];
  if (coding !== undefined && coding !== 'identity')
    return err(invalidAnswer('The gateway compressed its answer, which was not asked for'));
  if (status >= 400) return readRefusal(response, limits);
  const session = sessionIdOf(headers, limits.upstreamSessionIdChars);
  if (!session.ok) return err(invalidAnswer('The gateway sent a session id that is none'));
  const sessionId = session.value;
  if (status === 202 || status === 204 || headers['content-length'] === '0') {
    // A few bytes at most: the socket is kept.
    const rest = await collect(body, limits.connectErrorBytes);
    return rest.ok ? ok({ sessionId, form: 'none' }) : err(faultFailure(rest.error));
  }
  if (mediaTypeOf(headers) === 'text/event-stream') {
    body.untimed();
    return ok({ sessionId, form: 'sse', events: sseEvents(body, limits) });
  }
  if (mediaTypeOf(headers) !== 'application/json')
    return err(invalidAnswer('The gateway answered with neither JSON nor events'));
  const bytes = await collect(body, limits.messageBytes);
  return bytes.ok ? ok({ sessionId, form: 'json', bytes: bytes.value, status }) : err(faultFailure(bytes.error));
}

/** A JSON-RPC error is the answer, whatever the status; anything else is said in the same terms. */
async function readRefusal(
  { status, headers, body }: HttpResponse,
  limits: EndpointLimits,
): Promise<Result<EndpointAnswer, ConnectFailure>> {
  const bytes = await collect(body, limits.connectErrorBytes);
  const isJson = /^application\/(?:problem\+)?json$/.test(mediaTypeOf(headers) ?? '');
  const doc = bytes.ok && isJson ? parseJson(bytes.value, { depth: limits.jsonDepth, nodes: limits.jsonNodes }) : bytes;
  if (!doc.ok || Buffer.isBuffer(doc.value)) return err(statusFailure(status, undefined));
  return isRpc(doc.value) && bytes.ok
    ? ok({ sessionId: undefined, form: 'json', bytes: bytes.value, status })
    : err(statusFailure(status, doc.value));
}

const isRpc = ({ root }: JsonDocument): boolean =>
  root.kind === 'object' && root.members.some(({ key, value }) => key === 'error' && value.kind === 'object');
