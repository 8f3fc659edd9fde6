/**
 * `npm run bench:approvals`: what calls cost that wait for people, on loopback: memory and CPU of 10,000 that wait at once, how
 * long after the decision a call is sent, and what rules cost that hold none of a call. `-- --write` puts the table into
 * docs/APPROVALS.md.
 *   node tools/run.mjs test/bench/approvals.ts [calls] [decisions] [--write]
 */
import { fork, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startFakeIssuer } from '../fakes/issuer.ts';
import type { FakeIssuer } from '../fakes/issuer.ts';
import { approvalsTable } from './approvals-table.ts';
import type { ApprovalCosts, Delays, Memory } from './approvals-table.ts';
import { measureHoldRules } from './hold-rules.ts';
import { answered, cpuBetween, cpuOf, freePort, stop } from './processes.ts';
import type { WaitingPlan, WaitingWord } from './waiting-clients.ts';
import { tableNote, writeTable } from './write-table.ts';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));
const AUDIENCE = 'https://bench.example';
const API_AUDIENCE = 'https://bench.example/api';
const [callsWanted = '10000', decisionsWanted = '300'] = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const CALLS = Number(callsWanted);
const DECISIONS = Number(decisionsWanted);
const PER_CALLER = 20;
const ARGUMENT_CHARS = 200;
const SETTLE_MS = 10_000;
const QUIET_MS = 20_000;
const OPEN_MS = 240_000;

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

/** The MCP server: says when a call reached it. */
async function startUpstream() {
  let arrived: (atMs: number) => void = () => undefined;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      arrived(performance.now());
      const { id } = JSON.parse(Buffer.concat(chunks).toString()) as { id?: unknown };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ jsonrpc: '2.0', id, result: { content: [] } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    /** When the next call reached it, monotonic milliseconds. */
    next: () => new Promise<number>((resolve) => (arrived = resolve)),
    close(): void {
      server.closeAllConnections();
      server.close();
    },
  };
}

const configOf = (port: number, upstreamPort: number, issuer: string): string => `version: 1
deployment: bench
server: { listen: 127.0.0.1:${port} }
data: ./data
issuers: { idp: { preset: okta, issuer: "${issuer}", audiences: ["${AUDIENCE}"], apiAudience: "${API_AUDIENCE}" } }
roles: { approver: ["idp:approvers"] }
connections:
  tickets: { upstream: { type: http, url: "http://127.0.0.1:${upstreamPort}/mcp" } }
levels: { write: { allow: ["tools/call:*"] } }
grants: [{ groups: ["idp:callers"], connections: [tickets], level: write }]
rules:
  - { name: hold-deletes, when: 'method == "tools/call" && name.startsWith("delete_")', then: hold, approvers: ["idp:approvers"], waitMinutes: 600 }
# One address is all callers here; a call waits for as long as this takes.
limits: { approvalHoldMs: 3600000, approvals: 20000, clientConnections: ${CALLS + 1_000}, connectionsPerSource: ${CALLS + 1_000} }
`;

type Gateway = { readonly child: ChildProcess; readonly memory: () => Promise<Memory> };

/** Without what nobody needs any more: garbage is collected first, through node's inspector. */
async function memoryIn(port: number): Promise<Memory> {
  const listed = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as readonly {
    readonly webSocketDebuggerUrl: string;
  }[];
  const socket = new WebSocket(listed[0]?.webSocketDebuggerUrl ?? '');
  const next = (event: 'open' | 'message'): Promise<Event> =>
    new Promise((resolve, reject) => {
      socket.addEventListener(event, resolve, { once: true });
      socket.addEventListener('error', reject, { once: true });
    });
  await next('open');
  const ask = async (method: string, params: object = {}): Promise<unknown> => {
    socket.send(JSON.stringify({ id: 1, method, params }));
    return JSON.parse(String(((await next('message')) as MessageEvent).data));
  };
  await ask('HeapProfiler.collectGarbage');
  await pause(1_000);
  const said = await ask('Runtime.evaluate', { expression: 'process.memoryUsage()', returnByValue: true });
  socket.close();
  const { rss, heapUsed, external } = (said as { result: { result: { value: NodeJS.MemoryUsage } } }).result.result
    .value;
  return { residentMib: rss / 1024 ** 2, heapMib: (heapUsed + external) / 1024 ** 2 };
}

