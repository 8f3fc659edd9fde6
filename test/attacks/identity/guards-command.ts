/**
 * `npm run attacks:guards`: removes each guard in a copy of the checkout and prints what the attacks then achieve. Exit code
 * 1 when an attack does not notice. Words as arguments choose attacks by part of their name; `--write` keeps what was seen.
 */
import { readSeen, ROOT, writePage, writeSeen } from './files.ts';
import { GUARDS } from './guards.ts';
import { openCopy } from './prove-guards.ts';
import type { Seen } from './prove-guards.ts';

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const chosen = GUARDS.filter(({ attacks }) =>
  attacks.some((attack) => words.length === 0 || words.some((word) => attack.includes(word))),
);
const seen: Seen[] = [];
const unproven: string[] = [];
/** What it gives, or why it could not. */
function tried<T>(run: () => T): T | string {
  try {
    return run();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const copy = openCopy(ROOT);
try {
  for (const guard of chosen) {
    process.stdout.write(`without: ${guard.guard}\n`);
    const proof = tried(() => copy.prove(guard));
    if (typeof proof === 'string') unproven.push(guard.guard);
    for (const one of typeof proof === 'string' ? [] : proof) {
      seen.push(one);
      process.stdout.write(`  ${one.failed ? 'noticed' : 'NOT NOTICED'}  ${one.attack.padEnd(36)} ${one.came}\n`);
    }
    if (typeof proof === 'string') process.stdout.write(`  NOT RUN  ${proof}\n`);
  }
} finally {
  copy.close();
}
const unnoticed = seen.filter(({ failed }) => !failed);
const isProven = unnoticed.length === 0 && unproven.length === 0;
process.stdout.write(
  `${chosen.length} guards, ${seen.length} attacks run without theirs, ${unnoticed.length} not noticed, ${unproven.length} guards not run\n`,
);
if (isProven && process.argv.includes('--write')) {
  const guards = new Set(seen.map(({ guard }) => guard));
  const known = new Set(GUARDS.map(({ guard }) => guard));
  const kept = words.length === 0 ? [] : readSeen().filter(({ guard }) => known.has(guard) && !guards.has(guard));
  writeSeen([...kept, ...seen]);
  writePage();
}
process.exitCode = isProven ? 0 : 1;
