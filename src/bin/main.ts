/** The `gatebook` command: registers its commands and maps usage errors to exit code 2. */
import { Command, CommanderError } from 'commander';
import { EXIT_OK, EXIT_USAGE } from '#cli/exit-codes.ts';
import { processIo } from '#cli/io.ts';
import type { CliIo } from '#cli/io.ts';

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
    if (error.code !== 'EPIPE') throw error;
    if (argv[2] !== 'serve') process.exit(EXIT_OK);
  });
  const program = new Command('gatebook')
    .description('Identity-aware gateway for MCP servers that records every call in a tamper-evident book.')
    .exitOverride()
    .showHelpAfterError('(--help shows what there is)');
  for (const register of await commandsFor(argv[2])) register(program, io);
  for (const command of allCommands(program)) command.exitOverride();
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const isHelp = error.code === 'commander.helpDisplayed' || error.code === 'commander.version';
    io.exit(isHelp ? EXIT_OK : EXIT_USAGE);
  }
}

const allCommands = (command: Command): readonly Command[] =>
  command.commands.flatMap((child) => [child, ...allCommands(child)]);
