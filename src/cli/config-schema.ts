/** `gatebook config schema`: the JSON Schema of gatebook.yaml, for editors. */
import type { Command } from 'commander';
import { configGroup } from '#cli/config-file.ts';
import { EXIT_OK } from '#cli/exit-codes.ts';
import type { CliIo } from '#cli/io.ts';
import { configJsonSchema } from '#config/schema.ts';

export function register(program: Command, io: CliIo): void {
  configGroup(program)
    .command('schema')
    .description('Print the JSON Schema (draft 2020-12) of gatebook.yaml')
    .option('--json', 'the same: a schema is JSON')
    .action(() => {
      io.stdout.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
      io.exit(EXIT_OK);
    });
}
