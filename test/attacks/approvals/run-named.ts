/** Runs the attacks named as arguments (all without any) and prints one line of JSON for each. */
import { runAttacks } from './run.ts';
import { ATTACKS } from './table.ts';

const names = process.argv.slice(2);
const attacks = names.length === 0 ? ATTACKS : ATTACKS.filter(({ name }) => names.includes(name));
await runAttacks(attacks, ({ attack, failure, came }) => {
  process.stdout.write(`${JSON.stringify({ name: attack.name, failed: failure?.message ?? null, came })}\n`);
});
