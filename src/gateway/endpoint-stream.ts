/**
 * The one stream of a client of the old HTTP+SSE transport (MCP 2024-11-05): first the address of its endpoint, then
 * whatever comes down in its session, in whichever exchange. To the steps it looks like the reply of an exchange; what
 * they release is recorded before it gets here.
 */
import type { Delivery, Reply } from '#gateway/reply.ts';
import { encodeSseEvent } from '#mcp/sse.ts';

export type EndpointStream = {
  /** The reply of the GET itself. */
  readonly reply: Reply;
  /**
   * For a request that came as a POST: it is accepted at once, since whatever becomes of it is said on the stream; and it
   * is the client of the stream that may go away.
   */
  carry(post: Reply): { readonly reply: Reply; readonly gone: AbortSignal };
  /** Resolves when no request waits for its answer any more. */
  settled(): Promise<void>;
};

export function createEndpointStream(stream: Reply, gone: AbortSignal, address: string): EndpointStream {
  const open = new Set<symbol>();
  const waiting = new Set<() => void>();
  let last: Promise<Delivery> = Promise.resolve('sent');
  /** One event behind the other: a large one is written in pieces, between which nothing else may come. */
  const send = (encoded: Buffer | string): Promise<Delivery> => (last = last.then(() => stream.event(encoded, [])));
  const close = (call: symbol): void => {
    open.delete(call);
    if (open.size === 0) for (const settle of waiting) settle();
  };
  const nothing = (): void => {};

  return {
    reply: {
      started: () => stream.started(),
      released: () => stream.released(),
      gone: () => stream.gone(),
      json: (status, headers, body, contentType) => stream.json(status, headers, body, contentType),
      empty: (status, headers) => stream.empty(status, headers),
      comment: (headers) => stream.comment(headers),
      drop: () => stream.drop(),
      dropUnsent: () => stream.dropUnsent(),
      open(headers) {
        stream.open(headers, 'now');
        void send(encodeSseEvent({ event: 'endpoint', data: Buffer.from(address) }));
      },
      event: send,
      // Whoever opened it ends it, after the answers that are still to come.
      end: nothing,
    },
    carry(post) {
      void post.empty(202, []);
      const call = Symbol('call');
      open.add(call);
      let isReleased = false;
      const event = (encoded: Buffer | string): Promise<Delivery> => {
        isReleased = true;
        return send(encoded);
      };
      return {
        gone,
        reply: {
          started: () => true,
          released: () => isReleased,
          gone: () => stream.gone(),
          async json(_status, _headers, body) {
            const delivery = await event(encodeSseEvent({ data: Buffer.isBuffer(body) ? body : Buffer.from(body) }));
            close(call);
            return delivery;
          },
          async empty() {
            close(call);
            return stream.gone() ? 'gone' : 'sent';
          },
          event,
          open: nothing,
          comment: nothing,
          end: () => close(call),
          drop: () => close(call),
          dropUnsent: nothing,
        },
      };
    },
    async settled() {
      if (open.size === 0) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.add(resolve);
      await promise;
      waiting.delete(resolve);
    },
  };
}
