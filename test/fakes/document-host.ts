/** A host of client metadata documents on loopback, over TLS, that answers as a test says; and an authority that vouches for it. */
import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createTestAuthority } from './certificates.ts';
import type { TestAuthority } from './certificates.ts';

export type DocumentHost = {
  readonly port: number;
  readonly ca: string;
  /** `<host><path>` of every request that came, as its Host field and target say. */
  readonly asked: readonly string[];
  /** By path; what has none is answered with 404. */
  readonly answers: Map<string, (request: IncomingMessage, response: ServerResponse) => void>;
  /** Serves a JSON document there. */
  serve(path: string, document: object, headers?: Readonly<Record<string, string>>): void;
  /** TCP connections so far. */
  connections(): number;
  close(): Promise<void>;
};

export async function startDocumentHost(
  names: readonly string[],
  options: { readonly address?: string; readonly authority?: TestAuthority; readonly port?: number } = {},
): Promise<DocumentHost> {
  const { address = '127.0.0.1', authority = createTestAuthority(), port = 0 } = options;
  const answers: DocumentHost['answers'] = new Map();
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer({ ...authority.issue(names), ALPNProtocols: ['http/1.1'] }, (request, response) => {
    const target = request.url ?? '';
    asked.push(`${request.headers.host}${target}`);
    const answer = answers.get(target);
    if (answer === undefined) response.writeHead(404).end();
    else answer(request, response);
  });
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(port, address, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    ca: authority.ca,
    asked,
    answers,
    serve(path, document, headers = {}) {
      answers.set(path, (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(document));
      });
    },
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
