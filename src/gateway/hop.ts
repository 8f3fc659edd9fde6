/**
 * Carries an HTTP exchange, as it is, to the worker process it belongs to, over a Unix socket only this user can open. The
 * owner does all of it: identity, policy, records. Nothing is read, decided or kept on the way, and nothing is sent twice.
 */
import { Agent, createServer, IncomingMessage, request as httpRequest } from 'node:http';
import type { ClientRequest, RequestOptions, Server, ServerResponse } from 'node:http';
import type { Limits } from '#limits.ts';

/** Says where the exchange came from. Counts only on a `HoppedMessage`. */
const PEER = 'x-gatebook-peer';

/** A request that came from another worker of this gateway: only the server of such a socket makes them. */
export class HoppedMessage extends IncomingMessage {}

/** The address at the other end of the client's connection. */
export const peerOf = (request: IncomingMessage): string =>
  (request instanceof HoppedMessage ? soleHeader(request, PEER) : request.socket.remoteAddress) ?? 'unknown';

function soleHeader(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Header fields of one connection only (RFC 9110 section 7.6.1), and those that say where an exchange came from. */
const NOT_CARRIED: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  // Without its trailer it would promise one, and node refuses to send that.
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  PEER,
]);

function carried(rawHeaders: readonly string[], also: readonly string[]): string[] {
  const fields: string[] = [...also];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = [rawHeaders[at], rawHeaders[at + 1]];
    if (!NOT_CARRIED.has(name.toLowerCase())) fields.push(name, value);
  }
  return fields;
}

/** Undefined for what node refuses to send on: it throws, and nothing that a client wrote may throw here. */
function begin(options: RequestOptions): ClientRequest | undefined {
  try {
    return httpRequest(options);
  } catch {
    return undefined;
  }
}

export type Hops = {
  /** `here` serves the exchange in this process: it is called when the owner cannot be reached, before anything was sent. */
  carry(request: IncomingMessage, response: ServerResponse, owner: number, here: () => void): void;
  close(): void;
};

/** @param socketOf path of the Unix socket of a worker. */
export function createHops(socketOf: (worker: number) => string): Hops {
  // No bound of its own: a request over one would wait for a stream to end. Each is in place of a client's connection, which
  // has one request at a time, and those are bounded.
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity, maxFreeSockets: 64 });
  return {
    carry(request, response, owner, here) {
      const hop = begin({
        agent,
        socketPath: socketOf(owner),
        method: request.method,
        path: request.url,
        headers: carried(request.rawHeaders, [
          PEER,
          peerOf(request),
          ...(request.headers['transfer-encoding'] === undefined ? [] : ['transfer-encoding', 'chunked']),
        ]),
      });
      if (hop === undefined) return here();
      let isSent = false;
      const start = (): void => {
        isSent = true;
        send(request, response, hop);
      };
      hop.once('socket', (socket) => {
        if (socket.connecting) socket.once('connect', start);
        else start();
      });
      hop.once('error', () => {
        if (isSent) response.destroy();
        else here();
      });
      hop.on('error', () => undefined);
    },
    close: () => agent.destroy(),
  };
}

function send(request: IncomingMessage, response: ServerResponse, hop: ClientRequest): void {
  // What the owner takes for the client's leaving is the end of this exchange, so it must end with the client's.
  if (response.destroyed) hop.destroy();
  response.once('close', () => {
    if (!response.writableFinished) hop.destroy();
  });
  hop.once('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, carried(answer.rawHeaders, []));
    response.flushHeaders();
    answer.pipe(response);
    answer.once('error', () => response.destroy());
  });
  request.pipe(hop);
}

/** Listens for other workers' exchanges; `listener` serves them here, wherever they belong. Bounds are those of the front. */
export function createHopServer(
  listener: (request: IncomingMessage, response: ServerResponse) => void,
  limits: Pick<Limits, 'headerBytes' | 'requestReceiveMs' | 'headersReceiveMs' | 'clientConnections' | 'workers'>,
): Server {
  const server = createServer(
    {
      IncomingMessage: HoppedMessage,
      // The fields put on the way come on top of what a client may send.
      maxHeaderSize: limits.headerBytes + 1_024,
      headersTimeout: limits.headersReceiveMs,
      requestTimeout: limits.requestReceiveMs,
      // Longer than the other side keeps a socket, so that none dies under an exchange.
      keepAliveTimeout: 0,
      insecureHTTPParser: false,
    },
    listener,
  );
  server.maxHeadersCount = 0;
  server.maxConnections = limits.workers * limits.clientConnections;
  return server;
}
