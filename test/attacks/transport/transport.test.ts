/** Every one of the ways past inspection, tried against a whole gateway; and that the table and its guards agree. */
import { checkTable } from '../table-checks.ts';
import { GUARDS } from './guards.ts';
import { runAttacks } from './run.ts';
import { ATTACKS } from './table.ts';

checkTable({
  about: 'ways past inspection',
  attacks: ATTACKS,
  guards: GUARDS,
  least: 80,
  seen: 'transport',
  run: runAttacks,
});
