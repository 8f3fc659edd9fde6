/**
 * What streams cost, on loopback: memory and CPU of 1,000 open ones, memory while a gigabyte passes through one, and how much
 * later than without the gateway a message of a stream arrives.
 *   node tools/run.mjs test/bench/streams.ts [streams] [megabytes] [--json]
 * The streams that are opened and the paced messages are GET streams; the gigabyte is the answer to one call.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fdatasyncSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startFakeIssuer } from '../fakes/issuer.ts';
import { cpuBetween, cpuOf, freePort, memoryOf, stop } from './processes.ts';
import { streamsTable } from './streams-table.ts';
import type { Flood, StreamCosts } from './streams-table.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const AUDIENCE = 'https://bench.example';
const [streamsWanted = '1000', megabytes = '1024'] = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const STREAMS = Number(streamsWanted);
const MEGABYTES = Number(megabytes);
const MESSAGE_BYTES = 64 * 1024;
const PACED = 1_000;
const PACE_MS = 5;
const QUIET_SECONDS = 10;

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));
const sorted = (values: readonly number[]): readonly number[] => values.toSorted((a, b) => a - b);
const at = (values: readonly number[], part: number): number =>
  sorted(values)[Math.floor(values.length * part)] ?? Number.NaN;
const message = (data: object): string =>
  `data: ${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data } })}\n\n`;

/** The MCP server: streams that say what they are told to, and a tool that answers with a flood. */
async function startUpstream() {
  const listening: ServerResponse[] = [];
  const flood = async (response: ServerResponse, id: unknown): Promise<void> => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const event = message({ text: 'parcel of the day '.repeat(Math.floor(MESSAGE_BYTES / 18)) });
    for (let sent = 0; sent < MEGABYTES * 1024 * 1024; sent += event.length)
      if (!response.write(event)) await once(response, 'drain');
    response.end(`data: ${JSON.stringify({ jsonrpc: '2.0', id, result: { content: [] } })}\n\n`);
  };
  const server = createServer((request, response) => {
    if (request.method === 'GET') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      listening.push(response);
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { id, method } = JSON.parse(Buffer.concat(chunks).toString()) as { id?: unknown; method: string };
      if (method === 'tools/call') {
        void flood(response, id);
        return;
      }
      const headers = { 'content-type': 'application/json', 'mcp-session-id': `s${Math.random()}` };
      response.writeHead(200, headers).end(JSON.stringify({ jsonrpc: '2.0', id, result: { capabilities: {} } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, listening, port: (server.address() as AddressInfo).port };
}

const configOf = (port: number, upstreamPort: number, issuer: string): string => `version: 1
deployment: bench
server: { listen: 127.0.0.1:${port} }
data: ./data
issuers: { idp: { preset: okta, issuer: "${issuer}", audiences: ["${AUDIENCE}"] } }
connections:
  tickets: { upstream: { type: http, url: "http://127.0.0.1:${upstreamPort}/mcp" } }
levels: { read: { allow: ["tools/call:*"] } }
grants: [{ clients: ["idp:bench-client"], connections: [tickets], level: read }]
limits: { callerCallsPerMinute: 10000000, callerCallsBurst: 1000000, callsInFlight: 10000, callsInFlightPerCaller: 10000, streamsPerCaller: 10000, clientConnections: 20000, connectionsPerSource: 20000 }
`;

async function startGateway(folder: string): Promise<ReturnType<typeof spawn>> {
  const args = ['--disable-warning=ExperimentalWarning', join(root, 'src/bin/gatebook.ts'), 'serve', '--config'];
  const child = spawn(process.execPath, [...args, join(folder, 'gatebook.yaml')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ready = Promise.withResolvers<void>();
  child.stderr?.on('data', (chunk: Buffer) => (chunk.includes('ready') ? ready.resolve() : undefined));
  child.once('exit', (code) => ready.reject(new Error(`the gateway ended with ${code}`)));
  await ready.promise;
  return child;
}

/** Median time of a sync of 4 KiB on this disk. */
function syncMs(folder: string): number {
  const file = openSync(join(folder, 'sync'), 'w');
  writeSync(file, Buffer.alloc(4 * 1024 * 1024));
  fdatasyncSync(file);
  const times = Array.from({ length: 300 }, (_, turn) => {
    const started = performance.now();
    writeSync(file, Buffer.alloc(4_096, 1), 0, 4_096, turn * 4_096);
    fdatasyncSync(file);
    return performance.now() - started;
  });
  closeSync(file);
  return at(times, 0.5);
}

type Client = { readonly url: string; readonly headers: Readonly<Record<string, string>> };

function ask({ url, headers }: Client, method: string, more: Readonly<Record<string, string>>, body?: object) {
  return new Promise<IncomingMessage>((resolve, reject) => {
    const request = httpRequest(url, { method, agent: false, headers: { ...headers, ...more } }, resolve);
    request.once('error', reject);
    request.end(body === undefined ? undefined : JSON.stringify({ jsonrpc: '2.0', ...body }));
  });
}
const POST = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

async function begin(client: Client): Promise<string> {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } };
  const response = await ask(client, 'POST', POST, { id: 1, method: 'initialize', params });
  response.resume();
  await once(response, 'end');
  const session = response.headers['mcp-session-id'];
  if (typeof session !== 'string') throw new Error(`no session: ${response.statusCode}`);
  return session;
}

async function openStream(client: Client): Promise<IncomingMessage> {
  const session = await begin(client);
  const response = await ask(client, 'GET', { accept: 'text/event-stream', 'mcp-session-id': session });
  if (response.statusCode !== 200) throw new Error(`no stream: ${response.statusCode}`);
  return response;
}

/** How long each of many messages took from the server's write to the client's read, milliseconds. */
async function delays(stream: IncomingMessage, server: ServerResponse): Promise<readonly number[]> {
  const taken: number[] = [];
  let text = '';
  const done = new Promise<void>((resolve) => {
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) {
        const sentMs = Number(/"sentMs":([\d.]+)/.exec(event)?.[1] ?? Number.NaN);
        if (Number.isFinite(sentMs)) taken.push(performance.now() - sentMs);
      }
      if (taken.length >= PACED) resolve();
    });
  });
  for (let count = 0; count < PACED; count += 1) {
    server.write(message({ sentMs: performance.now(), text: 'parcel '.repeat(40) }));
    await pause(PACE_MS);
  }
  await done;
  stream.removeAllListeners('data').resume();
  // The first ones pay for what is compiled.
  return taken.slice(PACED / 10);
}

