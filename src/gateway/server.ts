/**
 * The HTTP surface: which path is what. `/mcp/*` goes to the pipeline; the rest is small, public and static.
 * Bounds on headers, time and connections are node's own, set here from limits.ts.
 */
import { constants } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { ownerOf } from '#gateway/fleet.ts';
import type { Fleet } from '#gateway/fleet.ts';
import { watchSockets } from '#gateway/client-sockets.ts';
import type { CrowdReason } from '#gateway/client-sockets.ts';
import { rpcErrorBody, toWireError } from '#gateway/errors.ts';
import { createServer as createSecureServer } from 'node:https';
import type { Server as SecureServer } from 'node:https';
import type { KeyPair } from '#config/tls-files.ts';
import { framingFault } from '#gateway/framing.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Hops } from '#gateway/hop.ts';
import type { InForce } from '#gateway/in-force.ts';
import { serveCall } from '#gateway/serve-call.ts';
import { plainAddress, sourceKey } from '#gateway/source.ts';
import { welcomeBody } from '#gateway/steps/read-body.ts';
import { headersOf } from '#gateway/steps/receive.ts';
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
    ready: ledger.ok && issuers.every((issuer) => issuer.usable) && !gateway.leaving(),
    ledger: ledger.ok ? 'ok' : ledger.error.reason,
    issuers: Object.fromEntries(
      issuers.map((issuer) => [issuer.namespace, issuer.usable ? 'ok' : (issuer.reason ?? 'unusable')]),
    ),
  };
}

