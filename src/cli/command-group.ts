/** Finds or begins a group of commands such as `ledger`, so that each of its commands can live in its own file. */
import type { Command } from 'commander';

export function commandGroup(program: Command, name: string, description: string): Command {
  return program.commands.find((command) => command.name() === name) ?? program.command(name).description(description);
}

export const ledgerGroup = (program: Command): Command =>
  commandGroup(program, 'ledger', 'Verify, export and read the book without the gateway');
