/** Runs one command of the command line in this process and gives back what it wrote and its exit code. */
import { Command } from 'commander';
import { type CliIo, processIo } from '#cli/io.ts';

export type CliRun = { readonly code: number | undefined; readonly stdout: string; readonly stderr: string };

export async function runCommand(
  register: (program: Command, io: CliIo) => void,
  args: readonly string[],
  options: {
    readonly cwd: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly isTTY?: boolean;
    readonly stdin?: string;
  },
): Promise<CliRun> {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({
    isTTY: options.isTTY ?? false,
    write: (text: string) => {
      written[name] += text;
    },
  });
  const host: Parameters<typeof processIo>[0] = {
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    ...(options.stdin === undefined ? {} : { stdin: textStream(options.stdin) }),
    env: options.env ?? {},
    cwd: () => options.cwd,
  };
  const program = new Command('gatebook').exitOverride();
  register(program, processIo(host));
  await program.parseAsync(['node', 'gatebook', ...args]);
  return { code: typeof host.exitCode === 'number' ? host.exitCode : undefined, ...written };
}

async function* textStream(text: string): AsyncGenerator<string> {
  yield text;
}
