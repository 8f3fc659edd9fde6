/** `gatebook approvals approve` and `deny`: a decision, through a running gateway. */
import { Option } from 'commander';
import type { Command } from 'commander';
import { SCOPES } from '#approvals/approval.ts';
import type { ShownApproval } from '#cli/approval-lines.ts';
import { APPROVALS_PATH, approvalsCommand } from '#cli/approvals-list.ts';
import type { GatewayOptions } from '#cli/approvals-list.ts';
import { EXIT_OK, type ExitCode } from '#cli/exit-codes.ts';
import { askGateway, openGatewayApi } from '#cli/gateway-api.ts';
import type { CliIo } from '#cli/io.ts';
import { failed } from '#cli/remote-events.ts';
import { printable } from '#cli/text-table.ts';

type Options = GatewayOptions & { readonly reason?: string; readonly for?: string };
type Verdict = 'approve' | 'deny';

export function register(program: Command, io: CliIo): void {
  approvalsCommand(program, 'approve <id>', 'Agree to exactly what is asked: look at it first (`approvals show`).')
    .option('--reason <text>', 'told to whoever asked, and kept')
    .addOption(
      new Option(
        '--for <scope>',
        'this call once, this very call for a while, or any call of its tool by its caller for a while',
      )
        .choices(SCOPES)
        .default('once'),
    )
    .action(async (id: string, options: Options) => io.exit(await decide(io, id, 'approve', options)));
  approvalsCommand(
    program,
    'deny <id>',
    'Refuse what is asked; nobody is asked the same again for as long as it would have waited.',
  )
    .option('--reason <text>', 'told to whoever asked, and kept')
    .action(async (id: string, options: Options) => io.exit(await decide(io, id, 'deny', options)));
}

async function decide(io: CliIo, id: string, decision: Verdict, options: Options): Promise<ExitCode> {
  const api = await openGatewayApi(io, options);
  if (!api.ok) return failed(io, api.error);
  const body = {
    decision,
    ...(options.for === undefined ? {} : { scope: options.for }),
    ...(options.reason === undefined ? {} : { reason: options.reason }),
  };
  const answer = await askGateway(api.value, `${APPROVALS_PATH}/${encodeURIComponent(id)}/decision`, body);
  if (!answer.ok) return failed(io, answer.error);
  const approval = answer.value as ShownApproval;
  io.stdout.write(options.json === true ? `${JSON.stringify(approval)}\n` : `${printable(lineOf(approval))}\n`);
  return EXIT_OK;
}

function lineOf({ id, state, granted, usableUntil, votes, needed }: ShownApproval): string {
  if (state === 'approved') return `${id}: approved (${granted}), usable until ${usableUntil}`;
  return state === 'pending' ? `${id}: ${votes.length} of ${needed} agreed` : `${id}: ${state}`;
}
