/**
 * `npm run conformance`: the official suite against the fixture, directly and through a real gateway, and the difference
 * over (scenario, check, status). `--direct` or `--through`: one side alone. `--json`: for machines. Exit 0 when the difference is
 * empty (one side: when the suite passes), 1 otherwise.
 */
import { parseArgs } from 'node:util';
import { compare, isEmpty, runSides } from './compare.ts';
import type { Comparison, Side } from './compare.ts';
import type { Run } from './suite.ts';

const write = (line: string): void => void process.stdout.write(`${line}\n`);

function countsOf({ scenarios, checks, passed }: Run): string {
  const counts = new Map<string, number>();
  for (const { status } of checks) counts.set(status, (counts.get(status) ?? 0) + 1);
  const parts = [...counts.keys()].toSorted().map((status) => `${counts.get(status)} ${status}`);
  return `${scenarios} scenarios, ${checks.length} checks (${parts.join(', ')}), suite ${passed ? 'passed' : 'FAILED'}`;
}

function printComparison(comparison: Comparison): void {
  const { revision, direct, through, difference } = comparison;
  write(revision);
  write(`  direct:           ${countsOf(direct)}`);
  write(`  through Gatebook: ${countsOf(through)}`);
  write(`  difference:       ${difference.length === 0 ? 'empty' : `${difference.length} checks`}`);
  for (const one of difference) {
    write(`    ${one.scenario}: ${one.check}`);
    write(`      direct ${one.direct.join(' ') || 'absent'}; through ${one.through.join(' ') || 'absent'}`);
    for (const message of one.messages) write(`      ${message}`);
  }
}

function printRun(run: Run): void {
  write(`${run.revision}: ${countsOf(run)}`);
  for (const { scenario, check, status, message } of run.checks)
    if (status === 'FAILURE' || status === 'WARNING') write(`  ${status} ${scenario}: ${check}: ${message ?? ''}`);
}

async function runOne(side: Side, isJson: boolean): Promise<boolean> {
  const runs = await runSides(side);
  if (isJson) write(JSON.stringify({ side, runs }));
  else for (const run of runs) printRun(run);
  return runs.every((run) => run.passed && run.checks.length > 0);
}

async function runBoth(isJson: boolean): Promise<boolean> {
  const comparisons = await compare();
  const isPass = comparisons.every(isEmpty);
  if (isJson) write(JSON.stringify({ pass: isPass, comparisons }));
  else {
    for (const comparison of comparisons) printComparison(comparison);
    write(isPass ? 'No difference: the suite cannot tell the gateway from the server.' : 'NOT the same.');
  }
  return isPass;
}

const flag = { type: 'boolean', default: false } as const;
const { values } = parseArgs({ options: { direct: flag, through: flag, json: flag } });
const side: Side | undefined = values.direct === values.through ? undefined : values.direct ? 'direct' : 'through';
process.exitCode = (await (side === undefined ? runBoth(values.json) : runOne(side, values.json))) ? 0 : 1;
