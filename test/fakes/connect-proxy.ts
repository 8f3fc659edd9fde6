/** A proxy on 127.0.0.1 that opens tunnels (CONNECT) to where a test says, and notes what it was asked and what it saw. */
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export type ConnectProxy = {
  readonly url: string;
  readonly asked: readonly { readonly authority: string; readonly authorization: string | undefined }[];
  /** Every byte that went through in clear. */
  readonly seen: () => string;
  /** `host:port` → port on 127.0.0.1; another is refused with 403. */
  readonly routes: Map<string, number>;
  /** Takes the question and never answers. */
  isSilent: boolean;
  close(): Promise<void>;
};

export async function startConnectProxy(): Promise<ConnectProxy> {
  const asked: { authority: string; authorization: string | undefined }[] = [];
  const chunks: Buffer[] = [];
  const sockets = new Set<Duplex>();
  const routes = new Map<string, number>();
  const server = createServer((_request, response) => response.writeHead(501).end('only tunnels'));
  const keep = (socket: Duplex): void => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
  };
  server.on('connection', (socket: Socket) => keep(socket));
  server.on('connect', (request: IncomingMessage, client: Duplex, head: Buffer) => {
    const authority = request.url ?? '';
    asked.push({ authority, authorization: request.headers['proxy-authorization'] });
    if (proxy.isSilent) return;
    const port = routes.get(authority);
    if (port === undefined) {
      client.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    const target = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.write(head);
      client.on('data', (chunk: Buffer) => chunks.push(chunk));
      client.pipe(target).pipe(client);
    });
    keep(target);
    target.once('close', () => client.destroy());
    client.once('close', () => target.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: ConnectProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    seen: () => Buffer.concat(chunks).toString('latin1'),
    routes,
    isSilent: false,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
  return proxy;
}
