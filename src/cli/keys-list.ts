/** `gatebook keys list`: the API keys of service accounts, from a running gateway; never the keys themselves. */
import type { Command } from 'commander';
import { commandGroup } from '#cli/command-group.ts';
import { EXIT_OK, type ExitCode } from '#cli/exit-codes.ts';
import { askGateway, openGatewayApi } from '#cli/gateway-api.ts';
import type { CliIo } from '#cli/io.ts';
import { failed } from '#cli/remote-events.ts';
import { cellText, textTable } from '#cli/text-table.ts';

type Options = { readonly url: string; readonly tokenFile?: string; readonly account?: string; readonly json?: true };

export const KEYS_PATH = '/api/v1/keys';

/** As the API lists them (src/api/contract/key.ts). */
export type ListedKey = {
  readonly id: string;
  readonly account: string;
  readonly status: string;
  readonly connections: readonly string[];
  readonly level?: string;
  readonly networks?: readonly string[];
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly lastUsedOn?: string;
};

export const keysGroup = (program: Command): Command =>
  commandGroup(program, 'keys', 'Make, list and revoke API keys of service accounts');

/** Every command of keys goes through a running gateway. */
export const withGateway = (command: Command, role: string): Command =>
  command
    .requiredOption('--url <url>', 'address of the gateway')
    .option('--token-file <file>', `file with a token of ${role} for the API (default: GATEBOOK_TOKEN)`);

export function register(program: Command, io: CliIo): void {
  withGateway(
    keysGroup(program)
      .command('list')
      .description(
        'List keys, newest first, with what each is for and when it was last used. Exit codes: 0 listed, 1 refused, 2 usage, 3 gateway not reachable or unable.',
      )
      .option('--account <name>', 'of this service account alone')
      .option('--json', 'print each as one JSON object a line'),
    'an admin or auditor',
  ).action(async (options: Options) => io.exit(await list(io, options)));
}

const day = (time: string): string => time.slice(0, 10);

const row = (key: ListedKey): readonly string[] =>
  [
    key.id,
    key.account,
    key.status,
    key.connections.join(' '),
    key.level ?? '-',
    key.networks?.join(' ') ?? 'anywhere',
    day(key.createdAt),
    day(key.expiresAt),
    key.lastUsedOn ?? 'never',
  ].map(cellText);

async function list(io: CliIo, options: Options): Promise<ExitCode> {
  const api = await openGatewayApi(io, options);
  if (!api.ok) return failed(io, api.error);
  const answer = await askGateway(api.value, KEYS_PATH);
  if (!answer.ok) return failed(io, answer.error);
  const keys = (answer.value as readonly ListedKey[]).filter(
    ({ account }) => options.account === undefined || account === options.account,
  );
  const columns = ['KEY', 'ACCOUNT', 'STATUS', 'CONNECTIONS', 'LEVEL', 'NETWORKS', 'MADE', 'UNTIL', 'LAST USED'];
  io.stdout.write(
    options.json === true ? keys.map((key) => `${JSON.stringify(key)}\n`).join('') : textTable(columns, keys.map(row)),
  );
  return EXIT_OK;
}
