/**
 * Counts the exchanges whose answer has not gone out, so that a stop can wait for them, and knows which connections stand
 * idle between two. node's own `closeIdleConnections` also resets those whose first request is on its way. What closes does so
 * once; `once` would keep 180 bytes more for each listener of each connection.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

export type OpenExchanges = {
  readonly listener: Listener;
  /** Served here or carried to another worker. */
  count(): number;
  /** From here on no connection is kept: idle ones are ended now, the others after their answer. */
  leave(): void;
};

export function createOpenExchanges(serve: Listener): OpenExchanges {
  /** Connections that had a request; how many of them are open. */
  const open = new Map<Socket, number>();
  let count = 0;
  let isLeaving = false;

  const change = (socket: Socket, by: 1 | -1): void => {
    count += by;
    const held = open.get(socket);
    if (held === undefined && by === -1) return;
    if (held === undefined) socket.on('close', () => open.delete(socket));
    const now = (held ?? 0) + by;
    open.set(socket, now);
    if (isLeaving && now === 0) socket.end();
  };

  return {
    count: () => count,
    listener(request, response) {
      const { socket } = request;
      change(socket, 1);
      response.on('close', () => change(socket, -1));
      if (isLeaving) response.setHeader('connection', 'close');
      serve(request, response);
    },
    leave() {
      isLeaving = true;
      for (const [socket, held] of open) if (held === 0) socket.end();
    },
  };
}
