/** `gatebook clients show`: one client program, with everywhere it sends people. */
import type { Command } from 'commander';
import { clientText } from '#cli/client-lines.ts';
import { CLIENTS_PATH, clientsGroup, type ClientsOptions, withClientsOptions } from '#cli/clients-list.ts';
import { EXIT_OK, type ExitCode } from '#cli/exit-codes.ts';
import { type ApiFailure, askGateway, type GatewayApi, openGatewayApi } from '#cli/gateway-api.ts';
import type { CliIo } from '#cli/io.ts';
import { failed } from '#cli/remote-events.ts';
import type { ClientView } from '#oauth/client-view.ts';
import { handleOf } from '#oauth/registered-client.ts';
import { ok, type Result } from '#result.ts';

/** The id that pages show, or the `client_id`, a URL too. */
export const clientPath = (id: string): string => `${CLIENTS_PATH}/${encodeURIComponent(handleOf(id))}`;

export async function askedClient(api: GatewayApi, id: string): Promise<Result<ClientView, ApiFailure>> {
  const answer = await askGateway(api, clientPath(id));
  return answer.ok ? ok(answer.value as ClientView) : answer;
}

export function register(program: Command, io: CliIo): void {
  withClientsOptions(
    clientsGroup(program)
      .command('show')
      .description('Show one client program')
      .argument('<id>', 'as listed, or its URL'),
  ).action(async (id: string, options: ClientsOptions) => io.exit(await show(io, id, options)));
}

async function show(io: CliIo, id: string, options: ClientsOptions): Promise<ExitCode> {
  const api = await openGatewayApi(io, options);
  if (!api.ok) return failed(io, api.error);
  const client = await askedClient(api.value, id);
  if (!client.ok) return failed(io, client.error);
  io.stdout.write(options.json === true ? `${JSON.stringify(client.value)}\n` : clientText(client.value));
  return EXIT_OK;
}
