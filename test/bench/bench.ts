/**
 * `npm run bench`: one MCP call of 2 KB, side by side in one run: direct to the server, through nginx when it is there, through
 * a bare node proxy, through Gatebook. Load, upstream and target are processes of their own on the same machine.
 * `--write` puts the table into README.md. Prints the machine, the date, and the disk's own sync time.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import {
  closeSync,
  fdatasyncSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { availableParallelism, cpus, release, tmpdir, type } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startFakeIssuer } from '../fakes/issuer.ts';
import { gatewayConfig, REQUEST_BODY } from './bench-config.ts';
import { measureParts, partsTable } from './parts.ts';
import { answered, cpuBetween, cpuOf, freePort, memoryOf, startNode, stop } from './processes.ts';
import type { LoadPlan, LoadResult } from './load.ts';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));
const AUDIENCE = 'https://bench.example';
const durationMs = Number(process.env['BENCH_MS'] ?? 8_000);
const warmupMs = Number(process.env['BENCH_WARMUP_MS'] ?? 10_000);

type Target = {
  readonly name: string;
  readonly url: string;
  readonly pid: number | undefined;
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

function load(plan: LoadPlan): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(here, 'load.ts'), JSON.stringify(plan)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('exit', (code) =>
      code === 0 ? resolve(JSON.parse(output) as LoadResult) : reject(new Error(`load ended with ${code}`)),
    );
  });
}

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

/** The one worker of nginx does the work; its parent only waits. */
function workerOf(pid: number | undefined): number | undefined {
  if (pid === undefined) return undefined;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  return children[0] === undefined || children[0] === '' ? pid : Number(children[0]);
}

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
  const before = target.pid === undefined ? undefined : cpuOf(target.pid);
  const closed = await load({ ...common, loop: 'closed', inFlight: 16, warmupMs: 0, durationMs });
  const used = before === undefined || target.pid === undefined ? undefined : cpuBetween(before, cpuOf(target.pid));
  const open = await load({ ...common, loop: 'open', perSecond: 1_000, warmupMs: 1_000, durationMs });
  return {
    name: target.name,
    closed,
    open,
    mainUs: (used?.mainUs ?? Number.NaN) / closed.calls,
    allUs: (used?.allUs ?? Number.NaN) / closed.calls,
    memory: target.pid === undefined ? Number.NaN : memoryOf(target.pid),
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

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gatebook-bench-'));
  const started: ChildProcess[] = [];
  const issuer = await startFakeIssuer();
  try {
    const [upstreamPort, nginxPort, barePort, gatewayPort] = await Promise.all([
      freePort(),
      freePort(),
      freePort(),
      freePort(),
    ]);
    const upstream = await startNode(join(here, 'upstream.ts'), [String(upstreamPort)]);
    started.push(upstream);
    const nginx = await startNginx(nginxPort, upstreamPort, folder);
    if (nginx !== undefined) started.push(nginx);
    const bare = await startNode(join(here, 'bare-proxy.ts'), [String(barePort), `http://127.0.0.1:${upstreamPort}`]);
    started.push(bare);

    const config = join(folder, 'gatebook.yaml');
    writeFileSync(config, gatewayConfig({ port: gatewayPort, upstreamPort, issuer: issuer.url, audience: AUDIENCE }));
    const serve = (): ChildProcess =>
      spawn(
        process.execPath,
        ['--disable-warning=ExperimentalWarning', join(root, 'src/bin/gatebook.ts'), 'serve', '--config', config],
        {
          stdio: ['ignore', 'ignore', 'inherit'],
          env: { ...process.env, BENCH_CREDENTIAL: 'bench-upstream-credential' },
        },
      );
    const readyUrl = `http://127.0.0.1:${gatewayPort}/readyz`;
    const starts: number[] = [];
    for (let at = 0; at < 3; at += 1) {
      const gateway = serve();
      starts.push(await answered(readyUrl, 20_000));
      await stop(gateway);
    }
    const gateway = serve();
    started.push(gateway);
    starts.push(await answered(readyUrl, 20_000));
    const idle = memoryOf(gateway.pid ?? 0);

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
    const targets: Target[] = [
      { name: 'direct', url: `http://127.0.0.1:${upstreamPort}/mcp`, pid: upstream.pid, headers: {} },
      ...(nginx === undefined
        ? []
        : [{ name: 'nginx', url: `http://127.0.0.1:${nginxPort}/mcp`, pid: workerOf(nginx.pid), headers: {} }]),
      { name: 'bare node proxy', url: `http://127.0.0.1:${barePort}/mcp`, pid: bare.pid, headers: {} },
      {
        name: 'Gatebook',
        url: `http://127.0.0.1:${gatewayPort}/mcp/tickets`,
        pid: gateway.pid,
        headers: { authorization: `Bearer ${token}` },
      },
    ];
    const rows: Row[] = [];
    for (const target of targets) {
      say(`measuring ${target.name}`);
      rows.push(await measure(target));
    }
    say('measuring the parts');
    const parts = await measureParts();
    const sync = syncTimes(folder);
    const text = [
      `${type()} ${release()}, ${availableParallelism()} cores of ${cpus()[0]?.model ?? 'unknown'}, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}; one fdatasync here: p50 ${sync.p50.toFixed(2)} ms, p99 ${sync.p99.toFixed(2)} ms. Load, server and target share the cores.${nginx === undefined ? ' nginx is not installed here.' : ''}`,
      '',
      table(rows),
      '',
      `Exec to ready: ${starts.map((ms) => Math.round(ms)).join(', ')} ms (the first with an empty compile cache and a new ledger). Memory idle: ${Math.round(idle)} MiB.`,
      '',
      partsTable(parts),
    ].join('\n');
    say(`\n${text}`);
    if (process.argv.includes('--write')) {
      const readme = join(root, 'README.md');
      const page = readFileSync(readme, 'utf8');
      writeFileSync(
        readme,
        page.replace(/(<!-- bench -->\n)[\s\S]*?(\n<!-- \/bench -->)/, `$1${text.replaceAll('$', '$$$$')}$2`),
      );
    }
  } finally {
    for (const child of started.toReversed()) await stop(child);
    await issuer.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
