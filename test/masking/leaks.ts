/**
 * `npm run masking:leaks [-- --write]`: plants values in every carrier, sends them through a whole gateway with a real ledger,
 * and searches for them in everything that is kept and, with inline masking, in everything that is passed on. Zero is the
 * pass; anything else is printed and the command exits 1. `--write` puts the table into docs/MASKING.md.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'node:test';
import { startTestGateway } from '../e2e/harness.ts';
import { startSseServer } from '../fakes/sse-server.ts';
import { CARRIERS, PIPE_NAMES, PIPE_SCRIPT } from './leak-carriers.ts';
import type { Carrier, Lane, LeakGateway } from './leak-carriers.ts';
import { SSE_NAMES } from './old-transport-carriers.ts';
import { isFoundIn, PLANTED } from './leak-values.ts';
import type { Planted } from './leak-values.ts';

export type LeakRow = {
  readonly carrier: Carrier;
  readonly planted: number;
  /** Of the plain lane, how many values reached the other side as they were: what shows that they were carried at all. */
  readonly carried: number;
  /** Entities found again in opened records, and in what was passed on with inline masking. */
  readonly inBook: readonly string[];
  readonly onWire: readonly string[];
};
export type Leaks = {
  readonly rows: readonly LeakRow[];
  /** Entities found again in files as they lie on the disk, in log lines, in metrics. */
  readonly onDisk: readonly string[];
  readonly inLog: readonly string[];
  readonly inMetrics: readonly string[];
};

const POLICY = `levels:
  all: { allow: ["*"] }
grants:
  - { clients: ["idp:robot"], connections: ["*"], level: all }
`;

export async function startLeakGateway(t: TestContext): Promise<LeakGateway> {
  const sse = await startSseServer(t);
  const old = JSON.stringify({ type: 'sse', url: sse.url.href });
  const upstream = JSON.stringify({ type: 'stdio', command: process.execPath, args: ['-e', PIPE_SCRIPT], cwd: '.' });
  const yaml = [
    ...PIPE_NAMES.map((name) => `  ${name}: { upstream: ${upstream} }\n`),
    ...SSE_NAMES.map((name) => `  ${name}: { upstream: ${old} }\n`),
  ].join('');
  const gateway = await startTestGateway(t, {
    policy: POLICY,
    connections: { yaml, names: [...PIPE_NAMES, ...SSE_NAMES] },
    limits: { callerCallsPerMinute: 1_000_000, sourceRequestsPerSecond: 100_000 },
  });
  const reloaded = await gateway.reload((text) =>
    text.replace(
      /inline: \{[^}]*\}/,
      `inline: { detectors: default, connections: [masked, ${PIPE_NAMES[1]}, ${SSE_NAMES[1]}] }`,
    ),
  );
  if (!reloaded.ok) throw new Error(JSON.stringify(reloaded));
  return { ...gateway, sse };
}

const names = (found: readonly Planted[]): string[] => found.map(({ entity, value }) => `${entity} (${value})`);

/** `from`: the number of records before it. */
type Tried = Omit<LeakRow, 'inBook' | 'planted'> & { readonly planted: readonly Planted[]; readonly from: number };

async function tryCarrier(carrier: Carrier, planted: readonly Planted[], gateway: LeakGateway): Promise<Tried> {
  const fitting = planted.filter(({ text }) => carrier.fits?.(text) ?? true);
  const { size: from } = gateway.composed.ledger.watermark();
  let carried = 0;
  const onWire: Planted[] = [];
  for (const one of fitting) {
    for (const lane of ['plain', 'masked'] as const satisfies readonly Lane[]) {
      const seenBefore = gateway.server.seen.length;
      const told = await carrier.run({ gateway, lane, text: one.text });
      // what the client said itself is no leak when it comes back in a header of its own
      const sent = gateway.server.seen
        .slice(seenBefore)
        .map(({ rawHeaders, body }) => `${rawHeaders.join('\n')}\n${body}`)
        .join('\n');
      const passed = carrier.where === 'request' ? sent : told;
      const isPassed = isFoundIn(one.value, passed) || passed.includes(carrier.spelled?.(one.text) ?? one.text);
      if (lane === 'plain' && isPassed) carried += 1;
      if (lane === 'masked' && carrier.wire === 'masked' && isFoundIn(one.value, passed)) onWire.push(one);
    }
  }
  gateway.flushRefusals();
  return { carrier, planted: fitting, carried, onWire: names(onWire), from };
}

