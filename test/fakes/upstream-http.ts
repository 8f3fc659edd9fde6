/** MCP servers over HTTP on 127.0.0.1 for tests of upstream/http*.ts, well-behaved or not, and what calls them. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo, Server as TcpServer, Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { LIMITS } from '#limits.ts';
import type { Result } from '#result.ts';
import { createHttpUpstream } from '#upstream/http.ts';
import type { HttpUpstreamLimits } from '#upstream/http.ts';
import { sendable } from '#upstream/port.ts';
import type { Sendable, Upstream, UpstreamAnswer, UpstreamFault, UpstreamRequest } from '#upstream/port.ts';
import { systemTimers } from '#upstream/timers.ts';
import type { Timers } from '#upstream/timers.ts';

export const CALL = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}}';
export const ANSWER = '{"jsonrpc":"2.0","id":1,"result":{"big":12345678901234567890}}';
export const RPC_ERROR = '{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"no"}}';
export const JSON_TYPE = { 'content-type': 'application/json' };
export const SSE_TYPE = { 'content-type': 'text/event-stream' };

let records = 0;
export function call(overrides: Partial<UpstreamRequest> = {}): Sendable {
  const request: UpstreamRequest = {
    caller: 'issuer\nsubject',
    gatewaySession: undefined,
    kind: 'request',
    idText: '1',
    method: 'tools/call',
    progressTokenText: undefined,
    body: Buffer.from(CALL),
    headers: [['accept', 'application/json, text/event-stream']],
    credential: [],
    timeoutMs: 60_000,
    signal: new AbortController().signal,
    ...overrides,
  };
  return sendable(request, { shard: 'a', n: records++ });
}

export async function listen(t: TestContext, server: Server | TcpServer): Promise<URL> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp?x=1`);
}

export type Overrides = { readonly limits?: Partial<HttpUpstreamLimits>; readonly timers?: Timers };
export function connect(t: TestContext, url: URL, { limits = {}, timers = systemTimers }: Overrides = {}): Upstream {
  const upstream = createHttpUpstream({ url }, { limits: { ...LIMITS, ...limits }, timers });
  t.after(() => upstream.close());
  return upstream;
}

export async function serving(t: TestContext, listener: RequestListener, overrides?: Overrides): Promise<Upstream> {
  return connect(t, await listen(t, createServer(listener)), overrides);
}

/** Reads the request to its end, then answers. */
export function answering(
  status: number,
  headers: Record<string, string | string[]>,
  body?: string | Buffer,
): RequestListener {
  return (request, response) => {
    request.resume().on('end', () => response.writeHead(status, headers).end(body));
  };
}

export async function read(
  answer: UpstreamAnswer,
): Promise<{ readonly texts: string[]; readonly fault: UpstreamFault | undefined }> {
  const texts: string[] = [];
  for await (const message of answer.messages) {
    if (!message.ok) return { texts, fault: message.error };
    texts.push(message.value.bytes.toString());
  }
  return { texts, fault: undefined };
}

export function answered(result: Result<UpstreamAnswer, UpstreamFault>): UpstreamAnswer {
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}

export const refused = (code: UpstreamFault['code'], executed: UpstreamFault['executed'], reason: string) => ({
  ok: false,
  error: { code, executed, reason },
});
