/**
 * `gatebook config explain`: the configuration in force and where each value comes from; with --caller and --call, what
 * policy would say about that call and every step on the way. Asks nobody and changes nothing.
 */
import type { Command } from 'commander';
import { CONFIG_FILE, configGroup, loadConfigFile, reportRefusal } from '#cli/config-file.ts';
import { callOf, callerOf } from '#cli/explained-call.ts';
import type { ExplainedCall } from '#cli/explained-call.ts';
import type { ExitCode } from '#cli/exit-codes.ts';
import { EXIT_OK, EXIT_USAGE } from '#cli/exit-codes.ts';
import { readInputFile } from '#cli/input-file.ts';
import type { CliIo } from '#cli/io.ts';
import { explainConfig } from '#config/explain.ts';
import type { LoadedConfig } from '#config/load.ts';
import { policySettings } from '#config/policy-settings.ts';
import type { Caller } from '#identity/caller.ts';
import type { Decision, TraceStep } from '#policy/decision.ts';
import { createPolicy } from '#policy/policy.ts';
import { unreachable } from '#result.ts';

type Options = {
  readonly config: string;
  readonly caller?: string;
  readonly call?: string;
  readonly connection?: string;
  readonly json?: true;
};

export function register(program: Command, io: CliIo): void {
  configGroup(program)
    .command('explain')
    .description('Print the configuration in force, or with --caller and --call the decision about a call')
    .option('--config <file>', 'the configuration file', CONFIG_FILE)
    .option('--caller <file>', 'JSON: { issuer | namespace, subject, kind, groups, client, scopes }')
    .option('--call <file>', 'JSON: the JSON-RPC request')
    .option('--connection <name>', 'the connection that is called; without it, all are explained')
    .option('--json', 'print one JSON object')
    .action(async (options: Options) => io.exit(await explain(io, options)));
}

async function explain(io: CliIo, options: Options): Promise<ExitCode> {
  if ((options.caller === undefined) !== (options.call === undefined))
    return usage(io, '--caller and --call go together');
  const loaded = await loadConfigFile(io, options.config);
  if (!loaded.ok) return reportRefusal(io, loaded.error, options.json === true);
  if (options.caller === undefined || options.call === undefined) return explainValues(io, loaded.value, options);
  const callerText = await readInputFile(io, options.caller);
  if (!callerText.ok) return usage(io, callerText.error);
  const callText = await readInputFile(io, options.call);
  if (!callText.ok) return usage(io, callText.error);
  const caller = callerOf(callerText.value, loaded.value.config);
  if (!caller.ok) return usage(io, `${options.caller}: ${caller.error}`);
  const call = callOf(callText.value);
  if (!call.ok) return usage(io, `${options.call}: ${call.error}`);
  return explainCall(io, loaded.value, caller.value, call.value, options);
}

function explainValues(io: CliIo, loaded: LoadedConfig, options: Options): ExitCode {
  const values = explainConfig(loaded);
  if (options.json) {
    io.stdout.write(`${JSON.stringify({ policy: loaded.policyVersion, config: loaded.configVersion, values })}\n`);
    return EXIT_OK;
  }
  for (const { path, value, line } of values)
    io.stdout.write(`${path}: ${value}  # ${line === undefined ? 'default' : `line ${line}`}\n`);
  return EXIT_OK;
}

function explainCall(io: CliIo, loaded: LoadedConfig, caller: Caller, call: ExplainedCall, options: Options): ExitCode {
  const names = Object.keys(loaded.config.connections);
  if (options.connection !== undefined && !names.includes(options.connection)) {
    return usage(io, `there is no connection "${options.connection}"; there are: ${names.join(', ')}`);
  }
  const policy = createPolicy(policySettings(loaded));
  if (!policy.ok) throw new Error('a loaded configuration has a policy that cannot be made');
  const decisions = (options.connection === undefined ? names : [options.connection]).map((connection) => ({
    connection,
    ...policy.value.decide({ caller, connection, ...call, findings: [], nowMs: Date.now() }),
  }));
  if (options.json) io.stdout.write(`${JSON.stringify({ caller, method: call.method, name: call.name, decisions })}\n`);
  else for (const decision of decisions) io.stdout.write(decisionText(decision.connection, call, decision));
  return EXIT_OK;
}

function usage(io: CliIo, what: string): ExitCode {
  io.stderr.write(`gatebook: ${what}\n`);
  return EXIT_USAGE;
}

const REASONS: Readonly<Record<Decision['reason'], string>> = {
  permitted: 'a level permits it',
  no_grant: 'no grant gives this caller anything on this connection',
  not_permitted: 'no level in effect allows it',
  denied_by_level: 'a level in effect denies it',
  denied_by_rule: 'a rule denies it',
  held_by_rule: 'a rule holds it for approval; this version refuses it with approval_required',
  condition_failed: 'a condition could not be evaluated, which denies',
  unsafe_uri: 'the resource URI can be read in more than one way',
  implicit: 'any level brings it',
};

export function decisionText(connection: string, call: ExplainedCall, decision: Decision): string {
  const what = call.name === '' ? call.method : `${call.method} ${JSON.stringify(call.name)}`;
  const lines = [
    `${decision.effect.toUpperCase()} ${what} on ${connection}: ${REASONS[decision.reason]} (policy ${decision.policy})`,
  ];
  for (const step of decision.trace) lines.push(`  ${stepText(step)}`);
  return `${lines.join('\n')}\n`;
}

function stepText(step: TraceStep): string {
  switch (step.step) {
    case 'grant':
      return `grants[${step.index}] gives level ${step.level} (${step.matched})`;
    case 'level':
      return `level ${step.level} ${step.effect === 'allow' ? 'allows' : 'denies'} it by the pattern ${step.pattern}`;
    case 'implicit':
      return `${step.method} comes with any level`;
    case 'rule':
      return `rule ${step.rule} (${step.effect}) ${step.outcome.replace('_', ' ')}${step.detail === undefined ? '' : `: ${step.detail}`}`;
    default:
      return unreachable(step);
  }
}
