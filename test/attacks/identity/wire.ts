/** A client that writes whatever bytes it likes, where `fetch` would tidy them up. */
import { connect } from 'node:net';

export type Reply = {
  /** Of the first response. */
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
  /** How many responses came on this connection. */
  readonly responses: number;
};

const REPLY_BYTES_MAX = 4 * 1024 * 1024;

/** Sends `parts` one after the other and reads until the gateway closes the connection. */
export function exchange(port: number, parts: readonly (string | Buffer)[]): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    const chunks: Buffer[] = [];
    let bytes = 0;
    const finish = (): void => resolve(readReply(Buffer.concat(chunks).toString('latin1')));
    socket.setTimeout(20_000, () => socket.destroy(new Error('the gateway neither answered nor closed')));
    socket.on('connect', () => {
      for (const part of parts) socket.write(part);
    });
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes > REPLY_BYTES_MAX) socket.destroy(new Error('an endless answer'));
    });
    // The gateway may close while we are still writing; what it said before counts.
    socket.on('error', (error: NodeJS.ErrnoException) => (chunks.length > 0 ? finish() : reject(error)));
    socket.on('close', finish);
  });
}

function readReply(raw: string): Reply {
  const end = raw.indexOf('\r\n\r\n');
  const [status = '', ...lines] = raw.slice(0, end < 0 ? raw.length : end).split('\r\n');
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
  const text = end < 0 ? '' : raw.slice(end + 4);
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(status)?.[1] ?? 0),
    headers,
    text,
    json: objectIn(text),
    responses: raw.split(/HTTP\/1\.1 \d{3} /).length - 1,
  };
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  const start = text.indexOf('{');
  const end = text.lastIndexOf('}');
  try {
    return start < 0 ? {} : (JSON.parse(text.slice(start, end + 1)) as Record<string, unknown>);
  } catch {
    return {};
  }
}
