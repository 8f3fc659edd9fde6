/** `gatebook approvals list` and `show`: what waits for people at a running gateway, and what exactly is asked. */
import { Option } from 'commander';
import type { Command } from 'commander';
import { STATES } from '#approvals/approval.ts';
import { approvalTable, approvalText } from '#cli/approval-lines.ts';
import type { ShownApproval } from '#cli/approval-lines.ts';
import { commandGroup } from '#cli/command-group.ts';
import { EXIT_OK, type ExitCode } from '#cli/exit-codes.ts';
import { askGateway, openGatewayApi } from '#cli/gateway-api.ts';
import type { CliIo } from '#cli/io.ts';
import { failed } from '#cli/remote-events.ts';

export type GatewayOptions = { readonly url: string; readonly tokenFile?: string; readonly json?: true };

export const APPROVALS_PATH = '/api/v1/approvals';
const EXITS = 'Exit codes: 0 done, 1 refused or not there, 2 usage, 3 gateway not reachable or unable.';

/** A command of the group, with the options by which it is told of a gateway. */
export const approvalsCommand = (program: Command, usage: string, description: string): Command =>
  commandGroup(program, 'approvals', 'List, show and decide calls that wait for people')
    .command(usage)
    .description(`${description} ${EXITS}`)
    .requiredOption('--url <url>', 'address of the gateway')
    .option('--token-file <file>', 'file with a token for its API (default: GATEBOOK_TOKEN)')
    .option('--json', 'print JSON, one object a line');

export function register(program: Command, io: CliIo): void {
  approvalsCommand(program, 'list', 'List the requests you may see: yours, and those you may decide.')
    .addOption(new Option('--state <state>', 'only these').choices([...STATES, 'all']).default('pending'))
    .action(async (options: GatewayOptions & { readonly state: string }) => io.exit(await list(io, options)));
  approvalsCommand(
    program,
    'show <id>',
    'Show one request, with what exactly is asked; that you read it is recorded.',
  ).action(async (id: string, options: GatewayOptions) => io.exit(await show(io, id, options)));
}

async function list(io: CliIo, options: GatewayOptions & { readonly state: string }): Promise<ExitCode> {
  const api = await openGatewayApi(io, options);
  if (!api.ok) return failed(io, api.error);
  const answer = await askGateway(api.value, `${APPROVALS_PATH}?state=${options.state}`);
  if (!answer.ok) return failed(io, answer.error);
  const approvals = answer.value as readonly ShownApproval[];
  if (options.json === true) for (const one of approvals) io.stdout.write(`${JSON.stringify(one)}\n`);
  else if (approvals.length > 0) io.stdout.write(approvalTable(approvals));
  else io.stderr.write('no requests\n');
  return EXIT_OK;
}

async function show(io: CliIo, id: string, options: GatewayOptions): Promise<ExitCode> {
  const api = await openGatewayApi(io, options);
  if (!api.ok) return failed(io, api.error);
  const answer = await askGateway(api.value, `${APPROVALS_PATH}/${encodeURIComponent(id)}?payloads=true`);
  if (!answer.ok) return failed(io, answer.error);
  const approval = answer.value as ShownApproval;
  io.stdout.write(options.json === true ? `${JSON.stringify(approval)}\n` : approvalText(approval));
  return EXIT_OK;
}
