/**
 * Adds a bearer token to every request and passes all else on as it came: method, path, headers in their order and
 * spelling (`Host` and `Origin` too), bodies as they arrive, and the end of either side as the end of the other. The
 * conformance suite has no way to send a token.
 */
import { Agent, createServer, request as send } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Hop = { readonly origin: string; close(): Promise<void> };

function answer(from: IncomingMessage, to: ServerResponse): void {
  to.sendDate = false;
  to.writeHead(from.statusCode ?? 502, from.statusMessage ?? '', from.rawHeaders);
  // The head of a stream goes before its first event.
  to.flushHeaders();
  from.pipe(to);
  from.once('close', () => {
    if (!from.complete) to.destroy();
  });
}

/** `target`: origin of the gateway. */
export async function startHop(options: {
  readonly port: number;
  readonly target: string;
  readonly token: () => Promise<string>;
}): Promise<Hop> {
  const target = new URL(options.target);
  const agent = new Agent({ keepAlive: true });
  const carry = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const headers = [...request.rawHeaders, 'Authorization', `Bearer ${await options.token()}`];
    const upward = send({
      agent,
      host: target.hostname,
      port: target.port,
      method: request.method,
      path: request.url,
      headers,
      setHost: false,
    });
    upward.once('response', (from) => answer(from, response));
    upward.once('error', () => response.destroy());
    response.once('close', () => {
      if (!response.writableFinished) upward.destroy();
    });
    request.pipe(upward);
  };
  const server = createServer((request, response) => {
    carry(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(options.port, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
