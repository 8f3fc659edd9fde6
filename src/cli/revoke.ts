/** `gatebook revoke`: takes access away, now, through a running gateway. */
import type { Command } from 'commander';
import { EXIT_OK, EXIT_USAGE, type ExitCode } from '#cli/exit-codes.ts';
import { askGateway, openGatewayApi } from '#cli/gateway-api.ts';
import type { CliIo } from '#cli/io.ts';

type Options = {
  readonly caller?: readonly string[];
  readonly client?: string;
  readonly grant?: string;
  readonly all?: true;
  readonly reason: string;
  readonly url: string;
  readonly tokenFile?: string;
  readonly json?: true;
};

const PATH = '/api/v1/revocations';

export function register(program: Command, io: CliIo): void {
  program
    .command('revoke')
    .description(
      'Take access away, now: from one caller, from all who come through one client, one grant of one person, or from everybody. Open calls and streams end. Exit codes: 0 in force, 1 refused, 2 usage, 3 gateway not reachable or unable.',
    )
    .option('--caller <issuer subject...>', 'URL of the issuer and subject, as events show them')
    .option('--client <id>', 'client id with the name of its issuer, as events show it: okta:0oa1ci2')
    .option('--grant <name>', 'what one person let one client do, as events name it (detail.grant)')
    .option('--all', 'every token issued until now; yours too')
    .requiredOption('--reason <text>', 'why, for the record')
    .requiredOption('--url <url>', 'address of the gateway')
    .option('--token-file <file>', 'file with a token of an admin for the API (default: GATEBOOK_TOKEN)')
    .option('--json', 'print the answer as JSON')
    .action(async (options: Options) => io.exit(await revoke(io, options)));
}

/** The body of the request, or what is wrong with the command line. */
function asked({ caller, client, grant, all, reason }: Options): object | string {
  const scopes = [caller, client, grant, all].filter((scope) => scope !== undefined);
  if (scopes.length !== 1) return 'give exactly one of --caller, --client, --grant and --all';
  if (all !== undefined) return { scope: 'all', reason };
  if (client !== undefined) return { scope: 'client', client, reason };
  if (grant !== undefined) return { scope: 'grant', grant, reason };
  const [issuer, subject, ...more] = caller ?? [];
  if (issuer === undefined || subject === undefined || more.length > 0)
    return '--caller takes two words: the URL of the issuer and the subject';
  return { scope: 'caller', issuer, subject, reason };
}

async function revoke(io: CliIo, options: Options): Promise<ExitCode> {
  const fail = (message: string, code: ExitCode): ExitCode => {
    io.stderr.write(`gatebook: ${message}\n`);
    return code;
  };
  const body = asked(options);
  if (typeof body === 'string') return fail(body, EXIT_USAGE);
  const api = await openGatewayApi(io, options);
  if (!api.ok) return fail(api.error.message, api.error.exit);
  const answer = await askGateway(api.value, PATH, body);
  if (!answer.ok) return fail(answer.error.message, answer.error.exit);
  const { epoch, record, revokesYou } = answer.value as Readonly<Record<string, unknown>>;
  io.stdout.write(
    options.json
      ? `${JSON.stringify(answer.value)}\n`
      : `revoked: tokens issued until ${String(epoch)} are refused, and what was open has ended (record ${String(record)})\n`,
  );
  if (revokesYou === true) io.stderr.write('gatebook: your own token is revoked too; get a new one after that time\n');
  return EXIT_OK;
}
