/**
 * `npm run bench`: one MCP call of 2 KB, side by side in one run: direct to the server, through nginx when it is there, through
 * a bare node proxy, through Gatebook with one worker and with two. Load, upstream and target are processes of their own on the same machine.
 * `--write` puts the tables into README.md and docs/OPERATE.md. Prints the machine, the date, and the disk's own sync time.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { availableParallelism, cpus, release, tmpdir, type } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeDisk } from '#ledger/node-disk.ts';
import { readWatermark } from '#ledger/watermark.ts';
import { LIMITS } from '#limits.ts';
import { startFakeIssuer } from '../fakes/issuer.ts';
import { gatewayConfig, REQUEST_BODY } from './bench-config.ts';
import { measureParts, partsTable } from './parts.ts';
import { answered, childrenOf, cpuBetween, cpuOfAll, freePort, memoryOf, startNode, stop } from './processes.ts';
import type { LoadPlan, LoadResult } from './load.ts';
import { streamsTable } from './streams-table.ts';
import type { StreamCosts } from './streams-table.ts';
import { writeTable } from './write-table.ts';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));
const AUDIENCE = 'https://bench.example';
const durationMs = Number(process.env['BENCH_MS'] ?? 8_000);
const warmupMs = Number(process.env['BENCH_WARMUP_MS'] ?? 10_000);

type Target = {
  readonly name: string;
  readonly url: string;
  /** Whose CPU and memory are counted, together. */
  readonly pids: readonly number[];
  readonly headers: Record<string, string>;
};
type Row = {
  readonly name: string;
  readonly closed: LoadResult;
  readonly open: LoadResult;
  readonly mainUs: number;
  readonly allUs: number;
  readonly memory: number;
};

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/** What a program of this folder prints as JSON. */
function printed(file: string, args: readonly string[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(here, file), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('exit', (code) =>
      code === 0 ? resolve(JSON.parse(output)) : reject(new Error(`${file} ended with ${code}`)),
    );
  });
}

const load = async (plan: LoadPlan): Promise<LoadResult> =>
  (await printed('load.ts', [JSON.stringify(plan)])) as LoadResult;

/** A thousand streams and a gigabyte; the gateway is one of its own. */
const measureStreams = async (): Promise<StreamCosts> => (await printed('streams.ts', ['--json'])) as StreamCosts;

/** nginx itself, without root and without touching its installed configuration. */
async function startNginx(port: number, upstreamPort: number, folder: string): Promise<ChildProcess | undefined> {
  const config = `daemon off; pid ${folder}/nginx.pid; error_log /dev/null; worker_processes 1;
events { worker_connections 512; }
http { access_log off; client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder}; uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
  upstream mcp { server 127.0.0.1:${upstreamPort}; keepalive 64; }
  server { listen 127.0.0.1:${port}; location / { proxy_pass http://mcp; proxy_http_version 1.1; proxy_set_header Connection ""; } } }`;
  writeFileSync(join(folder, 'nginx.conf'), config);
  const child = spawn('nginx', ['-c', join(folder, 'nginx.conf')], { stdio: 'ignore' });
  const isStarted = await Promise.race([
    new Promise<boolean>((resolve) => child.once('error', () => resolve(false))),
    new Promise<boolean>((resolve) => child.once('exit', () => resolve(false))),
    new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 300)),
  ]);
  return isStarted ? child : undefined;
}

const pidOf = (child: ChildProcess): number => child.pid ?? 0;
/** A process and its workers. */
const familyOf = (child: ChildProcess): readonly number[] => [pidOf(child), ...childrenOf(pidOf(child))];

/** What one fdatasync of a small append costs on this disk: median and p99 of 300. */
function syncTimes(folder: string): { readonly p50: number; readonly p99: number } {
  const file = openSync(join(folder, 'sync'), 'w');
  writeSync(file, Buffer.alloc(4 * 1024 * 1024));
  fdatasyncSync(file);
  const times: number[] = [];
  for (let at = 0; at < 300; at += 1) {
    const started = performance.now();
    writeSync(file, Buffer.alloc(4_096, 1), 0, 4_096, at * 4_096);
    fdatasyncSync(file);
    times.push(performance.now() - started);
  }
  closeSync(file);
  times.sort((a, b) => a - b);
  return { p50: times[150] ?? Number.NaN, p99: times[297] ?? Number.NaN };
}

