/** The body, read only for a verified caller, never more of it than one message may have. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BodyRead, Connected } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { endOf } from '#gateway/tenure.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

type Read = Buffer | 'too_large' | 'aborted';

/** The whole body, up to `limit` bytes. Stops reading at the first byte too many, and when the call is cut. */
function readUpTo(request: IncomingMessage, limit: number, cut: AbortSignal): Promise<Read> {
  // A client may have left while its token was checked; nothing more would be heard of it.
  if (request.destroyed || cut.aborted) return Promise.resolve('aborted');
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const settle = (read: Read): void => {
      request.off('data', onData);
      request.off('end', onEnd);
      request.off('close', onClose);
      request.off('error', onClose);
      cut.removeEventListener('abort', onCut);
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
    const onCut = (): void => {
      request.pause();
      settle('aborted');
    };
    request.on('data', onData);
    request.once('end', onEnd);
    request.once('close', onClose);
    request.once('error', onClose);
    cut.addEventListener('abort', onCut, { once: true });
  });
}

/** A client that waits for leave to send its body has it from here on (RFC 9110 section 10.1.1). */
export function welcomeBody(request: IncomingMessage, response: ServerResponse): void {
  if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
}

export async function readBody(call: Connected, gateway: Gateway): Promise<Result<BodyRead, Refusal>> {
  welcomeBody(call.http.request, call.http.response);
  const read = await readUpTo(call.http.request, gateway.limits.messageBytes, call.cut.signal);
  if (read === 'too_large') return err({ code: 'too_large', reason: 'body' });
  if (read === 'aborted') return err(endOf(call, gateway, 'no') ?? { code: 'client_gone', reason: 'while_sending' });
  return ok({ ...call, body: read });
}