export async function searchLeaks(
  gateway: LeakGateway,
  planted: readonly Planted[],
  carriers: readonly Carrier[] = CARRIERS,
): Promise<Leaks> {
  const tried: Tried[] = [];
  for (const carrier of carriers) tried.push(await tryCarrier(carrier, planted, gateway));
  const records = await gateway.records();
  const rows = tried.map(({ from, planted: fitting, ...row }, index): LeakRow => {
    const kept = records
      .slice(from, tried[index + 1]?.from)
      .map(({ header, payload }) => `${JSON.stringify(header)}\n${payload?.toString() ?? ''}`)
      .join('\n');
    const inBook = names(fitting.filter(({ value }) => isFoundIn(value, kept)));
    return { ...row, planted: fitting.length, inBook };
  });
  const metrics = await gateway.composed.metrics.text();
  const log = gateway.log();
  await gateway.stop();
  const files = readdirSync(gateway.dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
  const found = (text: string): string[] => names(planted.filter(({ value }) => isFoundIn(value, text)));
  return { rows, onDisk: files.flatMap(found), inLog: found(log), inMetrics: found(metrics) };
}

export const leakCount = ({ rows, onDisk, inLog, inMetrics }: Leaks): number =>
  rows.reduce((sum, { inBook, onWire }) => sum + inBook.length + onWire.length, 0) +
  onDisk.length +
  inLog.length +
  inMetrics.length;

const wireCell = ({ carrier, onWire }: LeakRow): string =>
  carrier.wire === 'masked' ? String(onWire.length) : carrier.wire === 'opaque' ? 'as it is' : 'goes nowhere';

function leakTable({ rows, onDisk, inLog, inMetrics }: Leaks): string {
  const lines = rows.map(
    (row) => `| ${row.carrier.name} | ${row.planted} | ${row.carried} | ${row.inBook.length} | ${wireCell(row)} |`,
  );
  return [
    '| carrier | values | reach the other side without inline masking | found in the book | found on the wire with inline masking |',
    '|---|--:|--:|--:|--:|',
    ...lines,
    `| **files on the disk, log at debug, metrics** | | | **${onDisk.length}, ${inLog.length}, ${inMetrics.length}** | |`,
  ].join('\n');
}

async function main(): Promise<void> {
  const afters: (() => unknown)[] = [];
  const t = { after: (run: () => unknown) => void afters.push(run) } as TestContext;
  try {
    const leaks = await searchLeaks(await startLeakGateway(t), PLANTED);
    const table = leakTable(leaks);
    process.stdout.write(`${table}\n`);
    for (const { carrier, inBook, onWire } of leaks.rows)
      for (const [where, found] of [
        ['book', inBook],
        ['wire', onWire],
      ] as const)
        if (found.length > 0) process.stdout.write(`LEAK in the ${where}: ${carrier.name}: ${found.join(', ')}\n`);
    for (const found of [...leaks.onDisk, ...leaks.inLog, ...leaks.inMetrics]) process.stdout.write(`LEAK: ${found}\n`);
    if (leakCount(leaks) > 0) process.exitCode = 1;
    if (process.argv.includes('--write')) {
      const file = join(fileURLToPath(import.meta.url), '../../../docs/MASKING.md');
      const text = readFileSync(file, 'utf8');
      const written = text.replace(/(<!-- leaks -->)[^]*(<!-- \/leaks -->)/, `$1\n\n${table}\n\n$2`);
      writeFileSync(file, written);
    }
  } finally {
    for (const run of afters.toReversed()) await run();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