async function measure(target: Target): Promise<Row> {
  const common = {
    url: target.url,
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...target.headers },
    body: REQUEST_BODY,
  };
  // Warm up outside the measured window, so that the CPU figures hold calls of the measured kind only.
  await load({ ...common, loop: 'closed', inFlight: 16, warmupMs: 0, durationMs: warmupMs });
  const before = cpuOfAll(target.pids);
  const closed = await load({ ...common, loop: 'closed', inFlight: 16, warmupMs: 0, durationMs });
  const used = cpuBetween(before, cpuOfAll(target.pids));
  const open = await load({ ...common, loop: 'open', perSecond: 1_000, warmupMs: 1_000, durationMs });
  return {
    name: target.name,
    closed,
    open,
    mainUs: used.mainUs / closed.calls,
    allUs: used.allUs / closed.calls,
    memory: target.pids.reduce((sum, pid) => sum + memoryOf(pid), 0),
  };
}

function table(rows: readonly Row[]): string {
  const number = (value: number, digits = 0): string =>
    Number.isFinite(value)
      ? value.toLocaleString('en-US', { maximumFractionDigits: digits, minimumFractionDigits: digits })
      : '–';
  const direct = rows[0];
  const head =
    '| path | calls/s, 16 in flight | p50 ms | p99 ms | at 1,000 calls/s: p50 ms | p99 ms | added p50 ms | CPU µs/call, main thread | all threads | memory MiB | failed |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|';
  const lines = rows.map((row) => {
    const cells = [
      row.name,
      number(row.closed.calls / row.closed.seconds),
      number(row.closed.p50Ms, 2),
      number(row.closed.p99Ms, 2),
      number(row.open.p50Ms, 2),
      number(row.open.p99Ms, 2),
      number(row.open.p50Ms - (direct?.open.p50Ms ?? 0), 2),
      number(row.mainUs),
      number(row.allUs),
      number(row.memory),
      String(row.closed.failed + row.open.failed),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [head, ...lines].join('\n');
}

type Site = {
  readonly folder: string;
  readonly upstreamPort: number;
  readonly issuerUrl: string;
  readonly token: string;
  /** Ended when the benchmark is, last first. */
  readonly started: ChildProcess[];
};

type StartedGateway = { readonly child: ChildProcess; readonly url: string; readonly readyMs: number };

/** Ready once every worker is: each has a connection of its own to answer on. */
async function startGateway(site: Site, workers: number, port: number): Promise<StartedGateway> {
  const config = join(site.folder, `gatebook-${workers}.yaml`);
  const { upstreamPort, issuerUrl: issuer } = site;
  writeFileSync(config, gatewayConfig({ port, upstreamPort, issuer, audience: AUDIENCE, workers }));
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(root, 'src/bin/gatebook.ts'), 'serve', '--config', config],
    { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, BENCH_CREDENTIAL: 'bench-upstream-credential' } },
  );
  site.started.push(child);
  const url = `http://127.0.0.1:${port}`;
  const readyMs = await answered(`${url}/readyz`, 20_000);
  const pidFile = join(site.folder, `data-${workers}`, 'gateway.pid');
  while (!existsSync(pidFile)) {
    await new Promise((wake) => {
      setTimeout(wake, 10);
    });
  }
  return { child, url: `${url}/mcp/tickets`, readyMs };
}

/** Bytes of records and of index files that `calls` calls left behind. */
async function diskOf(folder: string, shard: string): Promise<{ readonly ledger: number; readonly index: number }> {
  const mark = await readWatermark(nodeDisk, join(folder, 'ledger', shard));
  const index = join(folder, 'index', shard);
  return {
    ledger: mark === undefined ? Number.NaN : mark.segment * LIMITS.segmentBytes + mark.offset,
    index: readdirSync(index).reduce((sum, name) => sum + statSync(join(index, name)).size, 0),
  };
}

async function measureGateway(site: Site, workers: number, port: number): Promise<Row> {
  const { child, url } = await startGateway(site, workers, port);
  const name = workers === 1 ? 'Gatebook, 1 worker' : `Gatebook, ${workers} workers`;
  say(`measuring ${name}`);
  const row = await measure({ name, url, pids: familyOf(child), headers: { authorization: `Bearer ${site.token}` } });
  await stop(child);
  return row;
}

/** What anything in front of the server costs, to compare with. */
async function measureOthers(site: Site): Promise<readonly Row[]> {
  const { upstreamPort, folder, started } = site;
  const upstream = started[0];
  const [nginxPort, barePort] = await Promise.all([freePort(), freePort()]);
  const nginx = await startNginx(nginxPort, upstreamPort, folder);
  if (nginx !== undefined) started.push(nginx);
  const bare = await startNode(join(here, 'bare-proxy.ts'), [String(barePort), `http://127.0.0.1:${upstreamPort}`]);
  started.push(bare);
  const targets: Target[] = [
    {
      name: 'direct',
      url: `http://127.0.0.1:${upstreamPort}/mcp`,
      pids: upstream === undefined ? [] : [pidOf(upstream)],
      headers: {},
    },
    ...(nginx === undefined
      ? []
      : [{ name: 'nginx', url: `http://127.0.0.1:${nginxPort}/mcp`, pids: familyOf(nginx), headers: {} }]),
    { name: 'bare node proxy', url: `http://127.0.0.1:${barePort}/mcp`, pids: [pidOf(bare)], headers: {} },
  ];
  const rows: Row[] = [];
  for (const target of targets) {
    say(`measuring ${target.name}`);
    rows.push(await measure(target));
  }
  return rows;
}

