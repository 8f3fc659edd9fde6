/**
 * `npm run attacks:guards`: removes each guard in a copy of the checkout and prints what the attacks then achieve. Exit code
 * 1 when an attack does not notice. Words as arguments choose attacks by part of their name, or by their folder; `--write`
 * keeps what was seen.
 */
import { GUARDS as APPROVAL_GUARDS } from '../approvals/guards.ts';
import { GUARDS as SIGN_IN_GUARDS } from '../signin/guards.ts';
import { GUARDS as TRANSPORT_GUARDS } from '../transport/guards.ts';
import { FAMILIES, readSeen, ROOT, writePage, writeSeen } from './files.ts';
import type { Family } from './files.ts';
import { GUARDS } from './guards.ts';
import type { Guard } from './guards.ts';
import { openCopy } from './prove-guards.ts';
import type { Seen } from './prove-guards.ts';

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const guardsOf: Readonly<Record<Family, readonly Guard[]>> = {
  identity: GUARDS,
  transport: TRANSPORT_GUARDS,
  signin: SIGN_IN_GUARDS,
  approvals: APPROVAL_GUARDS,
};
const chosenOf = (family: Family): readonly Guard[] =>
  guardsOf[family].filter(({ attacks }) =>
    attacks.some((attack) => words.length === 0 || words.some((word) => word === family || attack.includes(word))),
  );
const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** What it gives, or why it could not. */
function tried<T>(run: () => T): T | string {
  try {
    return run();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

type Proven = { readonly seen: readonly Seen[]; readonly unproven: readonly string[] };

function prove(family: Family, guards: readonly Guard[]): Proven {
  const seen: Seen[] = [];
  const unproven: string[] = [];
  const copy = openCopy(ROOT, family);
  try {
    for (const guard of guards) {
      print(`without: ${guard.guard}`);
      const proof = tried(() => copy.prove(guard));
      if (typeof proof === 'string') {
        unproven.push(guard.guard);
        print(`  NOT RUN  ${proof}`);
        continue;
      }
      for (const one of proof) {
        seen.push(one);
        print(`  ${one.failed ? 'noticed' : 'NOT NOTICED'}  ${one.attack.padEnd(36)} ${one.came}`);
      }
    }
  } finally {
    copy.close();
  }
  return { seen, unproven };
}

const proofs = FAMILIES.map((family) => {
  const chosen = chosenOf(family);
  return { family, chosen, ...(chosen.length === 0 ? { seen: [], unproven: [] } : prove(family, chosen)) };
});
const seen = proofs.flatMap((proof) => proof.seen);
const unnoticed = seen.filter(({ failed }) => !failed).length;
const unproven = proofs.flatMap((proof) => proof.unproven).length;
const guards = proofs.flatMap(({ chosen }) => chosen).length;
print(
  `${guards} guards, ${seen.length} attacks run without theirs, ${unnoticed} not noticed, ${unproven} guards not run`,
);
const isProven = unnoticed === 0 && unproven === 0;
if (isProven && process.argv.includes('--write')) {
  for (const { family, chosen, seen: now } of proofs) {
    if (chosen.length === 0) continue;
    const redone = new Set(chosen.map(({ guard }) => guard));
    const known = new Set(guardsOf[family].map(({ guard }) => guard));
    const kept = readSeen(family).filter(({ guard }) => known.has(guard) && !redone.has(guard));
    writeSeen(family, [...kept, ...now]);
  }
  writePage();
}
process.exitCode = isProven ? 0 : 1;
