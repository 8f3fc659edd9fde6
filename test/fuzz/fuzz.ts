/**
 * `npm run fuzz -- [--runs N] [--seed S] [--target NAME] [--minutes M] [--input FILE]`: many inputs for what reads
 * what strangers send. A failure is printed with its input, made small, and how to run it again; exit code 1.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { INPUT_MS_MAX, runTarget, shrink } from './run-target.ts';
import type { FuzzReport } from './run-target.ts';
import { FUZZ_TARGETS } from './targets.ts';

const SHOWN_CHARS = 400;

/** Processor time of this thread: what a busy machine takes away does not count. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    target: { type: 'string' },
    minutes: { type: 'string' },
    input: { type: 'string' },
  },
});
const [runs, seed, minutes] = [Number(values.runs), Number(values.seed), Number(values.minutes ?? Infinity)];
const chosen = FUZZ_TARGETS.map(({ create, share }) => ({ target: create(), share })).filter(
  ({ target }) => values.target === undefined || target.name === values.target,
);
if (chosen.length === 0 || !(runs > 0) || !Number.isInteger(seed) || !(minutes > 0)) {
  process.stderr.write(`usage: fuzz [--runs N] [--seed S] [--target NAME] [--minutes M] [--input FILE]\n`);
  process.exit(2);
}

function printFailure({ target, seed: used, failure }: FuzzReport, input: Buffer): void {
  const file = join(tmpdir(), `gatebook-fuzz-${target}-${used}.bin`);
  writeFileSync(file, input);
  process.stdout.write(`FAILED ${target}, seed ${used}, run ${failure?.run ?? 0}: ${failure?.message ?? ''}\n`);
  process.stdout.write(`  ${input.length} bytes: ${JSON.stringify(input.toString('utf8').slice(0, SHOWN_CHARS))}\n`);
  process.stdout.write(`  again: npm run fuzz -- --target ${target} --input ${file}\n`);
}

function runOne(file: string): void {
  for (const { target } of chosen) {
    const { verdict, ms } = target.attempt(readFileSync(file), cpuMs);
    process.stdout.write(`${target.name}: ${verdict}, ${ms.toFixed(1)} ms\n`);
  }
}

if (values.input !== undefined) runOne(values.input);
else {
  const shares = chosen.reduce((sum, { share }) => sum + share, 0);
  const started = performance.now();
  let total = 0;
  for (const { target, share } of chosen) {
    const from = performance.now();
    const end = from + (minutes * 60_000 * share) / shares;
    const report = runTarget(target, {
      runs: Math.ceil((runs * share) / shares),
      seed,
      isOver: () => performance.now() > end,
      clock: cpuMs,
    });
    total += report.runs;
    const seconds = ((performance.now() - from) / 1_000).toFixed(1);
    process.stdout.write(
      `${target.name.padEnd(11)} ${String(report.runs).padStart(9)} inputs, ${String(report.accepted).padStart(8)} accepted, slowest ${report.slowestMs.toFixed(1)} ms (${report.slowestBytes} bytes), ${seconds} s\n`,
    );
    if (report.failure === undefined) continue;
    process.exitCode = 1;
    printFailure(
      report,
      report.failure.message.startsWith('took') ? report.failure.input : shrink(target, report.failure.input),
    );
  }
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  process.stdout.write(
    `${total} inputs, seed ${seed}, ${seconds} s; a stranger's input may take ${INPUT_MS_MAX} ms, a configuration more\n`,
  );
}