/** Exec to ready, milliseconds: the first with an empty compile cache and a new ledger; and the memory of an idle gateway. */
async function measureStarts(site: Site): Promise<{ readonly readyMs: readonly number[]; readonly idleMiB: number }> {
  const port = await freePort();
  const readyMs: number[] = [];
  let idleMiB = Number.NaN;
  for (let at = 0; at < 4; at += 1) {
    const gateway = await startGateway(site, 1, port);
    readyMs.push(gateway.readyMs);
    idleMiB = memoryOf(pidOf(gateway.child));
    await stop(gateway.child);
  }
  return { readyMs, idleMiB };
}

const rounded = (value: number): string => Math.round(value).toLocaleString('en-US');

function capacityTable(rows: readonly Row[], idleMiB: number, disk: { ledger: number; index: number }): string {
  const lines = rows.map(
    ({ name, closed, allUs, memory }) =>
      `| ${name} | ${rounded(closed.calls / closed.seconds)} | ${rounded(allUs)} | ${rounded(memory)} |`,
  );
  return [
    '| | calls/s at saturation | CPU µs a call | memory under load, MiB |',
    '|---|--:|--:|--:|',
    ...lines,
    '',
    `Idle: ${rounded(idleMiB)} MiB a process. A call with a 128-byte request and a 2 KB answer leaves ${rounded(disk.ledger)} bytes in the ledger and ${rounded(disk.index)} in the index: ${(disk.ledger / 1000).toFixed(1)} and ${(disk.index / 1000).toFixed(1)} GB for each million calls.`,
  ].join('\n');
}

async function measureAll(site: Site): Promise<void> {
  const { folder } = site;
  const others = await measureOthers(site);
  const { readyMs, idleMiB } = await measureStarts(site);
  const gateways: Row[] = [];
  for (const workers of [1, 2]) gateways.push(await measureGateway(site, workers, await freePort()));
  const { size = 0 } = (await readWatermark(nodeDisk, join(folder, 'data-1', 'ledger', 'a'))) ?? {};
  const used = await diskOf(join(folder, 'data-1'), 'a');
  say('measuring streams');
  const streams = await measureStreams();
  say('measuring the parts');
  const parts = await measureParts();
  const sync = syncTimes(folder);
  const isCompared = others.some(({ name }) => name === 'nginx');
  const machine = `${type()} ${release()}, ${availableParallelism()} cores of ${cpus()[0]?.model ?? 'unknown'}, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}`;
  const text = [
    `${machine}; one fdatasync here: p50 ${sync.p50.toFixed(2)} ms, p99 ${sync.p99.toFixed(2)} ms. Load, server and target share the cores.${isCompared ? '' : ' nginx is not installed here.'}`,
    '',
    table([...others, ...gateways]),
    '',
    `Exec to ready: ${readyMs.map((ms) => Math.round(ms)).join(', ')} ms (the first with an empty compile cache and a new ledger). Memory idle: ${Math.round(idleMiB)} MiB.`,
    '',
    streamsTable(streams),
    '',
    partsTable(parts),
  ].join('\n');
  // Two records a call, nearly all there are.
  const perCall = { ledger: (used.ledger / size) * 2, index: (used.index / size) * 2 };
  const capacity = `${machine}.\n\n${capacityTable(gateways, idleMiB, perCall)}`;
  say(`\n${text}\n\n${capacity}`);
  if (!process.argv.includes('--write')) return;
  writeTable('README.md', 'bench', text);
  writeTable('docs/OPERATE.md', 'capacity', capacity);
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gatebook-bench-'));
  const started: ChildProcess[] = [];
  const issuer = await startFakeIssuer();
  try {
    const upstreamPort = await freePort();
    started.push(await startNode(join(here, 'upstream.ts'), [String(upstreamPort)]));
    const now = Math.floor(Date.now() / 1_000);
    const token = await issuer.sign({
      ver: 1,
      cid: 'bench-client',
      sub: 'bench-client',
      aud: AUDIENCE,
      iat: now,
      exp: now + 3_600,
      scp: ['mcp'],
    });
    await measureAll({ folder, upstreamPort, issuerUrl: issuer.url, token, started });
  } finally {
    for (const child of started.toReversed()) await stop(child);
    await issuer.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
