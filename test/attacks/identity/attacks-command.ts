/** `npm run attacks`: carries every attack out and prints what came of it; with `--write` it writes docs/SECURITY-TESTS.md. */
import { runAttacks as runApprovals } from '../approvals/run.ts';
import { ATTACKS as APPROVAL_ATTACKS } from '../approvals/table.ts';
import { runAttacks as runSignIn } from '../signin/run.ts';
import { ATTACKS as SIGN_IN_ATTACKS } from '../signin/table.ts';
import { runAttacks as runTransport } from '../transport/run.ts';
import { ATTACKS as TRANSPORT_ATTACKS } from '../transport/table.ts';
import { writePage } from './files.ts';
import { runAttacks } from './run.ts';
import { ATTACKS } from './table.ts';

type Verdict = {
  readonly attack: { readonly name: string };
  readonly failure: Error | undefined;
  readonly came: string;
};

let [carriedOut, failed] = [0, 0];
const onVerdict = ({ attack, failure, came }: Verdict): void => {
  carriedOut += 1;
  if (failure !== undefined) failed += 1;
  process.stdout.write(`${failure === undefined ? 'ok    ' : 'FAILED'} ${attack.name.padEnd(36)} ${came}\n`);
  if (failure !== undefined) process.stdout.write(`${failure.message}\n`);
};
await runAttacks(ATTACKS, onVerdict);
await runTransport(TRANSPORT_ATTACKS, onVerdict);
await runSignIn(SIGN_IN_ATTACKS, onVerdict);
await runApprovals(APPROVAL_ATTACKS, onVerdict);
process.stdout.write(`${carriedOut} attacks, ${failed} not as expected\n`);
// A page of expectations that do not hold would be worse than none.
if (failed === 0 && process.argv.includes('--write')) writePage();
process.exitCode = failed === 0 ? 0 : 1;