async function startGateway(config: string): Promise<Gateway> {
  const port = await freePort();
  const args = ['--disable-warning=ExperimentalWarning', `--inspect=127.0.0.1:${port}`];
  const child = spawn(process.execPath, [...args, join(root, 'src/bin/gatebook.ts'), 'serve', '--config', config], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return { child, memory: () => memoryIn(port) };
}

/** Resolves once all of them wait. */
async function startClients(plan: WaitingPlan, started: ChildProcess[]): Promise<ChildProcess> {
  const child = fork(join(here, 'waiting-clients.ts'), { execArgv: ['--disable-warning=ExperimentalWarning'] });
  started.push(child);
  let waiting = 0;
  let failed: string | undefined;
  child.on('message', (said: WaitingWord) => {
    if ('failed' in said) failed = said.failed;
    else waiting = said.waiting;
  });
  child.send(plan);
  const deadline = performance.now() + OPEN_MS;
  while (waiting < plan.calls) {
    if (failed !== undefined) throw new Error(failed);
    if (performance.now() > deadline) throw new Error(`only ${waiting} of ${plan.calls} calls wait`);
    await pause(50);
  }
  return child;
}

type Site = {
  readonly origin: string;
  readonly lead: string;
  readonly upstream: Awaited<ReturnType<typeof startUpstream>>;
};

async function pendingIds({ origin, lead }: Site): Promise<readonly string[]> {
  const response = await fetch(`${origin}/api/v1/approvals?state=pending`, {
    headers: { authorization: `Bearer ${lead}` },
  });
  const listed = (await response.json()) as readonly { readonly id: string }[];
  return listed.map(({ id }) => id);
}

/** One decision after the other: from the approver's request, and from the answer to it, until the server has the call. */
async function decide(site: Site, count: number): Promise<Delays> {
  const ids = (await pendingIds(site)).slice(0, count);
  if (ids.length < count) throw new Error(`only ${ids.length} requests are listed`);
  const [fromAsked, fromSaid]: [number[], number[]] = [[], []];
  for (const id of ids) {
    const reached = site.upstream.next();
    const askedMs = performance.now();
    const response = await fetch(`${site.origin}/api/v1/approvals/${id}/decision`, {
      method: 'POST',
      headers: { authorization: `Bearer ${site.lead}`, 'content-type': 'application/json' },
      body: JSON.stringify({ decision: 'approve', scope: 'once' }),
    });
    const saidMs = performance.now();
    if (response.status !== 200) throw new Error(`a decision was refused: ${response.status} ${await response.text()}`);
    await response.arrayBuffer();
    const reachedMs = await reached;
    fromAsked.push(reachedMs - askedMs);
    fromSaid.push(Math.max(0, reachedMs - saidMs));
  }
  return { fromAsked, fromSaid };
}

async function measure(
  site: Site,
  { child: { pid = 0 }, memory }: Gateway,
  issuer: FakeIssuer,
  started: ChildProcess[],
): Promise<ApprovalCosts> {
  const sign = (sub: string): Promise<string> =>
    issuer.sign({
      ver: 1,
      aud: AUDIENCE,
      cid: 'bench-client',
      sub,
      uid: sub,
      scp: ['mcp'],
      groups: ['callers'],
      exp: Math.floor(Date.now() / 1_000) + 3_600,
    });
  const tokens = await Promise.all(
    Array.from({ length: Math.ceil(CALLS / PER_CALLER) + 1 }, (_, at) => sign(`u${at}`)),
  );
  const plan = {
    port: Number(new URL(site.origin).port),
    path: '/mcp/tickets',
    perSecond: 80,
    argumentChars: ARGUMENT_CHARS,
  };
  say('warming up');
  const warm = Math.min(CALLS, 200);
  const first = await startClients({ ...plan, tokens, calls: warm }, started);
  const few = await decide(site, warm);
  await stop(first);
  await pause(SETTLE_MS);
  const idle = await memory();
  say(`opening ${CALLS} calls`);
  const openedMs = performance.now();
  const clients = await startClients({ ...plan, tokens, calls: CALLS }, started);
  say(`they wait after ${((performance.now() - openedMs) / 1_000).toFixed(0)} s`);
  await pause(SETTLE_MS);
  const before = cpuOf(pid);
  await pause(QUIET_MS);
  const { allUs } = cpuBetween(before, cpuOf(pid));
  const waiting = await memory();
  say('deciding');
  const many = await decide(site, DECISIONS);
  const stillWaiting = await memory();
  await stop(clients);
  await pause(SETTLE_MS);
  const left = await memory();
  say('measuring rules');
  return {
    calls: CALLS,
    argumentBytes: ARGUMENT_CHARS,
    idle,
    waiting,
    eachKib: ((stillWaiting.heapMib - left.heapMib) * 1_024) / (CALLS - DECISIONS),
    corePercent: (allUs / QUIET_MS / 1_000) * 100,
    few,
    fewCalls: warm,
    many,
    rules: measureHoldRules(),
  };
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gatebook-approvals-'));
  const started: ChildProcess[] = [];
  const [issuer, upstream] = await Promise.all([startFakeIssuer(), startUpstream()]);
  try {
    const port = await freePort();
    const config = join(folder, 'gatebook.yaml');
    writeFileSync(config, configOf(port, upstream.port, issuer.url));
    const gateway = await startGateway(config);
    started.push(gateway.child);
    const origin = `http://127.0.0.1:${port}`;
    await answered(`${origin}/readyz`, 20_000);
    const lead = await issuer.sign({
      ver: 1,
      aud: API_AUDIENCE,
      cid: 'console',
      sub: 'lead@example.com',
      uid: 'lead',
      groups: ['approvers'],
      exp: Math.floor(Date.now() / 1_000) + 3_600,
    });
    const costs = await measure({ origin, lead, upstream }, gateway, issuer, started);
    const text = `${tableNote()} Gateway, clients, server and issuer share the cores.\n\n${approvalsTable(costs)}`;
    say(`\n${text}`);
    if (process.argv.includes('--write')) writeTable('docs/APPROVALS.md', 'measured', text);
  } finally {
    for (const child of started.toReversed()) await stop(child);
    upstream.close();
    await issuer.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
