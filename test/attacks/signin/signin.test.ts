/** Every one of the attacks on signing in, tried against a whole gateway; and that the table and its guards agree. */
import { checkTable } from '../table-checks.ts';
import { GUARDS } from './guards.ts';
import { runAttacks } from './run.ts';
import { ATTACKS } from './table.ts';

checkTable({
  about: 'attacks on signing in',
  attacks: ATTACKS,
  guards: GUARDS,
  least: 20,
  seen: 'signin',
  run: runAttacks,
});
