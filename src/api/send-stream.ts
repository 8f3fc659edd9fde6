/**
 * An answer without a known end, written as fast as the client takes it. Only what is whole ends: where making it fails, the
 * connection is cut, so that no client takes a part for everything.
 */
import type { ServerResponse } from 'node:http';

/** `onFault` hears what ended the stream in the middle. Never throws. */
export async function sendStream(
  outgoing: ServerResponse,
  headers: Headers,
  stream: AsyncGenerator<string, void, undefined>,
  onFault: (fault: unknown) => void,
): Promise<void> {
  try {
    outgoing.setHeaders(headers);
    outgoing.flushHeaders();
    for await (const text of stream) {
      if (outgoing.destroyed) return;
      if (!outgoing.write(text)) await taken(outgoing);
    }
    outgoing.end();
  } catch (fault) {
    // A client that left ends its export in the middle: that is no fault, and nobody is to fill the log with it.
    if (!outgoing.destroyed) onFault(fault);
    outgoing.destroy();
  }
}

const taken = (outgoing: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const settle = (): void => {
      outgoing.off('drain', settle).off('close', settle);
      resolve();
    };
    outgoing.once('drain', settle).once('close', settle);
  });
