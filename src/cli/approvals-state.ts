/** `gatebook approvals state`: says why something is asked, where the rule that holds it wants to know; through a running gateway. */
import type { Command } from 'commander';
import type { ShownApproval } from '#cli/approval-lines.ts';
import { APPROVALS_PATH, approvalsCommand } from '#cli/approvals-list.ts';
import type { GatewayOptions } from '#cli/approvals-list.ts';
import { EXIT_OK, type ExitCode } from '#cli/exit-codes.ts';
import { askGateway, openGatewayApi } from '#cli/gateway-api.ts';
import type { CliIo } from '#cli/io.ts';
import { failed } from '#cli/remote-events.ts';
import { printable } from '#cli/text-table.ts';

type Options = GatewayOptions & { readonly reason?: string; readonly ticket?: string };

export function register(program: Command, io: CliIo): void {
  approvalsCommand(program, 'state <id>', 'Say why you ask for a call that waits: once, before anybody can agree.')
    .option('--reason <text>', 'shown to whoever decides, and kept')
    .option('--ticket <text>', 'where it is written down')
    .action(async (id: string, options: Options) => io.exit(await state(io, id, options)));
}

async function state(io: CliIo, id: string, options: Options): Promise<ExitCode> {
  const api = await openGatewayApi(io, options);
  if (!api.ok) return failed(io, api.error);
  const { reason, ticket } = options;
  const body = { ...(reason === undefined ? {} : { reason }), ...(ticket === undefined ? {} : { ticket }) };
  const answer = await askGateway(api.value, `${APPROVALS_PATH}/${encodeURIComponent(id)}/statement`, body);
  if (!answer.ok) return failed(io, answer.error);
  const approval = answer.value as ShownApproval;
  io.stdout.write(
    options.json === true
      ? `${JSON.stringify(approval)}\n`
      : `${printable(`${approval.id}: said; it waits for ${approval.needed} of ${approval.approvers.join(', ')}`)}\n`,
  );
  return EXIT_OK;
}
