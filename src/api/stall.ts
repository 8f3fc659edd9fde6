/**
 * A client that takes nothing of its answer for too long is cut off, so that it holds neither memory nor a place. What is
 * handed over in one piece counts as progress only when all of it is taken, so answers are written in pieces.
 */
import type { ServerResponse } from 'node:http';

export const PIECE_BYTES = 64 * 1024;

export function boundStalls(response: ServerResponse, stallMs: number): void {
  let written = 0;
  const timer = setInterval(() => {
    const now = response.socket?.bytesWritten ?? 0;
    if (response.headersSent && response.writableLength > 0 && now === written) response.destroy();
    written = now;
  }, stallMs);
  timer.unref();
  response.once('close', () => clearInterval(timer));
}
