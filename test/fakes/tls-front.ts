/** Speaks TLS on 127.0.0.1 in front of a server of the test that does not. */
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:tls';
import type { TlsOptions } from 'node:tls';

export type TlsFront = {
  readonly port: number;
  /** Common names of the certificates clients showed; '' for none. */
  readonly shown: readonly string[];
  close(): Promise<void>;
};

export async function startTlsFront(port: number, options: TlsOptions): Promise<TlsFront> {
  const sockets = new Set<Socket>();
  const shown: string[] = [];
  const server = createServer(options, (socket) => {
    const common: unknown = socket.getPeerCertificate().subject?.CN;
    shown.push(typeof common === 'string' ? common : '');
    const behind = connect(port, '127.0.0.1');
    for (const one of [socket, behind]) {
      sockets.add(one);
      one
        .on('error', () => undefined)
        .once('close', () => {
          sockets.delete(one);
          socket.destroy();
          behind.destroy();
        });
    }
    socket.pipe(behind).pipe(socket);
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    shown,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