async function floodOf(client: Client, pid: number): Promise<Flood> {
  const session = await begin(client);
  const params = { name: 'flood', arguments: {} };
  const before = cpuOf(pid);
  const started = performance.now();
  let peak = 0;
  const watching = setInterval(() => (peak = Math.max(peak, memoryOf(pid))), 100);
  const response = await ask(
    client,
    'POST',
    { ...POST, 'mcp-session-id': session },
    { id: 2, method: 'tools/call', params },
  );
  let bytes = 0;
  for await (const chunk of response) bytes += (chunk as Buffer).length;
  clearInterval(watching);
  const seconds = (performance.now() - started) / 1_000;
  const { allUs } = cpuBetween(before, cpuOf(pid));
  return {
    mib: bytes / 1024 ** 2,
    messageKib: MESSAGE_BYTES / 1024,
    seconds,
    cpuSeconds: allUs / 1e6,
    peakMib: peak,
  };
}

async function measure(
  client: Client,
  pid: number,
  upstream: Awaited<ReturnType<typeof startUpstream>>,
  syncP50: number,
): Promise<StreamCosts> {
  const idleMib = memoryOf(pid);
  const first = await openStream(client);
  const [server] = upstream.listening;
  if (server === undefined) throw new Error('the server has no stream');
  const through = await delays(first, server);
  const direct = await ask({ url: `http://127.0.0.1:${upstream.port}/mcp`, headers: {} }, 'GET', {});
  const own = upstream.listening.at(-1);
  const without = own === undefined ? [] : await delays(direct, own);
  direct.destroy();
  const directMs = at(without, 0.5);
  const streams: IncomingMessage[] = [first];
  while (streams.length < STREAMS) {
    const some = Array.from({ length: Math.min(50, STREAMS - streams.length) }, () => openStream(client));
    streams.push(...(await Promise.all(some)));
  }
  for (const stream of streams) stream.resume();
  const before = cpuOf(pid);
  await pause(QUIET_SECONDS * 1_000);
  const { allUs } = cpuBetween(before, cpuOf(pid));
  const openMib = memoryOf(pid);
  for (const stream of streams) stream.destroy();
  return {
    perSecond: 1_000 / PACE_MS,
    p50Ms: at(through, 0.5),
    p99Ms: at(through, 0.99),
    directMs,
    syncMs: syncP50,
    idleMib,
    streams: streams.length,
    openMib,
    corePercent: allUs / 1e4 / QUIET_SECONDS,
    flood: await floodOf(client, pid),
  };
}

const folder = mkdtempSync(join(tmpdir(), 'gatebook-streams-'));
const [issuer, upstream] = await Promise.all([startFakeIssuer(), startUpstream()]);
const port = await freePort();
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'gatebook.yaml'), configOf(port, upstream.port, issuer.url));
const gateway = await startGateway(folder);
try {
  const token = await issuer.sign({ ver: 1, aud: AUDIENCE, cid: 'bench-client', sub: 'bench-client', scp: ['mcp'] });
  const client = { url: `http://127.0.0.1:${port}/mcp/tickets`, headers: { authorization: `Bearer ${token}` } };
  const costs = await measure(client, gateway.pid ?? 0, upstream, syncMs(folder));
  say(process.argv.includes('--json') ? JSON.stringify(costs) : streamsTable(costs));
} finally {
  await stop(gateway);
  upstream.server.closeAllConnections();
  upstream.server.close();
  await issuer.close();
  rmSync(folder, { recursive: true, force: true });
}
