/** The sockets to an MCP server over HTTP, and the header fields its requests begin with. */
import { Pool } from 'undici';
import type { buildConnector } from 'undici';
import { LIMITS } from '#limits.ts';
import type { Limits } from '#limits.ts';
import type { SessionRequest } from '#upstream/port.ts';
import type { ProxyServer } from '#upstream/proxy-choice.ts';
import { tunnelConnector } from '#upstream/proxy-tunnel.ts';
import type { Connector } from '#upstream/proxy-tunnel.ts';
import type { UpstreamTls } from '#upstream/upstream-tls.ts';

export type HttpUpstreamSettings = {
  readonly url: URL;
  readonly tls?: UpstreamTls;
  /** Undefined: reached directly. */
  readonly proxy?: ProxyServer | undefined;
};

export type PoolLimits = Pick<
  Limits,
  | 'upstreamConnectMs'
  | 'upstreamHeaderBytes'
  | 'upstreamSockets'
  | 'upstreamStreamSockets'
  | 'upstreamKeepAliveMs'
  | 'upstreamTcpKeepAliveMs'
>;

/** Verification is not left to the environment: NODE_TLS_REJECT_UNAUTHORIZED has no say. */
export const connectorFor = (
  tls: UpstreamTls,
  proxy: ProxyServer | undefined,
  timeoutMs: number,
  tcpKeepAliveMs: number = LIMITS.upstreamTcpKeepAliveMs,
): Connector | buildConnector.BuildOptions =>
  proxy === undefined
    ? {
        timeout: timeoutMs,
        keepAlive: true,
        keepAliveInitialDelay: tcpKeepAliveMs,
        ...tls,
        minVersion: 'TLSv1.2',
        rejectUnauthorized: true,
      }
    : tunnelConnector(proxy, tls, timeoutMs, tcpKeepAliveMs);

/** `sockets`: how many exchanges may run at once. */
export function createPool(
  { url, tls = {}, proxy }: HttpUpstreamSettings,
  limits: PoolLimits,
  sockets = limits.upstreamSockets,
): Pool {
  return new Pool(url.origin, {
    connections: sockets,
    // One exchange per socket at a time: undici queues behind a busy socket instead of writing into it.
    pipelining: 1,
    // HTTP/2 has ways to ask for a resend (RFC 9113 section 8.7) that the library would follow by itself (P1).
    allowH2: false,
    connect: connectorFor(tls, proxy, limits.upstreamConnectMs, limits.upstreamTcpKeepAliveMs),
    maxHeaderSize: limits.upstreamHeaderBytes,
    // Shorter than servers usually keep a socket (Node's default is 5 s), so that one rarely dies under a call.
    keepAliveTimeout: limits.upstreamKeepAliveMs,
    keepAliveMaxTimeout: limits.upstreamKeepAliveMs,
    // The exchange has its own timer for the head, which also covers the wait for a socket.
    headersTimeout: 0,
    // It bounds a plain answer as a whole; a stream may be silent for hours, and TCP finds the peer that is gone.
    bodyTimeout: 0,
  });
}

/** The header of a request as undici takes it. */
export function fieldsOf(
  method: 'POST' | 'GET' | 'DELETE',
  request: Pick<SessionRequest, 'headers' | 'credential'>,
): string[] {
  const fields = ['user-agent', 'gatebook', 'accept-encoding', 'identity'];
  if (method === 'POST') fields.push('content-type', 'application/json');
  if (!request.headers.some(([name]) => name === 'accept')) {
    fields.push('accept', method === 'GET' ? 'text/event-stream' : 'application/json, text/event-stream');
  }
  for (const [name, value] of request.headers) fields.push(name, value);
  for (const [name, value] of request.credential) fields.push(name, value);
  return fields;
}
