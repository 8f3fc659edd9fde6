/** A client that sends any bytes it likes, over a socket of its own, and keeps what it is told. */
import { connect } from 'node:net';
import type { Socket } from 'node:net';

export type RawClient = {
  readonly socket: Socket;
  send(bytes: string | Buffer): void;
  /** Everything received so far, as Latin-1. */
  received(): string;
  /** Resolves with everything received once the connection is closed, from whichever side. */
  closed(): Promise<string>;
  /** Resolves when this is received; rejects when the connection closes without it. */
  hears(pattern: RegExp): Promise<string>;
  /** Sends `next()` every few milliseconds until the connection is closed: the only way to be slow. */
  trickle(next: () => string): void;
  leave(): void;
};

export async function openRawClient(port: number, localAddress = '127.0.0.1'): Promise<RawClient> {
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  let text = '';
  let isClosed = false;
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  const closing = new Promise<void>((resolve) => {
    socket.once('close', () => {
      isClosed = true;
      resolve();
    });
  });
  await new Promise<void>((resolve) => {
    socket.once('connect', resolve);
    socket.once('close', () => resolve());
  });
  return {
    socket,
    send: (bytes) => void socket.write(bytes),
    received: () => text,
    async closed() {
      await closing;
      return text;
    },
    async hears(pattern) {
      while (!pattern.test(text)) {
        if (isClosed) throw new Error(`closed after ${JSON.stringify(text.slice(0, 500))}`);
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            socket.off('data', wake);
            socket.off('close', wake);
            resolve();
          };
          socket.once('data', wake);
          socket.once('close', wake);
        });
      }
      return text;
    },
    trickle(next) {
      const timer = setInterval(() => void socket.write(next()), 20);
      void closing.then(() => clearInterval(timer));
    },
    leave: () => void socket.destroy(),
  };
}
