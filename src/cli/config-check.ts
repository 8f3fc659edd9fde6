/** `gatebook config check`: says everything that is wrong with gatebook.yaml, or that nothing is. */
import type { Command } from 'commander';
import { CONFIG_FILE, configGroup, loadConfigFile, reportRefusal } from '#cli/config-file.ts';
import type { ExitCode } from '#cli/exit-codes.ts';
import { EXIT_OK } from '#cli/exit-codes.ts';
import type { CliIo } from '#cli/io.ts';
import { problemText } from '#config/problem.ts';

type Options = { readonly config: string; readonly json?: true };

export function register(program: Command, io: CliIo): void {
  configGroup(program)
    .command('check')
    .description('Check the file, its secrets, and every rule against made-up calls; exit code 1 when it is invalid')
    .option('--config <file>', 'the configuration file', CONFIG_FILE)
    .option('--json', 'print the outcome as one JSON object')
    .action(async (options: Options) => io.exit(await check(io, options)));
}

async function check(io: CliIo, options: Options): Promise<ExitCode> {
  const loaded = await loadConfigFile(io, options.config);
  if (!loaded.ok) return reportRefusal(io, loaded.error, options.json === true);
  const { config, policyVersion, configVersion } = loaded.value;
  const warnings = loaded.value.warnings.map((warning) => ({ ...warning, file: options.config }));
  if (options.json) {
    io.stdout.write(`${JSON.stringify({ ok: true, policy: policyVersion, config: configVersion, warnings })}\n`);
    return EXIT_OK;
  }
  for (const warning of warnings) io.stderr.write(`warning: ${problemText(warning)}\n`);
  const counts = [
    count(Object.keys(config.issuers), 'issuer'),
    count(Object.keys(config.connections), 'connection'),
    count(Object.keys(config.levels), 'level'),
    count(config.grants, 'grant'),
    count(config.rules, 'rule'),
  ];
  io.stdout.write(`OK: ${options.config}: ${counts.join(', ')}; policy ${policyVersion}\n`);
  return EXIT_OK;
}

const count = (items: readonly unknown[], what: string): string =>
  `${items.length} ${what}${items.length === 1 ? '' : 's'}`;
