import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { commandGroup, ledgerGroup } from '#cli/command-group.ts';

test('commands that name the same group end up in one', () => {
  const program = new Command('gatebook');
  const ledger = ledgerGroup(program);
  ledger.command('verify');
  assert.equal(ledgerGroup(program), ledger);
  assert.equal(commandGroup(program, 'ledger', 'another description'), ledger);
  assert.notEqual(commandGroup(program, 'events', 'Search'), ledger);
  assert.deepEqual(
    program.commands.map((command) => command.name()),
    ['ledger', 'events'],
  );
});
