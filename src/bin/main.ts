/** The `gatebook` command: registers its commands and maps usage errors to exit code 2. */
import { Command, CommanderError } from 'commander';
import { EXIT_OK, EXIT_UNAVAILABLE, EXIT_USAGE } from '#cli/exit-codes.ts';
import { processIo } from '#cli/io.ts';
import type { CliIo } from '#cli/io.ts';
import { version } from '#bin/version.ts';

type Register = (program: Command, io: CliIo) => void;

/** `serve` is what has to be ready soon; it loads nothing of the others. */
async function commandsFor(name: string | undefined): Promise<readonly Register[]> {
  const serve = async (): Promise<Register> => (await import('#bin/serve.ts')).register;
  if (name === 'serve') return [await serve()];
  const { OFFLINE_COMMANDS } = await import('#bin/offline-commands.ts');
  return [await serve(), ...OFFLINE_COMMANDS];
}

export async function main(argv: readonly string[]): Promise<void> {
  const io = processIo(process);
  // The reader of a command's output left, as `head` does: there is nobody to tell. A server goes on.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (argv[2] === 'serve') return;
    if (error.code !== 'EPIPE')
      process.stderr.write(`gatebook: cannot write the output: ${error.code ?? error.message}\n`);
    process.exit(error.code === 'EPIPE' ? EXIT_OK : EXIT_UNAVAILABLE);
  });
  process.stderr.on('error', () => undefined);
  const program = new Command('gatebook')
    .description('Identity-aware gateway for MCP servers that records every call in a tamper-evident book.')
    .version(version())
    .exitOverride()
    .showHelpAfterError('(--help shows what there is)');
  for (const register of await commandsFor(argv[2])) register(program, io);
  for (const command of allCommands(program)) command.exitOverride();
  const unknown = unknownCommand(program, argv.slice(2));
  if (unknown !== undefined) {
    io.stderr.write(`gatebook: unknown command '${unknown}' (--help shows what there is)\n`);
    return io.exit(EXIT_USAGE);
  }
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    if (!(error instanceof CommanderError)) return failed(io, error);
    io.exit(error.exitCode === 0 ? EXIT_OK : EXIT_USAGE);
  }
}

/** What no command foresaw: a disk or permission fault is said in a line; anything else is a bug and shows where. */
function failed(io: CliIo, error: unknown): void {
  const isSystem = error instanceof Error && 'code' in error && 'syscall' in error;
  io.stderr.write(`gatebook: ${isSystem ? error.message : ((error as Error).stack ?? String(error))}\n`);
  io.exit(EXIT_UNAVAILABLE);
}

/** Commander shows a group's help, and succeeds, for a word that is no command of it when `--help` follows. */
function unknownCommand(program: Command, words: readonly string[]): string | undefined {
  let at = program;
  for (const word of words) {
    if (at.commands.length === 0 || word.startsWith('-')) return undefined;
    const next = at.commands.find((command) => command.name() === word);
    if (next === undefined) return word === 'help' ? undefined : word;
    at = next;
  }
  return undefined;
}

const allCommands = (command: Command): readonly Command[] =>
  command.commands.flatMap((child) => [child, ...allCommands(child)]);
