/** `gatebook clients list`: which client programs registered or were asked for, and which of them wait for an admin. */
import type { Command } from 'commander';
import { clientTable } from '#cli/client-lines.ts';
import { commandGroup } from '#cli/command-group.ts';
import { EXIT_OK, type ExitCode } from '#cli/exit-codes.ts';
import { type ApiFailure, type GatewayApi, openGatewayApi, readGateway } from '#cli/gateway-api.ts';
import type { CliIo } from '#cli/io.ts';
import { failed, target } from '#cli/remote-events.ts';
import type { ClientView } from '#oauth/client-view.ts';
import { ok, type Result } from '#result.ts';

export type ClientsOptions = { readonly url: string; readonly tokenFile?: string; readonly json?: true };

export const CLIENTS_PATH = '/api/v1/clients';

export const clientsGroup = (program: Command): Command =>
  commandGroup(program, 'clients', 'List, approve, deny and remove the client programs people sign in with');

export const withClientsOptions = (command: Command): Command =>
  command
    .requiredOption('--url <url>', 'address of the gateway')
    .option('--token-file <file>', 'file with a token for its API (default: GATEBOOK_TOKEN)')
    .option('--json', 'print JSON, one object a line');

export function register(program: Command, io: CliIo): void {
  withClientsOptions(
    clientsGroup(program)
      .command('list')
      .description('List client programs, the newest first')
      .option('--waits', 'only those that wait for an admin'),
  ).action(async (options: ClientsOptions & { readonly waits?: true }) => io.exit(await list(io, options)));
}

/** Every page of them. */
async function asked(api: GatewayApi, waits: true | undefined): Promise<Result<readonly ClientView[], ApiFailure>> {
  const all: ClientView[] = [];
  let after: string | undefined;
  do {
    const answer = await readGateway(api, target(CLIENTS_PATH, { waits, after }));
    if (!answer.ok) return answer;
    all.push(...(JSON.parse(answer.value.text) as readonly ClientView[]));
    const next = /<([^<>]+)>; rel="next"/.exec(answer.value.headers.get('link') ?? '')?.[1];
    after = next === undefined ? undefined : (new URL(next).searchParams.get('after') ?? undefined);
  } while (after !== undefined);
  return ok(all);
}

async function list(io: CliIo, options: ClientsOptions & { readonly waits?: true }): Promise<ExitCode> {
  const api = await openGatewayApi(io, options);
  if (!api.ok) return failed(io, api.error);
  const clients = await asked(api.value, options.waits);
  if (!clients.ok) return failed(io, clients.error);
  if (options.json === true) for (const one of clients.value) io.stdout.write(`${JSON.stringify(one)}\n`);
  else if (clients.value.length > 0) io.stdout.write(clientTable(clients.value));
  else io.stderr.write('no clients\n');
  return EXIT_OK;
}
