/**
 * `gatebook policy test FILE`: asks the policy of a configuration every case of a file and says which came out
 * otherwise, with the way to each decision. Needs no gateway, no secrets and no clock.
 */
import type { Command } from 'commander';
import { commandGroup } from '#cli/command-group.ts';
import { CONFIG_FILE, loadConfigFile, reportRefusal } from '#cli/config-file.ts';
import { traceLines } from '#cli/decision-text.ts';
import type { ExitCode } from '#cli/exit-codes.ts';
import { EXIT_CHECK_FAILED, EXIT_OK, EXIT_USAGE } from '#cli/exit-codes.ts';
import { readInputFile } from '#cli/input-file.ts';
import type { CliIo } from '#cli/io.ts';
import { offlinePolicy } from '#cli/offline-policy.ts';
import { coverageOf } from '#cli/policy-coverage.ts';
import type { Coverage } from '#cli/policy-coverage.ts';
import { readPolicyTests } from '#cli/policy-test-file.ts';
import { runCase } from '#cli/policy-test-outcome.ts';
import type { CaseOutcome } from '#cli/policy-test-outcome.ts';

type Options = { readonly config: string; readonly coverage?: true; readonly json?: true };

export function register(program: Command, io: CliIo): void {
  commandGroup(program, 'policy', 'Ask the policy of gatebook.yaml')
    .command('test')
    .description('Run the cases of a policy test file; exit code 1 when one comes out otherwise')
    .argument('<file>', 'the cases (docs/POLICY-TESTS.md)')
    .option('--config <file>', 'the configuration file', CONFIG_FILE)
    .option('--coverage', 'also list the grants, patterns and rules that no case came to')
    .option('--json', 'print one JSON object')
    .action(async (file: string, options: Options) => io.exit(await test(io, file, options)));
}

async function test(io: CliIo, file: string, options: Options): Promise<ExitCode> {
  const refused = (refusal: Parameters<typeof reportRefusal>[1]): ExitCode => {
    reportRefusal(io, refusal, options.json === true);
    return EXIT_USAGE;
  };
  const loaded = await loadConfigFile(io, options.config, { withoutSecrets: true });
  if (!loaded.ok) return refused(loaded.error);
  const text = await readInputFile(io, file);
  if (!text.ok) {
    io.stderr.write(`gatebook: ${text.error}\n`);
    return EXIT_USAGE;
  }
  const { config, limits } = loaded.value;
  const cases = readPolicyTests(file, text.value, loaded.value);
  if (!cases.ok) return refused({ kind: 'invalid', problems: cases.error });
  const policy = offlinePolicy(loaded.value);
  const outcomes = cases.value.map((one) => runCase(policy, one, limits));
  const coverage = options.coverage
    ? coverageOf(
        config,
        outcomes.flatMap(({ judged }) => (judged === undefined ? [] : [judged])),
      )
    : undefined;
  if (options.json) writeJson(io, file, outcomes, policy.version, coverage);
  else writeText(io, file, outcomes, policy.version, coverage);
  return outcomes.every(({ differences }) => differences.length === 0) ? EXIT_OK : EXIT_CHECK_FAILED;
}

function writeText(
  io: CliIo,
  file: string,
  outcomes: readonly CaseOutcome[],
  version: string,
  coverage: Coverage | undefined,
): void {
  const failed = outcomes.filter(({ differences }) => differences.length > 0);
  for (const { test: one, call, actual, differences, judged } of failed) {
    const title = one.title === undefined ? '' : ` (${one.title})`;
    const why = `${actual.reason}${actual.rule === undefined ? '' : `, rule ${actual.rule}`}`;
    const where = `${file}:${one.line}:${one.column}`;
    io.stdout.write(
      `FAIL ${where}: ${one.callerName} ${call} on ${one.connection}${title}: ${differences.join('; ')}: ${why}\n`,
    );
    if (judged !== undefined) for (const line of traceLines(judged)) io.stdout.write(`  ${line}\n`);
  }
  if (coverage !== undefined) writeCoverage(io, coverage);
  const count = `${outcomes.length} case${outcomes.length === 1 ? '' : 's'}`;
  io.stdout.write(`${count}: ${outcomes.length - failed.length} passed, ${failed.length} failed; policy ${version}\n`);
}

function writeCoverage(io: CliIo, coverage: Coverage): void {
  const parts = Object.entries(coverage);
  for (const [, { untouched }] of parts) for (const place of untouched) io.stdout.write(`not covered: ${place}\n`);
  const counts = parts.map(([what, { total, untouched }]) => `${total - untouched.length} of ${total} ${what}`);
  io.stdout.write(`covered: ${counts.join(', ')}\n`);
}

function writeJson(
  io: CliIo,
  file: string,
  outcomes: readonly CaseOutcome[],
  version: string,
  coverage: Coverage | undefined,
): void {
  const cases = outcomes.map(({ test: one, actual, differences, judged }) => ({
    file,
    line: one.line,
    column: one.column,
    title: one.title,
    caller: one.callerName,
    connection: one.connection,
    at: new Date(one.nowMs).toISOString(),
    request: one.request,
    expected: { effect: one.expect, reason: one.reason, rule: one.rule, level: one.level },
    actual: { effect: actual.effect, reason: actual.reason, rule: actual.rule, level: actual.level },
    passed: differences.length === 0,
    explanation: judged?.explanation,
  }));
  const failed = cases.filter(({ passed }) => !passed).length;
  const summary = { ok: failed === 0, passed: cases.length - failed, failed, policy: version };
  io.stdout.write(`${JSON.stringify({ ...summary, cases, coverage })}\n`);
}
