/** The body of an HTTP response as server-sent events, each bounded, read no faster than they are taken. */
import type { Limits } from '#limits.ts';
import { SseDecoder } from '#mcp/sse.ts';
import type { SseEvent } from '#mcp/sse.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import type { HttpBody } from '#upstream/http-exchange.ts';
import type { UpstreamFault } from '#upstream/port.ts';

/** Field names, ids and comments of one event, beside its message. */
const SSE_FRAMING_BYTES = 16 * 1024;

const TOO_LARGE = err<UpstreamFault>({ code: 'upstream_invalid', executed: 'unknown', reason: 'message_too_large' });

/** A fault is the last element. Leaving early closes the stream. */
export async function* sseEvents(
  body: HttpBody,
  limits: Pick<Limits, 'messageBytes'>,
): AsyncGenerator<Result<SseEvent, UpstreamFault>, void, void> {
  const decoder = new SseDecoder(limits.messageBytes + SSE_FRAMING_BYTES);
  try {
    for (;;) {
      const chunk = await body.read();
      if (!chunk.ok) {
        yield chunk;
        return;
      }
      // An event without its closing blank line at the end of the stream is discarded (WHATWG HTML section 9.2.6).
      if (chunk.value === null) return;
      const events = decoder.push(chunk.value);
      for (const event of events.ok ? events.value : []) {
        if (event.data.length > limits.messageBytes) {
          yield TOO_LARGE;
          return;
        }
        yield ok(event);
      }
      if (!events.ok) {
        yield TOO_LARGE;
        return;
      }
    }
  } finally {
    body.cancel();
  }
}
