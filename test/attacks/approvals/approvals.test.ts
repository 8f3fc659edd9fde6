/** Every one of the attacks on approvals, tried against a whole gateway; and that the table and its guards agree. */
import { checkTable } from '../table-checks.ts';
import { GUARDS } from './guards.ts';
import { runAttacks } from './run.ts';
import { ATTACKS } from './table.ts';

checkTable({
  about: 'attacks on approvals',
  attacks: ATTACKS,
  guards: GUARDS,
  least: 20,
  seen: 'approvals',
  run: runAttacks,
});
