/**
 * `npm run conformance`: the official suite against the fixture, directly and through a real gateway, and the difference
 * over (scenario, check, status); then its scenarios for authorization servers against the gateway's own. `--direct`, `--through` or
 * `--authorization`: one of these alone. `--json`: for machines. Exit 0 when the difference is empty and every check of the
 * authorization server a success (one side: when the suite passes), 1 otherwise.
 */
import { parseArgs } from 'node:util';
import { compare, isEmpty, runSides } from './compare.ts';
import type { Comparison, Side } from './compare.ts';
import { runAuthorizationSuite } from './authorization-server.ts';
import type { Check } from './difference.ts';
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
  const authorization = await runAuthorizationSuite();
  const isSame = comparisons.every(isEmpty);
  const isPass = isSame && isAllSuccess(authorization);
  if (isJson) write(JSON.stringify({ pass: isPass, comparisons, authorization }));
  else {
    for (const comparison of comparisons) printComparison(comparison);
    write(isSame ? 'No difference: the suite cannot tell the gateway from the server.' : 'NOT the same.');
    printAuthorization(authorization);
  }
  return isPass;
}

const isAllSuccess = (checks: readonly Check[]): boolean =>
  checks.length > 0 && checks.every(({ status }) => status === 'SUCCESS');

function printAuthorization(checks: readonly Check[]): void {
  write('authorization server');
  for (const { scenario, check, status, message } of checks)
    write(`  ${status} ${scenario}: ${check}${message === undefined ? '' : `: ${message}`}`);
}

async function runAuthorization(isJson: boolean): Promise<boolean> {
  const checks = await runAuthorizationSuite();
  if (isJson) write(JSON.stringify({ authorization: checks }));
  else printAuthorization(checks);
  return isAllSuccess(checks);
}

const flag = { type: 'boolean', default: false } as const;
const { values } = parseArgs({ options: { direct: flag, through: flag, authorization: flag, json: flag } });
const side: Side | undefined = values.direct === values.through ? undefined : values.direct ? 'direct' : 'through';
const run = (): Promise<boolean> => {
  if (values.authorization) return runAuthorization(values.json);
  return side === undefined ? runBoth(values.json) : runOne(side, values.json);
};
process.exitCode = (await run()) ? 0 : 1;
