/**
 * The HTTP surface: which path is what. `/mcp/*` goes to the pipeline; the rest is small, public and static.
 * Bounds on headers, time and connections are node's own, set here from limits.ts.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { ownerOf } from '#gateway/fleet.ts';
import type { Fleet } from '#gateway/fleet.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Hops } from '#gateway/hop.ts';
import type { InForce } from '#gateway/in-force.ts';
import { serveCall } from '#gateway/serve-call.ts';
import { resourceMetadata } from '#identity/resource-metadata.ts';

const CONNECTION = /^\/mcp\/([a-z0-9][a-z0-9_-]{0,62})$/;
const METADATA = /^\/\.well-known\/oauth-protected-resource\/mcp\/([a-z0-9][a-z0-9_-]{0,62})$/;

/** A query never matters: tokens in it are not read, and no path has parameters there. */
const pathOf = (request: IncomingMessage): string => (request.url ?? '/').split('?', 1)[0] ?? '/';
const connectionOf = (path: string): string | undefined => CONNECTION.exec(path)?.[1];

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  });
  response.end(text);
}

/** `/readyz`: the ledger takes records, and every issuer has usable keys (a persisted cache counts). Names no addresses. */
function readiness(gateway: Gateway): {
  readonly ready: boolean;
  readonly ledger: string;
  readonly issuers: Readonly<Record<string, string>>;
} {
  const ledger = gateway.ledger.accepts();
  const issuers = gateway.identity.ready();
  return {
    ready: ledger.ok && issuers.every((issuer) => issuer.usable) && !gateway.draining(),
    ledger: ledger.ok ? 'ok' : ledger.error.reason,
    issuers: Object.fromEntries(
      issuers.map((issuer) => [issuer.namespace, issuer.usable ? 'ok' : (issuer.reason ?? 'unusable')]),
    ),
  };
}

function serveMetadata(response: ServerResponse, name: string, gateway: Gateway): void {
  // The same answer for every well-formed name: which connections exist is told only to the authenticated.
  const issuers = gateway.identity.ready().map((issuer) => issuer.issuer);
  sendJson(response, 200, resourceMetadata({ publicUrl: gateway.publicUrl, name, issuers }));
}

function servePublic(request: IncomingMessage, response: ServerResponse, path: string, gateway: Gateway): void {
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const metadata = METADATA.exec(path)?.[1];
  if (isRead && path === '/healthz') sendJson(response, 200, { ok: true });
  else if (isRead && path === '/readyz') {
    const state = readiness(gateway);
    sendJson(response, state.ready ? 200 : 503, state);
  } else if (isRead && metadata !== undefined) serveMetadata(response, metadata, gateway);
  else {
    if (!request.complete) response.setHeader('connection', 'close');
    sendJson(response, 404, { type: 'about:blank', title: 'There is nothing here.', status: 404 });
  }
}

/** Another part of the surface, such as the API, that answers by itself below some paths. */
export type Mounted = {
  readonly owns: (path: string) => boolean;
  readonly listener: (request: IncomingMessage, response: ServerResponse) => void;
};

export type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** Serves every exchange in this process. */
export function createListener(inForce: InForce, mounted?: Mounted): Listener {
  return (request, response) => {
    const path = pathOf(request);
    const connection = connectionOf(path);
    if (connection !== undefined) void inForce.hold((gateway) => serveCall(request, response, connection, gateway));
    else if (mounted?.owns(path) === true) mounted.listener(request, response);
    else servePublic(request, response, path, inForce.current());
  };
}

const isSessionName = (name: string): boolean => name.length === 14 && name.toLowerCase() === 'mcp-session-id';

/** Serves what is anybody's or this worker's, and carries what belongs to another worker there. */
export function createFleetListener(here: Listener, inForce: InForce, fleet: Fleet, hops: Hops): Listener {
  return (request, response) => {
    const connection = connectionOf(pathOf(request));
    if (connection === undefined) return here(request, response);
    const isProcess = inForce.current().connections.get(connection)?.keepsSession === true;
    const sessionIds = request.rawHeaders.filter((_, at, all) => at % 2 === 1 && isSessionName(all[at - 1] ?? ''));
    const owner = ownerOf(fleet, { connection, isProcess, sessionIds });
    if (owner === fleet.own) return here(request, response);
    return hops.carry(request, response, owner, () => here(request, response));
  };
}

export function createGatewayServer(inForce: InForce, listener: Listener): Server {
  // What bounds sockets cannot change while they are open: a reload that changes these limits is refused.
  const { limits } = inForce.current();
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersReceiveMs,
      requestTimeout: limits.requestReceiveMs,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: 1_000,
      insecureHTTPParser: false,
      noDelay: true,
    },
    listener,
  );
  // Node would drop what is over its count unseen, a second Authorization too; `receive` refuses it instead.
  server.maxHeadersCount = 0;
  server.maxConnections = limits.clientConnections;
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
    if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    else socket.destroy();
  });
  return server;
}
