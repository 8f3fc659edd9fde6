/**
 * An MCP-like server of the old HTTP+SSE transport on 127.0.0.1, whose methods misbehave on request. Each GET is a
 * session; what it says in a session goes down that stream.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { text } from 'node:stream/consumers';

export type SsePost = { readonly session: number; readonly body: string; readonly headers: IncomingHttpHeaders };
export type SseStream = { readonly response: ServerResponse; readonly headers: IncomingHttpHeaders; isOpen: boolean };

export type SseServer = {
  readonly url: URL;
  readonly streams: readonly SseStream[];
  readonly posts: readonly SsePost[];
  /** One raw event of a session. */
  readonly say: (session: number, event: string) => boolean;
  /** Resolves when the condition holds; asked again whenever something happens here. */
  readonly until: (condition: () => boolean) => Promise<void>;
  /** No new connection is taken; streams stay. */
  readonly stopListening: () => void;
};

export type SseMisbehaviour = {
  /** What a stream begins with, instead of its endpoint. */
  readonly opening?: (session: number, origin: string) => string;
  /** Answers the GET itself. */
  readonly onGet?: (response: ServerResponse) => void;
  /** Status of a POST of this method; 202 otherwise. `hold`: never answered. */
  readonly postStatus?: Readonly<Record<string, number | 'hold'>>;
};

type Message = {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: {
    readonly _meta?: { readonly progressToken?: unknown };
    readonly times?: number;
    readonly bytes?: number;
  };
  readonly result?: unknown;
};

export const message = (body: object): string =>
  `event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', ...body })}\n\n`;

export async function startSseServer(t: TestContext, misbehaviour: SseMisbehaviour = {}): Promise<SseServer> {
  const streams: SseStream[] = [];
  const posts: SsePost[] = [];
  const waiting = new Set<() => void>();
  const happened = (): void => {
    for (const wake of waiting) wake();
  };
  const say = (session: number, event: string): boolean => streams[session]?.response.write(event) ?? false;

  const answer = (session: number, { id, method, params, result }: Message): void => {
    const token = params?._meta?.progressToken;
    switch (method) {
      case 'initialize':
      case 'echo':
        return void say(session, message({ id, result: { session, params } }));
      case 'progress':
        for (let progress = 1; progress <= (params?.times ?? 1); progress++) {
          const data = 'x'.repeat(params?.bytes ?? 0);
          say(session, message({ method: 'notifications/progress', params: { progressToken: token, progress, data } }));
        }
        return void say(session, message({ id, result: {} }));
      case 'ask':
        return void say(session, message({ id: 'server-1', method: 'sampling/createMessage', params: { for: id } }));
      case 'end':
        return void streams[session]?.response.end();
      case 'cut':
        return void streams[session]?.response.destroy();
      case undefined:
        if (id === 'server-1') say(session, message({ method: 'notifications/message', params: { told: result } }));
    }
  };

  const posted = async (request: IncomingMessage, response: ServerResponse, session: number): Promise<void> => {
    const body = await text(request);
    const said = JSON.parse(body) as Message;
    posts.push({ session, body, headers: request.headers });
    const status = misbehaviour.postStatus?.[said.method ?? ''] ?? 202;
    if (status === 202 || status === 'hold') answer(session, said);
    if (status !== 'hold') response.writeHead(status, status === 307 ? { location: '/elsewhere' } : {}).end('Accepted');
    happened();
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', origin());
    if (request.method === 'GET') {
      if (misbehaviour.onGet !== undefined) return misbehaviour.onGet(response);
      const session = streams.length;
      const stream: SseStream = { response, headers: request.headers, isOpen: true };
      streams.push(stream);
      response.on('close', () => {
        stream.isOpen = false;
        happened();
      });
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(
        misbehaviour.opening?.(session, origin()) ?? `event: endpoint\ndata: /message?sessionId=${session}\n\n`,
      );
      return happened();
    }
    void posted(request, response, Number(url.searchParams.get('sessionId')));
  });
  const origin = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL('/sse', origin());
  t.after(async () => {
    server.closeAllConnections();
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  });
  return {
    url,
    streams,
    posts,
    say,
    stopListening: () => void server.close(),
    until: async (condition) => {
      while (!condition()) {
        const { promise, resolve } = Promise.withResolvers<void>();
        waiting.add(resolve);
        await promise;
        waiting.delete(resolve);
      }
    },
  };
}
