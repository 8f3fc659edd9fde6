/**
 * `gatebook definitions accept`: takes responsibility for what a server says now, through a running gateway. What is accepted is
 * what was listed, by its hash: a server that changes once more in between is not accepted with it.
 */
import type { Command } from 'commander';
import { shownName } from '#cli/definition-lines.ts';
import { kindOption } from '#cli/definition-kind.ts';
import { askedDefinitions, DEFINITIONS_PATH, definitionsGroup } from '#cli/definitions-list.ts';
import { EXIT_CHECK_FAILED, EXIT_OK, EXIT_USAGE, type ExitCode } from '#cli/exit-codes.ts';
import { askGateway, type GatewayApi, openGatewayApi } from '#cli/gateway-api.ts';
import type { CliIo } from '#cli/io.ts';
import { complain } from '#cli/local-events.ts';
import { failed } from '#cli/remote-events.ts';
import type { DefinitionView } from '#definitions/definition-view.ts';
import { type DefinitionKind, keyText } from '#definitions/definition.ts';
import { LIMITS } from '#limits.ts';
import { err, ok, type Result } from '#result.ts';

type Options = {
  readonly kind: DefinitionKind;
  readonly all?: true;
  readonly hash?: string;
  readonly only?: true;
  readonly url: string;
  readonly tokenFile?: string;
  readonly json?: true;
};

/** Beside them a request names the connection. */
const REQUEST_BYTES = LIMITS.apiBodyBytes - 1_024;

type Chosen = { readonly kind: DefinitionKind; readonly name: string; readonly hash: string };

export function register(program: Command, io: CliIo): void {
  definitionsGroup(program)
    .command('accept')
    .description(
      'Accept what a server says now: its definitions count from then on. Exit codes: 0 in force, 1 refused or not there, 2 usage, 3 gateway not reachable or unable.',
    )
    .argument('<connection>')
    .argument('[name...]', 'of the tools; none for instructions')
    .addOption(kindOption())
    .option('--all', 'everything of the connection that waits, of every kind: for a new version of the server')
    .option('--hash <hash>', 'this version of the one named, by the first digits of its hash')
    .option('--only', 'and forget every other version of it: seen again, it is a change again')
    .requiredOption('--url <url>', 'address of the gateway')
    .option('--token-file <file>', 'file with a token of an admin for the API (default: GATEBOOK_TOKEN)')
    .option('--json', 'print the answers as JSON, one a line')
    .action(async (connection: string, names: readonly string[], options: Options) =>
      io.exit(await accept(io, connection, names, options)),
    );
}

function misuse(names: readonly string[], { all, hash, kind }: Options): string | undefined {
  if (all === true) return names.length > 0 || hash !== undefined ? '--all takes no name and no --hash' : undefined;
  if (kind === 'instructions') return names.length > 0 ? 'instructions have no name' : undefined;
  if (names.length === 0) return 'name what to accept, or give --all';
  if (hash !== undefined && names.length > 1) return '--hash is a version of one definition: give one name';
  return undefined;
}

/** All versions that wait; with `--hash` the one meant, whether it waits or not. */
function chosenOf(definition: DefinitionView, hash: string | undefined): readonly Chosen[] {
  const { kind, name, versions } = definition;
  return versions
    .filter((version) => (hash === undefined ? version.waits : version.hash.startsWith(hash)))
    .map((version) => ({ kind, name, hash: version.hash }));
}

/** What to accept of what is listed, or why that is not clear. */
function choose(
  listed: readonly DefinitionView[],
  names: readonly string[],
  { kind, all, hash, only }: Options,
): Result<readonly Chosen[], string> {
  const wanted = new Set((kind === 'instructions' ? [''] : names).map((name) => keyText({ kind, name })));
  const meant = all === true ? listed : listed.filter((one) => wanted.has(keyText(one)));
  if (all !== true && meant.length < wanted.size) return err(`no such ${kind} was seen`);
  for (const one of meant) {
    const chosen = chosenOf(one, hash);
    if (hash !== undefined && chosen.length !== 1)
      return err(`${chosen.length === 0 ? 'no version' : 'more than one version'} begins with ${hash}`);
    // Whoever accepts one alone, or by its name alone, means the one; which, only they can say.
    if (chosen.length > 1 && (all !== true || only === true))
      return err(
        `${shownName(one.name)} has ${chosen.length} versions that wait: look at them with \`definitions show\`, then give --hash`,
      );
  }
  return ok(meant.flatMap((one) => chosenOf(one, hash)));
}

async function accept(io: CliIo, connection: string, names: readonly string[], options: Options): Promise<ExitCode> {
  const misused = misuse(names, options);
  if (misused !== undefined) return complain(io, misused, EXIT_USAGE);
  const api = await openGatewayApi(io, options);
  if (!api.ok) return failed(io, api.error);
  const listed = await askedDefinitions(api.value, { connection });
  if (!listed.ok) return failed(io, listed.error);
  const chosen = choose(listed.value, names, options);
  if (!chosen.ok) return complain(io, chosen.error, EXIT_CHECK_FAILED);
  if (chosen.value.length === 0) {
    io.stderr.write('nothing waits to be accepted\n');
    return EXIT_OK;
  }
  return acceptChosen(io, api.value, { connection, only: options.only === true }, chosen.value, options.json === true);
}

/** As many at a time as a request may have, in number and in bytes. */
function inRequests(chosen: readonly Chosen[]): readonly (readonly Chosen[])[] {
  const requests: Chosen[][] = [];
  let bytesLeft = 0;
  for (const one of chosen) {
    const bytes = Buffer.byteLength(JSON.stringify(one)) + 1;
    const last = requests.at(-1);
    bytesLeft -= bytes;
    if (last !== undefined && bytesLeft >= 0 && last.length < LIMITS.definitionsAccepted) last.push(one);
    else {
      requests.push([one]);
      bytesLeft = REQUEST_BYTES - bytes;
    }
  }
  return requests;
}

async function acceptChosen(
  io: CliIo,
  api: GatewayApi,
  { connection, only }: { readonly connection: string; readonly only: boolean },
  chosen: readonly Chosen[],
  isJson: boolean,
): Promise<ExitCode> {
  for (const some of inRequests(chosen)) {
    const answer = await askGateway(api, `${DEFINITIONS_PATH}/acceptances`, { connection, accept: some, only });
    if (!answer.ok) return failed(io, answer.error);
    const { records } = answer.value as { readonly records: readonly string[] };
    if (isJson) io.stdout.write(`${JSON.stringify(answer.value)}\n`);
    else
      for (const [index, { kind, name, hash }] of some.entries())
        io.stdout.write(`accepted ${kind} ${shownName(name)} ${hash.slice(0, 12)} (record ${records[index] ?? '-'})\n`);
  }
  return EXIT_OK;
}
