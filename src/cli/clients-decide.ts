/**
 * `gatebook clients approve|deny|remove`: says through a running gateway who may ask for tokens. What is approved is what was
 * shown a moment before, by its profile: a client that changes in between is not approved with it.
 */
import type { Command } from 'commander';
import { clientText } from '#cli/client-lines.ts';
import { clientsGroup, type ClientsOptions, withClientsOptions } from '#cli/clients-list.ts';
import { askedClient, clientPath } from '#cli/clients-show.ts';
import { EXIT_OK, type ExitCode } from '#cli/exit-codes.ts';
import { askGateway, openGatewayApi } from '#cli/gateway-api.ts';
import type { CliIo } from '#cli/io.ts';
import { failed } from '#cli/remote-events.ts';

const ACTS = {
  approve: 'Let people sign in with a client program from now on',
  deny: 'Let nobody sign in with a client program, and revoke what it was given',
  remove: 'Forget a client program, and revoke what it was given',
} as const;
type Act = keyof typeof ACTS;

const DONE: Readonly<Record<Act, string>> = { approve: 'approved', deny: 'denied', remove: 'removed' };

export function register(program: Command, io: CliIo): void {
  for (const [act, description] of Object.entries(ACTS) as readonly (readonly [Act, string])[])
    withClientsOptions(
      clientsGroup(program)
        .command(act)
        .description(
          `${description}. Exit codes: 0 in force, 1 refused, not there or changed meanwhile, 2 usage, 3 gateway not reachable or unable.`,
        )
        .argument('<id>', 'as listed, or its URL'),
    ).action(async (id: string, options: ClientsOptions) => io.exit(await decide(io, act, id, options)));
}

async function decide(io: CliIo, act: Act, id: string, options: ClientsOptions): Promise<ExitCode> {
  const api = await openGatewayApi(io, options);
  if (!api.ok) return failed(io, api.error);
  const client = await askedClient(api.value, id);
  if (!client.ok) return failed(io, client.error);
  const { profile, handle } = client.value;
  const path = clientPath(id);
  const answer =
    act === 'remove'
      ? await askGateway(api.value, path, undefined, 'DELETE')
      : await askGateway(api.value, `${path}/decision`, { decision: act, profile });
  if (!answer.ok) return failed(io, answer.error);
  const { record } = answer.value as { readonly record: string };
  if (options.json === true) io.stdout.write(`${JSON.stringify(answer.value)}\n`);
  else io.stdout.write(`${clientText(client.value)}${DONE[act]} ${handle} (record ${record})\n`);
  return EXIT_OK;
}
