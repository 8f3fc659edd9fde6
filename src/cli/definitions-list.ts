/** `gatebook definitions list`: what servers say they offer, and what of it changed, hides text or was accepted. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { type BookOptions, withBookOptions } from '#cli/book-place.ts';
import { commandGroup } from '#cli/command-group.ts';
import { definitionTable } from '#cli/definition-lines.ts';
import { EXIT_OK, type ExitCode } from '#cli/exit-codes.ts';
import { type ApiFailure, type GatewayApi, readGateway } from '#cli/gateway-api.ts';
import type { CliIo } from '#cli/io.ts';
import { failed, onBookOrGateway, type RemoteOptions, target, withGatewayOptions } from '#cli/remote-events.ts';
import { byPlace, definitionView, type DefinitionView } from '#definitions/definition-view.ts';
import type { Definition } from '#definitions/definition.ts';
import type { DefinitionStore } from '#definitions/definition-store.ts';
import type { Book } from '#events/book.ts';
import { LIMITS } from '#limits.ts';
import { ok, type Result } from '#result.ts';
import { openDefinitionsDb } from '#store/definitions-db.ts';

type Options = BookOptions &
  RemoteOptions & { readonly connection?: string; readonly waits?: true; readonly json?: true };

export const DEFINITIONS_PATH = '/api/v1/definitions';

export const definitionsGroup = (program: Command): Command =>
  commandGroup(program, 'definitions', 'List, show and accept what servers say of their tools and of themselves');

export function register(program: Command, io: CliIo): void {
  withGatewayOptions(
    withBookOptions(
      definitionsGroup(program)
        .command('list')
        .description('List the definitions that were seen, and which of them changed or hide text')
        .option('--connection <name>', 'of this connection alone')
        .option('--waits', 'only those that wait for an admin')
        .option('--json', 'print each as one JSON object a line'),
    ),
  ).action((options: Options) =>
    onBookOrGateway(io, options, {
      here: (book) => listHere(io, book, options),
      there: (api) => listThere(io, api, options),
    }),
  );
}

/** Runs `read` on the definitions kept beside a book, read-only, whether a gateway runs or not. */
export async function withDefinitions<T>(book: Book, read: (store: DefinitionStore) => Promise<T>): Promise<T> {
  const path = join(book.place.dataDirectory, 'state.db');
  const store = openDefinitionsDb({ path, limits: LIMITS, isReadOnly: true });
  try {
    return await read(store);
  } finally {
    await store.close();
  }
}

/** None where none was ever kept: by a version that did not, or because no gateway has run. */
export async function keptDefinitions(store: DefinitionStore): Promise<readonly Definition[]> {
  try {
    return (await store.after(0)).toSorted(byPlace);
  } catch (error) {
    if (error instanceof Error && /no such table|unable to open database file/.test(error.message)) return [];
    throw error;
  }
}

async function listHere(io: CliIo, book: Book, { connection, waits, json }: Options): Promise<ExitCode> {
  const kept = await withDefinitions(book, keptDefinitions);
  const shown = kept
    .filter((one) => connection === undefined || one.connection === connection)
    .map((one) => definitionView(one))
    .filter(({ versions }) => waits !== true || versions.some((version) => version.waits));
  print(io, shown, json === true);
  return EXIT_OK;
}

/** Every page of them. */
export async function askedDefinitions(
  api: GatewayApi,
  query: { readonly connection?: string | undefined; readonly waits?: boolean | undefined },
): Promise<Result<readonly DefinitionView[], ApiFailure>> {
  const all: DefinitionView[] = [];
  let after: string | undefined;
  do {
    const answer = await readGateway(api, target(DEFINITIONS_PATH, { ...query, after }));
    if (!answer.ok) return answer;
    all.push(...(JSON.parse(answer.value.text) as readonly DefinitionView[]));
    const next = /<([^<>]+)>; rel="next"/.exec(answer.value.headers.get('link') ?? '')?.[1];
    after = next === undefined ? undefined : (new URL(next).searchParams.get('after') ?? undefined);
  } while (after !== undefined);
  return ok(all);
}

async function listThere(io: CliIo, api: GatewayApi, { connection, waits, json }: Options): Promise<ExitCode> {
  const listed = await askedDefinitions(api, { connection, waits });
  if (!listed.ok) return failed(io, listed.error);
  print(io, listed.value, json === true);
  return EXIT_OK;
}

function print(io: CliIo, definitions: readonly DefinitionView[], isJson: boolean): void {
  if (isJson) for (const one of definitions) io.stdout.write(`${JSON.stringify(one)}\n`);
  else if (definitions.length > 0) io.stdout.write(definitionTable(definitions));
  else io.stderr.write('no definitions\n');
}
