/**
 * `gatebook config explain`: the configuration in force and where each value comes from; with --caller and --call, what
 * policy would say about that call and every step on the way; with --pointer, what masking does at one place of it. Asks
 * nobody and changes nothing.
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
import { judgePointer, pointerText, type PointerJudged } from '#cli/pointer-text.ts';
import { explainConfig } from '#config/explain.ts';
import type { LoadedConfig } from '#config/load.ts';
import { parseTime } from '#events/time.ts';
import type { Caller } from '#identity/caller.ts';
import { parsePointerPattern } from '#masking/plan-pointer.ts';
import type { Message } from '#mcp/jsonrpc.ts';
import { RESPONSE_METHOD } from '#policy/method-use.ts';
import { err, ok, type Result } from '#result.ts';

type Options = {
  readonly config: string;
  readonly caller?: string;
  readonly call?: string;
  readonly connection?: string;
  readonly at?: string;
  readonly pointer?: string;
  readonly answer?: true;
  readonly json?: true;
};

type Explained = { readonly judged: Judged; readonly pointer: PointerJudged | undefined };

export function register(program: Command, io: CliIo): void {
  configGroup(program)
    .command('explain')
    .description('Print the configuration in force, or with --caller and --call the decision about a call')
    .option('--config <file>', 'the configuration file', CONFIG_FILE)
    .option('--caller <file>', 'JSON: { issuer | namespace, subject, kind, groups, client, scopes, key }')
    .option('--call <file>', 'JSON: the JSON-RPC request')
    .option('--connection <name>', 'the connection that is called; without it, all are explained')
    .option('--at <time>', 'when the call comes, as in 2026-11-23T04:00:00Z; without it, now')
    .option(
      '--pointer <pointer>',
      'also say what masking does at this place (JSON Pointer from the root of the message)',
    )
    .option('--answer', 'with --pointer: the place is in the answer to the call')
    .option('--json', 'print one JSON object')
    .action(async (options: Options) => io.exit(await explain(io, options)));
}

async function explain(io: CliIo, options: Options): Promise<ExitCode> {
  if ((options.caller === undefined) !== (options.call === undefined))
    return usage(io, '--caller and --call go together');
  if (options.pointer !== undefined && options.call === undefined)
    return usage(io, '--pointer goes with --caller and --call');
  if (options.answer === true && options.pointer === undefined) return usage(io, '--answer goes with --pointer');
  const loaded = await loadConfigFile(io, options.config);
  if (!loaded.ok) return reportRefusal(io, loaded.error, options.json === true);
  if (options.caller === undefined || options.call === undefined) return explainValues(io, loaded.value, options);
  const callerText = await readInputFile(io, options.caller);
  if (!callerText.ok) return usage(io, callerText.error);
  const callText = await readInputFile(io, options.call);
  if (!callText.ok) return usage(io, callText.error);
  const caller = callerOf(callerText.value, loaded.value);
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
  const steps = stepsOf(message, options);
  if (!steps.ok) return usage(io, steps.error);
  const policy = offlinePolicy(loaded);
  const nowMs = options.at === undefined ? Date.now() : parseTime(options.at);
  if (nowMs === undefined) return usage(io, '--at is no time as in 2026-11-23T04:00:00Z (RFC 3339)');
  const explained: Explained[] = [];
  for (const connection of options.connection === undefined ? names : [options.connection]) {
    const judged = policy.judge(caller, connection, message, nowMs);
    if (!judged.ok) return usage(io, `${options.call}: ${judged.error.message}`);
    const direction = options.answer ? 'response' : 'request';
    const asked = { caller, connection, message, direction, findings: judged.value.masking } as const;
    const pointer =
      steps.value === undefined ? undefined : judgePointer(policy.masking, { ...asked, steps: steps.value });
    explained.push({ judged: judged.value, pointer });
  }
  if (options.json) {
    const { method, name } = message.kind === 'response' ? { method: RESPONSE_METHOD, name: '' } : message;
    const decisions = explained.map(({ judged: { decision, ...rest }, pointer }) => ({
      ...rest,
      ...decision,
      pointer,
    }));
    io.stdout.write(`${JSON.stringify({ caller, method, name, at: new Date(nowMs).toISOString(), decisions })}\n`);
    return EXIT_OK;
  }
  for (const { judged, pointer } of explained) {
    io.stdout.write(decisionText(message, judged));
    if (pointer !== undefined) io.stdout.write(pointerText(message, pointer));
  }
  return EXIT_OK;
}

/** Undefined: nobody asks about a place. */
function stepsOf(message: Message, { pointer, answer }: Options): Result<readonly string[] | undefined, string> {
  if (pointer === undefined) return ok(undefined);
  if (answer === true && message.kind !== 'request') return err('--answer: only a request is answered');
  const steps = parsePointerPattern(pointer);
  return steps.ok ? steps : err(`--pointer: this pointer ${steps.error}`);
}

function usage(io: CliIo, what: string): ExitCode {
  io.stderr.write(`gatebook: ${what}\n`);
  return EXIT_USAGE;
}
