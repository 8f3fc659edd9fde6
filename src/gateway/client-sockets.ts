/**
 * The connections of clients, below HTTP: how many there may be in all and of one address, what becomes of those over,
 * what is said on one that does not speak HTTP, and which are cut because their client takes nothing. Knows no calls.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { plainAddress, sourceKey } from '#gateway/source.ts';
import type { TrustedProxies } from '#gateway/source.ts';
import type { Limits } from '#limits.ts';

export type CrowdReason = 'connections' | 'connections_per_source';

/**
 * `ahead`: another request came before the answer to the last one was handed over. Answers would queue behind one that
 * nobody reads, each holding a call's place and its memory; no client in use does that, and a server may close instead
 * (RFC 9112 section 9.3.2).
 */
export type SocketFault = CrowdReason | 'ahead';

export type ClientSockets = {
  /** To be called with each request, first of all. Says what is wrong with its connection. */
  began(request: IncomingMessage, response: ServerResponse): SocketFault | undefined;
  /** Connections that are open now. */
  open(): number;
};

type ClientLimits = Pick<
  Limits,
  'clientConnections' | 'connectionsPerSource' | 'refusedConnections' | 'refusedConnectionMs' | 'responseWriteStallMs'
>;

/** What is said before a request could be read (RFC 9110 section 15.5, RFC 6585 section 5); anything else is 400. */
const STATUS: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Content Too Large',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
};

/** One name for a connection, above TLS and below it. */
const nameOf = (socket: Socket): string => `${socket.remoteAddress ?? ''} ${socket.remotePort ?? ''}`;

/** Where the connection's answers stand: the latest one, and what the client had taken when last looked at. */
type Traffic = { latest: ServerResponse; stuckAt: number };

/** A second answer in the middle of a first one would be read as part of it. */
function mayAnswer(socket: Duplex, latest: ServerResponse | undefined): boolean {
  if (!socket.writable) return false;
  return latest === undefined || latest.writableFinished || (latest.socket === socket && !latest.headersSent);
}

/** Cuts connections with something to take, of which nothing was taken since the last look. */
function cutStalled(traffic: ReadonlyMap<Socket, Traffic>): void {
  for (const [socket, held] of traffic) {
    const isPending = socket.writableLength > 0;
    const taken = socket.bytesWritten - socket.writableLength;
    if (isPending && held.stuckAt === taken) socket.destroy();
    held.stuckAt = isPending ? taken : -1;
  }
}

export function watchSockets(
  server: Server,
  options: {
    readonly limits: ClientLimits;
    readonly proxies: TrustedProxies;
    /** Connections that were closed without a word, since the last time. */
    readonly dropped: (count: number) => void;
  },
): ClientSockets {
  const { limits, proxies, dropped } = options;
  const perSource = new Map<string, number>();
  const crowd = new Map<string, CrowdReason>();
  const traffic = new Map<Socket, Traffic>();
  let open = 0;
  let drops = 0;

  /** Over the bound: it may ask one thing, and is told why not; but not for long. */
  const dismiss = (socket: Socket, reason: CrowdReason): void => {
    const name = nameOf(socket);
    crowd.set(name, reason);
    const timer = setTimeout(() => socket.destroy(), limits.refusedConnectionMs);
    socket.once('close', () => {
      clearTimeout(timer);
      crowd.delete(name);
    });
  };

  const admit = (socket: Socket): void => {
    open += 1;
    socket.on('close', () => (open -= 1));
    if (open > limits.clientConnections) return dismiss(socket, 'connections');
    const peer = plainAddress(socket.remoteAddress ?? 'unknown');
    if (proxies.trusts(peer)) return;
    const source = sourceKey(peer);
    const held = perSource.get(source) ?? 0;
    if (held >= limits.connectionsPerSource) return dismiss(socket, 'connections_per_source');
    perSource.set(source, held + 1);
    socket.on('close', () => {
      const left = (perSource.get(source) ?? 1) - 1;
      if (left === 0) perSource.delete(source);
      else perSource.set(source, left);
    });
  };

  const look = (): void => {
    cutStalled(traffic);
    if (drops > 0) dropped(drops);
    drops = 0;
  };

  // Node closes what is over its count without a word; those just over ours get one.
  server.maxConnections = limits.clientConnections + limits.refusedConnections;
  server.on('drop', () => (drops += 1));
  server.on('connection', admit);
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (!mayAnswer(socket, traffic.get(socket as Socket)?.latest)) {
      socket.destroy();
      return;
    }
    const status = STATUS[error.code ?? ''] ?? '400 Bad Request';
    // Only ended, it would stay for as long as the client keeps its half open.
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
  });
  const looking = setInterval(look, limits.responseWriteStallMs);
  looking.unref();
  server.once('close', () => clearInterval(looking));

  return {
    began({ socket }, response) {
      const held = traffic.get(socket);
      if (held !== undefined && !held.latest.writableFinished) return 'ahead';
      if (held === undefined) {
        traffic.set(socket, { latest: response, stuckAt: -1 });
        socket.on('close', () => traffic.delete(socket));
      } else held.latest = response;
      return crowd.size === 0 ? undefined : crowd.get(nameOf(socket));
    },
    open: () => open,
  };
}
