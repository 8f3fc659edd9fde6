/** `gatebook keys revoke`: takes an API key back, now, through a running gateway. */
import type { Command } from 'commander';
import { EXIT_OK, EXIT_USAGE, type ExitCode } from '#cli/exit-codes.ts';
import { askGateway, openGatewayApi } from '#cli/gateway-api.ts';
import type { CliIo } from '#cli/io.ts';
import { KEYS_PATH, keysGroup, type ListedKey, withGateway } from '#cli/keys-list.ts';
import { complain } from '#cli/local-events.ts';
import { failed } from '#cli/remote-events.ts';
import { printable } from '#cli/text-table.ts';

type Options = { readonly url: string; readonly tokenFile?: string; readonly json?: true };

export function register(program: Command, io: CliIo): void {
  withGateway(
    keysGroup(program)
      .command('revoke')
      .description(
        'Take a key back, now: calls and streams that it opened end. Exit codes: 0 it is over, 1 refused or not there, 2 usage, 3 gateway not reachable or unable.',
      )
      .argument('<id>', 'of the key, as `keys list` shows it; never the key itself')
      .option('--json', 'print the answer as JSON'),
    'an admin',
  ).action(async (id: string, options: Options) => io.exit(await revoke(io, id, options)));
}

async function revoke(io: CliIo, id: string, options: Options): Promise<ExitCode> {
  // Whoever gives the key itself has it in the history of the shell; it need not be in a URL as well.
  if (!/^[0-9a-f]{16}$/.test(id))
    return complain(io, 'a key is revoked by its id, 16 digits of hexadecimal: see `gatebook keys list`', EXIT_USAGE);
  const api = await openGatewayApi(io, options);
  if (!api.ok) return failed(io, api.error);
  const answer = await askGateway(api.value, `${KEYS_PATH}/${id}`, undefined, 'DELETE');
  if (!answer.ok) return failed(io, answer.error);
  const { account, status } = answer.value as ListedKey;
  io.stdout.write(
    options.json === true
      ? `${JSON.stringify(answer.value)}\n`
      : printable(`key ${id} of ${account}: ${status}`).concat('\n'),
  );
  return EXIT_OK;
}
