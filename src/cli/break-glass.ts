/** `gatebook break-glass`: become an admin for a short while, through a running gateway; recorded and alarmed before it counts. */
import type { Command } from 'commander';
import { EXIT_OK, EXIT_USAGE, type ExitCode } from '#cli/exit-codes.ts';
import { askGateway, openGatewayApi } from '#cli/gateway-api.ts';
import type { CliIo } from '#cli/io.ts';

type Options = {
  readonly reason?: string;
  readonly minutes?: string;
  readonly end?: true;
  readonly url: string;
  readonly tokenFile?: string;
  readonly json?: true;
};

const PATH = '/api/v1/break-glass';

export function register(program: Command, io: CliIo): void {
  program
    .command('break-glass')
    .description(
      'Become an admin for at most an hour, if one of your groups is in `roles.breakGlass`. Recorded and alarmed before it counts, and so is what you do by it. Exit codes: 0 in force (or over), 1 refused, 2 usage, 3 gateway not reachable or unable.',
    )
    .option('--reason <text>', 'why, for the record and the alarm; at least ten characters')
    .option('--minutes <n>', 'for how long, 1 to 60 (default: 60)')
    .option('--end', 'be no admin any more')
    .requiredOption('--url <url>', 'address of the gateway')
    .option('--token-file <file>', 'file with a token for the API (default: GATEBOOK_TOKEN)')
    .option('--json', 'print the answer as JSON')
    .action(async (options: Options) => io.exit(await breakGlass(io, options)));
}

/** The body of the request, or what is wrong with the command line. */
function asked({ reason, minutes, end }: Options): object | 'end' | { readonly wrong: string } {
  if (end !== undefined)
    return reason === undefined && minutes === undefined
      ? 'end'
      : { wrong: '--end takes no --reason and no --minutes' };
  if (reason === undefined) return { wrong: 'give --reason TEXT: it is what others read of it' };
  if (minutes === undefined) return { reason };
  return /^\d{1,3}$/.test(minutes) ? { reason, minutes: Number(minutes) } : { wrong: '--minutes takes a whole number' };
}

async function breakGlass(io: CliIo, options: Options): Promise<ExitCode> {
  const fail = (message: string, code: ExitCode): ExitCode => {
    io.stderr.write(`gatebook: ${message}\n`);
    return code;
  };
  const body = asked(options);
  if (typeof body === 'object' && 'wrong' in body) return fail(body.wrong, EXIT_USAGE);
  const api = await openGatewayApi(io, options);
  if (!api.ok) return fail(api.error.message, api.error.exit);
  const answer =
    body === 'end' ? await askGateway(api.value, PATH, undefined, 'DELETE') : await askGateway(api.value, PATH, body);
  if (!answer.ok) return fail(answer.error.message, answer.error.exit);
  const { endsAt, record } = answer.value as Readonly<Record<string, unknown>>;
  const said =
    body === 'end'
      ? `you are no admin by break glass any more (record ${String(record)})`
      : `you are an admin until ${String(endsAt)}; everybody who reads the book sees why (record ${String(record)})`;
  io.stdout.write(options.json ? `${JSON.stringify(answer.value)}\n` : `${said}\n`);
  return EXIT_OK;
}
