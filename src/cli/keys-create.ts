/**
 * `gatebook keys create`: makes an API key through a running gateway. The key alone goes to stdout, so that it can be piped to
 * where secrets are kept without standing on a screen; what it is for goes to stderr.
 */
import type { Command } from 'commander';
import { EXIT_OK, EXIT_USAGE, type ExitCode } from '#cli/exit-codes.ts';
import { askGateway, openGatewayApi } from '#cli/gateway-api.ts';
import type { CliIo } from '#cli/io.ts';
import { KEYS_PATH, keysGroup, type ListedKey, withGateway } from '#cli/keys-list.ts';
import { complain } from '#cli/local-events.ts';
import { failed } from '#cli/remote-events.ts';
import { printable } from '#cli/text-table.ts';

type Options = {
  readonly account: string;
  readonly connection?: readonly string[];
  readonly level?: string;
  readonly network?: readonly string[];
  readonly days?: string;
  readonly url: string;
  readonly tokenFile?: string;
  readonly json?: true;
};

export function register(program: Command, io: CliIo): void {
  withGateway(
    keysGroup(program)
      .command('create')
      .description(
        'Make a key and print it, this once: it is kept nowhere. An account has two live keys at most. Exit codes: 0 made, 1 refused, 2 usage, 3 gateway not reachable or unable.',
      )
      .requiredOption('--account <name>', 'the service account, as gatebook.yaml names it')
      .option('--connection <name...>', 'for these connections alone (default: all that the account may reach)')
      .option('--level <name>', 'at most this level, whatever grants give the account')
      .option('--network <cidr...>', 'only from these addresses or blocks, such as 10.0.0.0/8')
      .option('--days <n>', 'how long it lives, up to 365 (default: 90, or as long as the account)')
      .option('--json', 'print the answer as JSON, with the key in it'),
    'an admin',
  ).action(async (options: Options) => io.exit(await create(io, options)));
}

async function create(io: CliIo, options: Options): Promise<ExitCode> {
  const { account, connection, level, network, days } = options;
  if (days !== undefined && !/^[1-9]\d{0,2}$/.test(days))
    return complain(io, '--days takes a whole number of days, 1 to 365', EXIT_USAGE);
  const api = await openGatewayApi(io, options);
  if (!api.ok) return failed(io, api.error);
  const answer = await askGateway(api.value, KEYS_PATH, {
    account,
    ...(connection === undefined ? {} : { connections: connection }),
    ...(level === undefined ? {} : { level }),
    ...(network === undefined ? {} : { networks: network }),
    ...(days === undefined ? {} : { days: Number(days) }),
  });
  if (!answer.ok) return failed(io, answer.error);
  const made = answer.value as ListedKey & { readonly key: string; readonly record: string };
  io.stdout.write(options.json === true ? `${JSON.stringify(made)}\n` : `${made.key}\n`);
  io.stderr.write(
    printable(
      `key ${made.id} of ${made.account}, until ${made.expiresAt} (record ${made.record}); it is shown this once`,
    ).concat('\n'),
  );
  return EXIT_OK;
}
