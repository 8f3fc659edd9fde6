/** The body, read only for a verified caller, never more of it than one message may have. */
import type { IncomingMessage } from 'node:http';
import type { BodyRead, Connected } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

type Read = Buffer | 'too_large' | 'aborted';

/** The whole body, up to `limit` bytes. Stops reading at the first byte too many. */
function readUpTo(request: IncomingMessage, limit: number): Promise<Read> {
  // A client may have left while its token was checked; nothing more would be heard of it.
  if (request.destroyed) return Promise.resolve('aborted');
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const settle = (read: Read): void => {
      request.off('data', onData);
      request.off('end', onEnd);
      request.off('close', onClose);
      request.off('error', onClose);
      resolve(read);
    };
    const onData = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > limit) {
        request.pause();
        settle('too_large');
      } else chunks.push(chunk);
    };
    const onEnd = (): void =>
      settle(chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks, length));
    const onClose = (): void => settle('aborted');
    request.on('data', onData);
    request.once('end', onEnd);
    request.once('close', onClose);
    request.once('error', onClose);
  });
}

export async function readBody(call: Connected, gateway: Gateway): Promise<Result<BodyRead, Refusal>> {
  const read = await readUpTo(call.http.request, gateway.limits.messageBytes);
  if (read === 'too_large') return err({ code: 'too_large', reason: 'body' });
  if (read === 'aborted') return err({ code: 'client_gone', reason: 'while_sending' });
  return ok({ ...call, body: read });
}
