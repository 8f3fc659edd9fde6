/** Every attack of the table, carried out against a whole gateway; and that the table, its guards and its page agree. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { checkTable } from '../table-checks.ts';
import { PAGE, pageText } from './files.ts';
import { GUARDS } from './guards.ts';
import { runAttacks } from './run.ts';
import { ATTACKS } from './table.ts';

checkTable({
  about: 'attacks on identity',
  attacks: ATTACKS,
  guards: GUARDS,
  least: 100,
  seen: undefined,
  run: runAttacks,
  wanted: process.env['GATEBOOK_ATTACKS']?.split(','),
});

test('docs/SECURITY-TESTS.md is what the table says: else `npm run attacks -- --write`', () => {
  assert.equal(readFileSync(PAGE, 'utf8'), pageText());
});