function serveMetadata(response: ServerResponse, name: string, gateway: Gateway): void {
  // The same answer for every well-formed name: which connections exist is told only to the authenticated.
  const issuers = gateway.signsIn ? [gateway.publicUrl] : gateway.identity.ready().map((issuer) => issuer.issuer);
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

/** Another part of the surface, such as the API or signing in, that answers by itself below some paths. */
export type Mounted = {
  readonly owns: (path: string) => boolean;
  readonly listener: (request: IncomingMessage, response: ServerResponse) => void;
};

/** Several as one: the first that owns a path answers. */
export const mountedTogether = (parts: () => readonly Mounted[]): Mounted => ({
  owns: (path) => parts().some((part) => part.owns(path)),
  listener(request, response) {
    const path = pathOf(request);
    parts()
      .find((part) => part.owns(path))
      ?.listener(request, response);
  },
});

export type Listener = (request: IncomingMessage, response: ServerResponse) => void;

const isDoubtful = (request: IncomingMessage): boolean =>
  framingFault(request, headersOf(request.rawHeaders)) !== undefined;

function refuseDoubtful(response: ServerResponse): void {
  response.shouldKeepAlive = false;
  sendJson(response, 400, { type: 'about:blank', title: 'This request can be read in two ways.', status: 400 });
}

/** Serves every exchange in this process. */
export function createListener(inForce: InForce, mounted?: Mounted): Listener {
  return (request, response) => {
    const path = pathOf(request);
    const connection = connectionOf(path);
    if (connection !== undefined) void inForce.hold((gateway) => serveCall(request, response, connection, gateway));
    else if (isDoubtful(request)) refuseDoubtful(response);
    else if (mounted?.owns(path) === true) {
      welcomeBody(request, response);
      mounted.listener(request, response);
    } else servePublic(request, response, path, inForce.current());
  };
}

const SESSION_ID = 'mcp-session-id';
const LAST_EVENT_ID = 'last-event-id';

const valuesOf = (rawHeaders: readonly string[], name: string): readonly string[] =>
  rawHeaders.filter((_, at, all) => {
    const named = at % 2 === 1 ? (all[at - 1] ?? '') : '';
    return named.length === name.length && named.toLowerCase() === name;
  });

/** Serves what is anybody's or this worker's, and carries what belongs to another worker there. */
export function createFleetListener(here: Listener, inForce: InForce, fleet: Fleet, hops: Hops): Listener {
  return (request, response) => {
    const connection = connectionOf(pathOf(request));
    // What can be read in two ways is refused here: carried on, it would have one reading.
    if (connection === undefined || isDoubtful(request)) return here(request, response);
    const isProcess = inForce.current().connections.get(connection)?.keepsSession === true;
    const named = valuesOf(request.rawHeaders, SESSION_ID);
    // Where a server has no sessions, the event a client goes on from says whose its stream was.
    const isResuming = named.length === 0 && request.method === 'GET';
    const sessionIds = isResuming ? valuesOf(request.rawHeaders, LAST_EVENT_ID) : named;
    const owner = ownerOf(fleet, { connection, isProcess, sessionIds });
    if (owner === fleet.own) return here(request, response);
    welcomeBody(request, response);
    return hops.carry(request, response, owner, () => here(request, response));
  };
}

const CROWD_RETRY_MS = 5_000;

/** A connection over the bound of all or of its address is told so once. Nothing is read of its request. */
function refuseCrowd(request: IncomingMessage, response: ServerResponse, reason: CrowdReason, gateway: Gateway): void {
  const source = sourceKey(plainAddress(request.socket.remoteAddress ?? 'unknown'));
  gateway.refusals.note({ source, code: 'rate_limited', reason, connection: '' });
  const error = toWireError({ code: 'rate_limited', reason, retryAfterMs: CROWD_RETRY_MS });
  const call = gateway.newId();
  response.setHeader('connection', 'close');
  response.setHeader('retry-after', String(CROWD_RETRY_MS / 1_000));
  response.setHeader('x-gatebook-call', call);
  response.writeHead(error.status, { 'content-type': 'application/json' });
  response.end(rpcErrorBody(error, { idText: undefined, method: undefined, call }));
}

/** Paths that say how this process fares: whoever watches it must hear that it lives, also when it is full. */
const VITAL: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/** TLS 1.2 and later (RFC 9325 section 3.1.1), HTTP/1.1 only; a client cannot make the server negotiate again and again. */
export const secureOptions = ({ cert, key }: KeyPair) => ({
  cert,
  key: key.reveal(),
  minVersion: 'TLSv1.2' as const,
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
});

export type GatewayServer = {
  readonly server: Server;
  /** The same server, when it serves by TLS. */
  readonly secure: SecureServer | undefined;
  /** Ends every connection, those in the middle of a handshake too, which node's `closeAllConnections` does not know. */
  readonly closeAll: () => void;
};

/** `pair`: what it serves with by TLS; without one it serves in clear. */
export function createGatewayServer(inForce: InForce, listener: Listener, pair?: KeyPair): GatewayServer {
  // What bounds sockets cannot change while they are open: a reload that changes these limits is refused.
  const { limits } = inForce.current();
  const serve: Listener = (request, response) => {
    const crowd = sockets.began(request, response);
    if (crowd === 'ahead') request.socket.destroy();
    else if (crowd === undefined || VITAL.has(pathOf(request))) listener(request, response);
    else refuseCrowd(request, response, crowd, inForce.current());
  };
  const options = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersReceiveMs,
    requestTimeout: limits.requestReceiveMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: 1_000,
    insecureHTTPParser: false,
    noDelay: true,
  };
  const secure =
    pair === undefined
      ? undefined
      : createSecureServer(
          { ...options, ...secureOptions(pair), ALPNProtocols: ['http/1.1'], handshakeTimeout: limits.tlsHandshakeMs },
          serve,
        );
  const server = secure ?? createServer(options, serve);
  // Before the handshake is done nothing can be said; node's own listener would answer it like a bad request.
  secure?.removeAllListeners('tlsClientError').on('tlsClientError', (_error, socket) => socket.destroy());
  // Node would drop what is over its count unseen, a second Authorization too; `receive` refuses it instead.
  server.maxHeadersCount = 0;
  // Whether a body is wanted is not decided yet: whoever reads it says so (`welcomeBody`).
  server.on('checkContinue', serve);
  const sockets = watchSockets(server, {
    limits,
    // A reload may change them.
    proxies: { trusts: (address) => inForce.current().proxies.trusts(address) },
    dropped: (count) =>
      inForce
        .current()
        .log.warn({ count, limit: limits.clientConnections }, 'too many connections: further ones were closed'),
  });
  const shaking = new Set<Socket>();
  secure?.on('connection', (socket: Socket) => {
    shaking.add(socket);
    socket.once('close', () => shaking.delete(socket));
  });
  return {
    server,
    secure,
    closeAll() {
      server.closeAllConnections();
      for (const socket of shaking) socket.destroy();
    },
  };
}
