/**
 * An MCP server behind streamable HTTP (2025-03-26 and later). It sends what it is given, once, over HTTP/1.1 kept-alive
 * sockets of its own pool; it follows no redirect, repeats nothing and keeps no session: those live in the gateway.
 */
import { Pool } from 'undici';
import type { buildConnector, Dispatcher } from 'undici';
import type { Limits } from '#limits.ts';
import { err } from '#result.ts';
import type { Result } from '#result.ts';
import { readAnswer } from '#upstream/http-answer.ts';
import type { AnswerLimits, Asked } from '#upstream/http-answer.ts';
import { startExchange } from '#upstream/http-exchange.ts';
import { forbiddenUpwards } from '#upstream/http-headers.ts';
import { spendIntent } from '#upstream/port.ts';
import type { SessionRequest, Upstream, UpstreamAnswer, UpstreamFault } from '#upstream/port.ts';
import type { ProxyServer } from '#upstream/proxy-choice.ts';
import { tunnelConnector } from '#upstream/proxy-tunnel.ts';
import type { Connector } from '#upstream/proxy-tunnel.ts';
import type { UpstreamTls } from '#upstream/upstream-tls.ts';
import type { Timers } from '#upstream/timers.ts';

export type HttpUpstreamSettings = {
  readonly url: URL;
  readonly tls?: UpstreamTls;
  /** Undefined: reached directly. */
  readonly proxy?: ProxyServer | undefined;
};

export type HttpUpstreamLimits = AnswerLimits &
  Pick<
    Limits,
    'upstreamConnectMs' | 'upstreamIdleMs' | 'upstreamHeaderBytes' | 'upstreamSockets' | 'upstreamKeepAliveMs'
  >;

export type HttpUpstreamParts = { readonly limits: HttpUpstreamLimits; readonly timers: Timers };

export function createHttpUpstream(settings: HttpUpstreamSettings, parts: HttpUpstreamParts): Upstream {
  const { limits, timers } = parts;
  const pool = createPool(settings, limits);
  const path = settings.url.pathname + settings.url.search;

  const run = async (
    method: 'POST' | 'GET' | 'DELETE',
    asked: Asked['what'],
    request: SessionRequest,
    body: Buffer | null,
  ): Promise<Result<UpstreamAnswer, UpstreamFault>> => {
    const forbidden = forbiddenUpwards(request.headers);
    if (forbidden !== undefined)
      return err({ code: 'upstream_invalid', executed: 'no', reason: `header_not_allowed ${forbidden}` });
    const options = {
      path,
      method,
      headers: fieldsOf(method, request),
      body,
      idempotent: false,
    } satisfies Dispatcher.DispatchOptions;
    const response = await startExchange(pool, options, {
      timers,
      timeoutMs: request.timeoutMs,
      signal: request.signal,
    });
    if (!response.ok) return response;
    const inSession = request.headers.some(([name]) => name === 'mcp-session-id');
    return readAnswer({ what: asked, inSession }, response.value, limits);
  };

  return {
    exchange: (request) => {
      spendIntent(request);
      return run('POST', request.kind, request, request.body);
    },
    listen: (request) => run('GET', 'listen', request, null),
    endSession: async (request) => {
      const answer = await run('DELETE', 'end', request, null);
      return answer.ok ? { ok: true, value: answer.value.status } : answer;
    },
    close: () => pool.destroy(),
  };
}

/** Verification is not left to the environment: NODE_TLS_REJECT_UNAUTHORIZED has no say. */
export const connectorFor = (
  tls: UpstreamTls,
  proxy: ProxyServer | undefined,
  timeoutMs: number,
): Connector | buildConnector.BuildOptions =>
  proxy === undefined
    ? { timeout: timeoutMs, ...tls, minVersion: 'TLSv1.2', rejectUnauthorized: true }
    : tunnelConnector(proxy, tls, timeoutMs);

function createPool({ url, tls = {}, proxy }: HttpUpstreamSettings, limits: HttpUpstreamLimits): Pool {
  return new Pool(url.origin, {
    connections: limits.upstreamSockets,
    // One exchange per socket at a time: undici queues behind a busy socket instead of writing into it.
    pipelining: 1,
    // HTTP/2 has ways to ask for a resend (RFC 9113 section 8.7) that the library would follow by itself (P1).
    allowH2: false,
    connect: connectorFor(tls, proxy, limits.upstreamConnectMs),
    maxHeaderSize: limits.upstreamHeaderBytes,
    // Shorter than servers usually keep a socket (Node's default is 5 s), so that one rarely dies under a call.
    keepAliveTimeout: limits.upstreamKeepAliveMs,
    keepAliveMaxTimeout: limits.upstreamKeepAliveMs,
    // The exchange has its own timer for the head, which also covers the wait for a socket.
    headersTimeout: 0,
    bodyTimeout: limits.upstreamIdleMs,
  });
}

function fieldsOf(method: 'POST' | 'GET' | 'DELETE', request: SessionRequest): string[] {
  const fields = ['user-agent', 'gatebook', 'accept-encoding', 'identity'];
  if (method === 'POST') fields.push('content-type', 'application/json');
  if (!request.headers.some(([name]) => name === 'accept')) {
    fields.push('accept', method === 'GET' ? 'text/event-stream' : 'application/json, text/event-stream');
  }
  for (const [name, value] of request.headers) fields.push(name, value);
  for (const [name, value] of request.credential) fields.push(name, value);
  return fields;
}
