/** `gatebook connect` in this process, between a client that is a test and an HTTP server that is one too. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { connect } from '#cli/connect.ts';
import type { ConnectOptions } from '#cli/connect.ts';
import type { CliIo } from '#cli/io.ts';
import type { Limits } from '#limits.ts';
import { LIMITS } from '#limits.ts';

export type Asked = {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The message's. */
  readonly rpc: { readonly id?: unknown; readonly method?: string; readonly params?: Record<string, unknown> };
  readonly response: ServerResponse;
};

export type ConnectRig = {
  readonly url: URL;
  /** Lines of the client. */
  say(message: object | string): void;
  endInput(): void;
  readonly asked: readonly Asked[];
  readonly lines: readonly string[];
  stderr(): string;
  until(condition: () => boolean): Promise<void>;
  /** The line that answers this id. */
  answer(id: unknown): Promise<Record<string, unknown>>;
  interrupt(): void;
  readonly exit: Promise<number>;
  /** Of the HTTP server: no new connections, all sockets closed. */
  stopServer(): void;
};

export type ConnectRigOptions = {
  readonly options?: ConnectOptions;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly limits?: Partial<Limits>;
  readonly path?: string;
};

export const json = (
  response: ServerResponse,
  body: object,
  headers: Record<string, string> = {},
  status = 200,
): void =>
  void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
export const stream = (response: ServerResponse, headers: Record<string, string> = {}): ServerResponse =>
  response.writeHead(200, { 'content-type': 'text/event-stream', ...headers });
export const event = (body: object, id?: string): string =>
  `${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify({ jsonrpc: '2.0', ...body })}\n\n`;

export async function startConnectRig(
  t: TestContext,
  serve: (asked: Asked, count: number) => void,
  { options = {}, env = { GATEBOOK_TOKEN: 'of-the-caller' }, limits = {}, path = '/mcp/notes' }: ConnectRigOptions = {},
): Promise<ConnectRig> {
  const asked: Asked[] = [];
  const lines: string[] = [];
  let errors = '';
  const waiting = new Set<() => void>();
  const happened = (): void => {
    for (const wake of waiting) wake();
  };
  const server = createServer((request, response) => {
    const take = async (): Promise<void> => {
      const body = await text(request);
      const { method = '', headers } = request;
      const one: Asked = {
        method,
        headers,
        body,
        rpc: body === '' ? {} : (JSON.parse(body) as Asked['rpc']),
        response,
      };
      response.on('close', happened);
      asked.push(one);
      serve(one, asked.length);
      happened();
    };
    void take();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(path, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const stdin = new PassThrough();
  const stop = new AbortController();
  const io: CliIo = {
    stdin,
    stdout: {
      write: (line) => {
        lines.push(...line.split('\n').slice(0, -1));
        happened();
      },
    },
    stderr: {
      write: (line) => {
        errors += line;
        happened();
      },
    },
    env,
    cwd: '/',
    exit: () => {},
  };
  const exit = connect(io, url.href, options, stop.signal, {
    ...LIMITS,
    connectRetryMs: 1,
    connectRetryMsMin: 1,
    connectRetryMsMax: 5,
    ...limits,
  });
  t.after(async () => {
    stop.abort();
    stdin.end();
    server.closeAllConnections();
    await exit;
    if (server.listening) server.close();
  });
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.add(resolve);
      await promise;
      waiting.delete(resolve);
    }
  };
  const parsed = (): Record<string, unknown>[] => lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const isAnswer = (id: unknown) => (line: Record<string, unknown>) =>
    line['id'] === id && line['method'] === undefined;
  return {
    url,
    say: (message) =>
      void stdin.write(`${typeof message === 'string' ? message : JSON.stringify({ jsonrpc: '2.0', ...message })}\n`),
    endInput: () => void stdin.end(),
    asked,
    lines,
    stderr: () => errors,
    until,
    answer: async (id) => {
      await until(() => parsed().some(isAnswer(id)));
      return parsed().find(isAnswer(id)) ?? {};
    },
    interrupt: () => stop.abort(),
    exit,
    stopServer: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
