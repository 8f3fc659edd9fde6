/**
 * `gatebook config explain`: the configuration in force and where each value comes from; with --caller and --call, what
 * policy would say about that call and every step on the way. Asks nobody and changes nothing.
 */
import type { Command } from 'commander';
import { CONFIG_FILE, configGroup, loadConfigFile, reportRefusal } from '#cli/config-file.ts';
import { decisionText } from '#cli/decision-text.ts';
import { callOf, callerOf } from '#cli/explained-call.ts';
import type { ExitCode } from '#cli/exit-codes.ts';
import { EXIT_OK, EXIT_USAGE } from '#cli/exit-codes.ts';
import { readInputFile } from '#cli/input-file.ts';
import type { CliIo } from '#cli/io.ts';
import { offlinePolicy } from '#cli/offline-policy.ts';
import type { Judged } from '#cli/offline-policy.ts';
import { explainConfig } from '#config/explain.ts';
import type { LoadedConfig } from '#config/load.ts';
import { parseTime } from '#events/time.ts';
import type { Caller } from '#identity/caller.ts';
import type { Message } from '#mcp/jsonrpc.ts';
import { RESPONSE_METHOD } from '#policy/method-use.ts';

type Options = {
  readonly config: string;
  readonly caller?: string;
  readonly call?: string;
  readonly connection?: string;
  readonly at?: string;
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
    .option('--at <time>', 'when the call comes, as in 2026-11-23T04:00:00Z; without it, now')
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
  const call = callOf(callText.value, loaded.value.limits);
  if (!call.ok) return usage(io, `${options.call}: ${call.error.message}`);
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

function explainCall(io: CliIo, loaded: LoadedConfig, caller: Caller, message: Message, options: Options): ExitCode {
  const names = Object.keys(loaded.config.connections);
  if (options.connection !== undefined && !names.includes(options.connection)) {
    return usage(io, `there is no connection "${options.connection}"; there are: ${names.join(', ')}`);
  }
  const policy = offlinePolicy(loaded);
  const nowMs = options.at === undefined ? Date.now() : parseTime(options.at);
  if (nowMs === undefined) return usage(io, '--at is no time as in 2026-11-23T04:00:00Z (RFC 3339)');
  const judged: Judged[] = [];
  for (const connection of options.connection === undefined ? names : [options.connection]) {
    const one = policy.judge(caller, connection, message, nowMs);
    if (!one.ok) return usage(io, `${options.call}: ${one.error.message}`);
    judged.push(one.value);
  }
  if (options.json) {
    const { method, name } = message.kind === 'response' ? { method: RESPONSE_METHOD, name: '' } : message;
    const decisions = judged.map(({ decision, ...rest }) => ({ ...rest, ...decision }));
    io.stdout.write(`${JSON.stringify({ caller, method, name, at: new Date(nowMs).toISOString(), decisions })}\n`);
  } else for (const one of judged) io.stdout.write(decisionText(message, one));
  return EXIT_OK;
}

function usage(io: CliIo, what: string): ExitCode {
  io.stderr.write(`gatebook: ${what}\n`);
  return EXIT_USAGE;
}
