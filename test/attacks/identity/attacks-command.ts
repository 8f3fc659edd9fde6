/** `npm run attacks`: carries every attack out and prints what came of it; with `--write` it writes docs/SECURITY-TESTS.md. */
import { writePage } from './files.ts';
import { runAttacks } from './run.ts';
import { ATTACKS } from './table.ts';

let failed = 0;
await runAttacks(ATTACKS, ({ attack, failure, came }) => {
  if (failure !== undefined) failed += 1;
  process.stdout.write(`${failure === undefined ? 'ok    ' : 'FAILED'} ${attack.name.padEnd(36)} ${came}\n`);
  if (failure !== undefined) process.stdout.write(`${failure.message}\n`);
});
process.stdout.write(`${ATTACKS.length} attacks, ${failed} not as expected\n`);
// A page of expectations that do not hold would be worse than none.
if (failed === 0 && process.argv.includes('--write')) writePage();
process.exitCode = failed === 0 ? 0 : 1;
