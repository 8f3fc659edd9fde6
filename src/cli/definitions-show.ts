/** `gatebook definitions show`: one definition, and what its versions differ in, with hidden characters made visible. */
import type { Command } from 'commander';
import { type BookOptions, withBookOptions } from '#cli/book-place.ts';
import { definitionText } from '#cli/definition-lines.ts';
import { DEFINITIONS_PATH, definitionsGroup, keptDefinitions, withDefinitions } from '#cli/definitions-list.ts';
import { kindOption } from '#cli/definition-kind.ts';
import { EXIT_CHECK_FAILED, EXIT_OK, type ExitCode } from '#cli/exit-codes.ts';
import { type GatewayApi, readGateway } from '#cli/gateway-api.ts';
import type { CliIo } from '#cli/io.ts';
import { complain } from '#cli/local-events.ts';
import { failed, onBookOrGateway, type RemoteOptions, target, withGatewayOptions } from '#cli/remote-events.ts';
import { definitionView, type DefinitionView } from '#definitions/definition-view.ts';
import { type DefinitionKind, keyText } from '#definitions/definition.ts';
import type { Book } from '#events/book.ts';

type Options = BookOptions & RemoteOptions & { readonly kind: DefinitionKind; readonly json?: true };
type Asked = { readonly connection: string; readonly kind: DefinitionKind; readonly name: string };

export function register(program: Command, io: CliIo): void {
  withGatewayOptions(
    withBookOptions(
      definitionsGroup(program)
        .command('show')
        .description('Show a definition and what its versions differ in (masked, as it is kept)')
        .argument('<connection>')
        .argument('[name]', 'of the tool; none for instructions', '')
        .addOption(kindOption())
        .option('--json', 'print it as one JSON object'),
    ),
  ).action((connection: string, name: string, options: Options) => {
    const asked = { connection, kind: options.kind, name };
    return onBookOrGateway(io, options, {
      here: (book) => showHere(io, book, asked, options.json === true),
      there: (api) => showThere(io, api, asked, options.json === true),
    });
  });
}

function print(io: CliIo, shown: DefinitionView, isJson: boolean): ExitCode {
  io.stdout.write(isJson ? `${JSON.stringify(shown)}\n` : definitionText(shown));
  return EXIT_OK;
}

async function showHere(io: CliIo, book: Book, asked: Asked, isJson: boolean): Promise<ExitCode> {
  const shown = await withDefinitions(book, async (store) => {
    const kept = (await keptDefinitions(store)).find(
      (one) => one.connection === asked.connection && keyText(one) === keyText(asked),
    );
    return kept === undefined ? undefined : definitionView(kept, await store.texts(asked.connection, asked));
  });
  if (shown === undefined) return complain(io, `no ${asked.kind} of that name was seen`, EXIT_CHECK_FAILED);
  return print(io, shown, isJson);
}

async function showThere(io: CliIo, api: GatewayApi, asked: Asked, isJson: boolean): Promise<ExitCode> {
  const answer = await readGateway(api, target(`${DEFINITIONS_PATH}/one`, asked));
  if (!answer.ok) return failed(io, answer.error);
  return print(io, JSON.parse(answer.value.text) as DefinitionView, isJson);
}
