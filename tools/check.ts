/** Types, lint and format of the whole checkout, the part of the tests that no test runner does. */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name: string): string => join(root, 'node_modules', '.bin', name);
const places = ['src', 'test', 'demo', 'tools'];

const checks: readonly (readonly [string, readonly string[]])[] = [
  ['tsc', ['-p', root]],
  ['oxlint', ['--type-aware', '--deny-warnings', ...places]],
  ['oxfmt', ['--check', ...places]],
];

let failed = 0;
for (const [name, args] of checks) {
  const run = spawnSync(process.execPath, [bin(name), ...args], { cwd: root, encoding: 'utf8' });
  const passed = run.status === 0;
  if (!passed) failed += 1;
  process.stdout.write(`${passed ? 'ok' : 'FAILED'} ${name}\n${passed ? '' : run.stdout + run.stderr}`);
}
process.exitCode = failed === 0 ? 0 : 1;
