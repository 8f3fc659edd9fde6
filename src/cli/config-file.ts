/** Loads the gatebook.yaml a command works on, and prints what is wrong with it. */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { commandGroup } from '#cli/command-group.ts';
import type { ExitCode } from '#cli/exit-codes.ts';
import { EXIT_CHECK_FAILED, EXIT_USAGE } from '#cli/exit-codes.ts';
import { readInputFile } from '#cli/input-file.ts';
import type { CliIo } from '#cli/io.ts';
import { userPath } from '#cli/io.ts';
import { loadConfig } from '#config/load.ts';
import type { ConfigSource, LoadedConfig } from '#config/load.ts';
import { problemText } from '#config/problem.ts';
import type { ConfigProblem } from '#config/problem.ts';
import { err } from '#result.ts';
import type { Result } from '#result.ts';

export const CONFIG_FILE = 'gatebook.yaml';

export const configGroup = (program: Command): Command =>
  commandGroup(program, 'config', 'Check and explain gatebook.yaml');

export type ConfigRefusal = {
  /** `usage`: the file could not be read; `invalid`: it was, and is wrong. */
  readonly kind: 'usage' | 'invalid';
  readonly problems: readonly ConfigProblem[];
};

/** `path` as the user typed it; problems name it so. */
export async function loadConfigFile(
  io: CliIo,
  path: string,
  options: Pick<ConfigSource, 'withoutSecrets'> = {},
): Promise<Result<LoadedConfig, ConfigRefusal>> {
  const text = await readInputFile(io, path);
  if (!text.ok) {
    return err({
      kind: 'usage',
      problems: [
        { file: path, line: 1, column: 1, path: '', message: text.error, fix: 'name the file with --config FILE' },
      ],
    });
  }
  const loaded = loadConfig({
    file: userPath(io, path),
    text: text.value,
    env: io.env,
    readFile: (file) => readFileSync(file, 'utf8'),
    nowMs: Date.now(),
    ...options,
  });
  if (loaded.ok) return loaded;
  return err({ kind: 'invalid', problems: loaded.error.map((problem) => ({ ...problem, file: path })) });
}

/** Writes every problem, as text on stderr or as JSON on stdout, and gives the exit code. */
export function reportRefusal(io: CliIo, refusal: ConfigRefusal, json: boolean): ExitCode {
  if (json) io.stdout.write(`${JSON.stringify({ ok: false, problems: refusal.problems })}\n`);
  else {
    for (const problem of refusal.problems) io.stderr.write(`${problemText(problem)}\n`);
    const count = refusal.problems.length;
    if (refusal.kind === 'invalid') io.stderr.write(`${count} problem${count === 1 ? '' : 's'}\n`);
  }
  return refusal.kind === 'usage' ? EXIT_USAGE : EXIT_CHECK_FAILED;
}
