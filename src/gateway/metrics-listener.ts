/**
 * `/metrics` on an address of its own, for scrapers without a token. It answers nothing else, reads no body and no forwarding
 * header, and on loopback only to names of loopback, so that a page in a browser cannot reach it under another (DNS rebinding).
 */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { faultFrames } from '#gateway/fault-frames.ts';
import type { Log } from '#gateway/gateway.ts';
import { isLoopbackHost } from '#config/network-rules.ts';
import type { Limits } from '#limits.ts';

export type MetricsListenerParts = {
  readonly text: () => Promise<string>;
  readonly contentType: string;
  /** Where it will listen. */
  readonly host: string;
  readonly limits: Pick<
    Limits,
    'headersReceiveMs' | 'requestReceiveMs' | 'keepAliveMs' | 'metricsConnections' | 'metricsHeaderBytes'
  >;
  readonly log: Pick<Log, 'error'>;
};

/** RFC 9112 section 3.2: exactly one `Host`; what follows its last colon is the port. */
function isLoopbackName(request: IncomingMessage): boolean {
  const { host = '' } = request.headers;
  return isLoopbackHost(host.replace(/:\d{1,5}$/, ''));
}

function refuse(response: ServerResponse, status: number, title: string): void {
  const body = JSON.stringify({ type: 'about:blank', title, status });
  response.writeHead(status, {
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    connection: 'close',
  });
  response.end(body);
}

async function answer(request: IncomingMessage, response: ServerResponse, parts: MetricsListenerParts): Promise<void> {
  if (request.url !== '/metrics') return refuse(response, 404, 'There is nothing here but /metrics.');
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'Only GET.');
  if (isLoopbackHost(parts.host) && !isLoopbackName(request))
    return refuse(response, 421, 'This address answers only to names of loopback.');
  const text = await parts.text();
  response.writeHead(200, {
    'content-type': parts.contentType,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(text);
}

export function createMetricsListener(parts: MetricsListenerParts): Server {
  const { limits, log } = parts;
  const server = createServer(
    {
      maxHeaderSize: limits.metricsHeaderBytes,
      headersTimeout: limits.headersReceiveMs,
      requestTimeout: limits.requestReceiveMs,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: 1_000,
    },
    (request, response) => {
      answer(request, response, parts).catch((bug: unknown) => {
        log.error({ frames: faultFrames(bug) }, 'the metrics could not be written');
        response.destroy();
      });
    },
  );
  server.maxConnections = limits.metricsConnections;
  return server;
}
