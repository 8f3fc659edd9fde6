/**
 * `npm run bench:large`: what one caller who sends 10 MB messages in a loop costs another who makes small calls, 100 a second:
 * alone, with the large ones masked in threads, and with them masked on the main thread. Prints a table; `--write` puts it into
 * docs/MASKING.md. The gateway is a process of its own: `--gateway <config> <bytes masked on the main thread>`.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { composeGateway } from '#bin/compose.ts';
import { loadConfig } from '#config/load.ts';
import { nodeDisk } from '#ledger/node-disk.ts';
import { LIMITS } from '#limits.ts';
import { startFakeIssuer } from '../fakes/issuer.ts';
import { labelledDoc, labelledText } from '../masking/labelled.ts';
import { madeDocs, madeTexts } from '../masking/made-cases.ts';
import { CLEAN_PROSE } from '../masking/prose-cases.ts';
import { gatewayConfig, REQUEST_BODY } from './bench-config.ts';
import type { LoadPlan, LoadResult } from './load.ts';
import { freePort, memoryOf, startNode, stop } from './processes.ts';
import { LARGE_HEAD, LARGE_ROWS } from './masking-table.ts';
import { tableNote, writeTable } from './write-table.ts';

const AUDIENCE = 'https://bench.example';
const BYTES = 10_000_000;
const SECONDS = Number(process.env['BENCH_MS'] ?? 15_000) / 1_000;
const PER_SECOND = 100;
const here = fileURLToPath(new URL('.', import.meta.url));

/** One sensitive document or text among harmless ones, as long as wanted. */
function largeBody(): string {
  const items = [
    ...madeDocs(60, 3).map((one) => labelledDoc(one).doc),
    ...madeTexts(60, 3).map((one) => labelledText(one).text),
    ...Array.from({ length: 600 }, (_, at) => CLEAN_PROSE[at % CLEAN_PROSE.length]),
  ];
  const rows: unknown[] = [];
  for (let size = 0, at = 0; size < BYTES; at++) {
    rows.push(items[at % items.length]);
    size += Buffer.byteLength(JSON.stringify(rows.at(-1))) + 1;
  }
  const call = { name: 'list_tickets', arguments: { queue: 'parcels', rows } };
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: call });
}

/** In a process of its own, since what it does on its main thread is what is measured. */
async function serve(file: string, hereBytes: number): Promise<void> {
  const loaded = loadConfig({
    file,
    text: readFileSync(file, 'utf8'),
    env: { BENCH_CREDENTIAL: 'bench-upstream-credential' },
    readFile: () => '',
  });
  if (!loaded.ok) throw new Error(loaded.error.map(({ message }) => message).join('\n'));
  const quiet = (): void => undefined;
  const composed = await composeGateway({
    // no operator could say so: what it is like without threads
    loaded: { ...loaded.value, limits: { ...loaded.value.limits, maskHereBytes: hereBytes } },
    disk: nodeDisk,
    log: { debug: quiet, info: quiet, warn: quiet, error: (...words: unknown[]) => console.error(...words) },
    env: { PATH: process.env['PATH'] },
  });
  if (!composed.ok) throw new Error(composed.error.message);
  const port = Number(new URL(loaded.value.publicUrl).port);
  composed.value.server.listen(port, '127.0.0.1', () => process.stdout.write('ready\n'));
  process.once('SIGTERM', () => void composed.value.stop().then(() => process.exit(0)));
}

function load(plan: LoadPlan): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(here, 'load.ts'), JSON.stringify(plan)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('exit', (code) =>
      code === 0 ? resolve(JSON.parse(output) as LoadResult) : reject(new Error(`load.ts ended with ${code}`)),
    );
  });
}

type Row = {
  readonly name: string;
  readonly small: LoadResult;
  readonly large: LoadResult | undefined;
  readonly mib: number;
};

async function measureAll(folder: string): Promise<readonly Row[]> {
  const issuer = await startFakeIssuer();
  const [port, upstreamPort] = [await freePort(), await freePort()];
  const upstream = await startNode(join(here, 'upstream.ts'), [String(upstreamPort)]);
  const config = join(folder, 'gatebook.yaml');
  const bodyFile = join(folder, 'large.json');
  writeFileSync(bodyFile, largeBody());
  const text = gatewayConfig({ port, upstreamPort, issuer: issuer.url, audience: AUDIENCE, workers: 1 });
  writeFileSync(config, text.replace('["idp:bench-client"]', '["idp:bench-client", "idp:heavy-client"]'));
  const planOf = async (client: string) => {
    const claims = { ver: 1, aud: AUDIENCE, cid: client, sub: client, scp: ['mcp'] };
    return {
      url: `http://127.0.0.1:${port}/mcp/tickets`,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        authorization: `Bearer ${await issuer.sign(claims)}`,
      },
      body: REQUEST_BODY,
    };
  };
  const small = {
    ...(await planOf('bench-client')),
    loop: 'open',
    perSecond: PER_SECOND,
    durationMs: SECONDS * 1_000,
  } as const;
  const large = { ...(await planOf('heavy-client')), bodyFile, loop: 'closed', inFlight: 1, warmupMs: 0 } as const;
  const rows: Row[] = [];
  try {
    for (const [name, hereBytes, isLoaded] of [
      [LARGE_ROWS[0], LIMITS.maskHereBytes, false],
      [LARGE_ROWS[1], LIMITS.maskHereBytes, true],
      [LARGE_ROWS[2], Infinity, true],
    ] as const) {
      console.error(`measuring: ${name}`);
      const gateway = await startNode(fileURLToPath(import.meta.url), ['--gateway', config, String(hereBytes)]);
      try {
        await load({ ...small, perSecond: 400, warmupMs: 0, durationMs: 4_000 });
        const heavy = isLoaded ? load({ ...large, durationMs: (SECONDS + 4) * 1_000 }) : undefined;
        const measured = await load({ ...small, warmupMs: 3_000 });
        rows.push({ name, small: measured, large: await heavy, mib: memoryOf(gateway.pid ?? 0) });
      } finally {
        await stop(gateway);
      }
    }
  } finally {
    await stop(upstream);
    await issuer.close();
  }
  return rows;
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(({ name, small, large, mib }) => {
    const rate =
      large === undefined ? '–' : `${large.calls} of 10 MB in ${large.seconds.toFixed(0)} s, ${large.failed} failed`;
    return `| ${name} | ${small.p50Ms.toFixed(1)} | ${small.p99Ms.toFixed(1)} | ${small.maxMs.toFixed(0)} | ${small.failed} | ${rate} | ${mib.toFixed(0)} |`;
  });
  return [
    `Small calls of one caller, ${PER_SECOND} a second, while another sends 10 MB messages one after the other.`,
    '',
    tableNote(),
    '',
    LARGE_HEAD,
    ...lines,
  ].join('\n');
}

const [mode, file = '', bytes = ''] = process.argv.slice(2);
if (mode === '--gateway') {
  await serve(file, Number(bytes));
} else {
  const folder = mkdtempSync(join(tmpdir(), 'gatebook-large-'));
  try {
    const text = table(await measureAll(folder));
    console.log(text);
    if (mode === '--write') writeTable('docs/MASKING.md', 'large messages', text);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
