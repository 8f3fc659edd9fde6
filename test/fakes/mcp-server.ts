/** An MCP server over HTTP on 127.0.0.1 that a test scripts: what it answers, and everything it was sent. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type SeenRequest = {
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  readonly rawHeaders: readonly string[];
  readonly body: string;
  /** The body as JSON; undefined when it is none. */
  readonly message:
    | { readonly id?: unknown; readonly method?: string; readonly params?: Record<string, unknown> }
    | undefined;
};

export type Answering = (seen: SeenRequest, response: ServerResponse) => void | Promise<void>;

export type FakeMcpServer = {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  /** What the next requests get; may be changed at any time. */
  answering: Answering;
  close(): Promise<void>;
};

/** One JSON answer with this result, to whatever was asked. */
export const answerWith =
  (result: unknown, status = 200): Answering =>
  (seen, response) => {
    if (seen.message?.id === undefined) {
      response.writeHead(202).end();
      return;
    }
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(JSON.stringify({ jsonrpc: '2.0', id: seen.message.id, result }));
  };

/** An event stream of these messages; `id` in a message given as '$id' is the request's. */
export const streamOf =
  (...messages: readonly object[]): Answering =>
  (seen, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const message of messages)
      response.write(`data: ${JSON.stringify(message).replace('"$id"', JSON.stringify(seen.message?.id))}\n\n`);
    response.end();
  };

export async function startFakeMcpServer(): Promise<FakeMcpServer> {
  const seen: SeenRequest[] = [];
  const parse = (body: string): SeenRequest['message'] => {
    try {
      return JSON.parse(body) as SeenRequest['message'];
    } catch {
      return undefined;
    }
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const one: SeenRequest = {
        method: request.method ?? '',
        headers: request.headers,
        rawHeaders: request.rawHeaders,
        body,
        message: parse(body),
      };
      seen.push(one);
      void fake.answering(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const fake: FakeMcpServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    seen,
    answering: answerWith({ content: [{ type: 'text', text: 'hello' }] }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return fake;
}
