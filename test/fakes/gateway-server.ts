/** The HTTP surface of a fake gateway on 127.0.0.1, and a client that sees every byte of the answer. */
import { request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { Gateway } from '#gateway/gateway.ts';
import { createInForce } from '#gateway/in-force.ts';
import { createGatewayServer, createListener } from '#gateway/server.ts';
import type { Mounted } from '#gateway/server.ts';
import { ADA_TOKEN } from '#test/fakes/gateway.ts';

export type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string };
export type Outgoing = {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

export type ListeningGateway = {
  readonly origin: string;
  readonly ask: (outgoing?: Outgoing) => Promise<Answer>;
  /** For clients that leave: the request as sent, with nothing read of its answer. */
  readonly open: (outgoing?: Outgoing) => ClientRequest;
};

const CALL = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'get_note', arguments: {} } };

/** `at`: a port that is known before; any free one otherwise. */
export async function listenGateway(
  t: TestContext,
  gateway: Gateway,
  mounted?: Mounted,
  at = 0,
): Promise<ListeningGateway> {
  const inForce = createInForce(gateway);
  const { server } = createGatewayServer(inForce, createListener(inForce, mounted));
  await new Promise<void>((resolve) => server.listen(at, '127.0.0.1', () => resolve()));
  t.after(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const { port } = server.address() as AddressInfo;
  const open = ({ method = 'POST', path = '/mcp/notes', headers = {}, body }: Outgoing = {}): ClientRequest => {
    const request = httpRequest({
      host: '127.0.0.1',
      port,
      method,
      path,
      agent: false,
      headers: {
        'content-type': 'application/json',
        ...('authorization' in headers || 'cookie' in headers ? {} : { authorization: `Bearer ${ADA_TOKEN}` }),
        ...headers,
      },
    });
    request.end(body ?? (method === 'POST' ? JSON.stringify(CALL) : undefined));
    return request;
  };
  const ask = (outgoing?: Outgoing): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const request = open(outgoing);
      request.once('error', reject);
      request.once('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString(),
          }),
        );
      });
    });
  return { origin: `http://127.0.0.1:${port}`, ask, open };
}
