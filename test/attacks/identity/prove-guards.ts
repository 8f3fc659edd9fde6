/**
 * Takes guards away in a copy of the checkout, one after the other, and runs the attacks they stand against there. An
 * attack that is still answered as the table says shows that its guard is none, or that its test sees nothing.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Family } from './files.ts';
import type { Guard, Patch } from './guards.ts';

/** What came of one attack with its guard removed. `sum` ties it to the guard and the patches it was seen with. */
export type Seen = {
  readonly attack: string;
  readonly guard: string;
  readonly came: string;
  readonly failed: boolean;
  readonly sum: string;
};

export const sumOf = (guard: Guard): string =>
  createHash('sha256')
    .update(JSON.stringify([guard.guard, guard.patches]))
    .digest('hex')
    .slice(0, 12);

/** The patched text; undefined when the place is not there exactly once. */
export function applied(text: string, { find, replace }: Patch): string | undefined {
  const parts = text.split(find);
  return parts.length === 2 ? parts.join(replace) : undefined;
}

const COPIED = ['src', 'test', 'package.json', 'tsconfig.json'];
const RUN_MS_MAX = 120_000;

/** A copy in which guards are removed and put back. */
export function openCopy(root: string, family: Family): { prove(guard: Guard): readonly Seen[]; close(): void } {
  const copy = mkdtempSync(join(tmpdir(), 'gatebook-guards-'));
  for (const place of COPIED) cpSync(join(root, place), join(copy, place), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction');

  const removeGuard = ({ guard, patches }: Guard): void => {
    for (const patch of patches) {
      const file = join(copy, patch.file);
      const text = applied(readFileSync(file, 'utf8'), patch);
      if (text === undefined) throw new Error(`"${guard}": a patch no longer applies to ${patch.file}`);
      writeFileSync(file, text);
    }
  };
  const putBack = ({ patches }: Guard): void => {
    for (const { file } of patches) cpSync(join(root, file), join(copy, file));
  };

  return {
    prove(guard) {
      removeGuard(guard);
      const run = spawnSync(
        process.execPath,
        [
          '--disable-warning=ExperimentalWarning',
          join(copy, 'test', 'attacks', family, 'run-named.ts'),
          ...guard.attacks,
        ],
        { cwd: copy, encoding: 'utf8', timeout: RUN_MS_MAX, maxBuffer: 64 * 1024 * 1024 },
      );
      putBack(guard);
      const lines = run.stdout.split('\n').filter((line) => line !== '');
      const results = lines.map((line) => JSON.parse(line) as { name: string; failed: string | null; came: string });
      return guard.attacks.map((attack) => {
        const result = results.find(({ name }) => name === attack);
        // A copy that does not even start proves nothing.
        if (result === undefined) throw new Error(`"${guard.guard}": ${attack} did not run\n${run.stderr}`);
        return { attack, guard: guard.guard, came: result.came, failed: result.failed !== null, sum: sumOf(guard) };
      });
    },
    close: () => rmSync(copy, { recursive: true, force: true }),
  };
}
