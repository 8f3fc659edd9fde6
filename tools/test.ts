/**
 * `npm test`: types, lint, format, then every test file; at the end what was skipped, with the reason, and how many.
 * Arguments are passed on as file patterns: `npm test -- src/ledger`.
 */
import { spawn, spawnSync } from 'node:child_process';
import { globSync, readFileSync, rmSync, mkdtempSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const wanted = process.argv.slice(2);

const files = globSync(['src/**/*.test.ts', 'test/**/*.test.ts', 'demo/**/*.test.ts', 'tools/**/*.test.ts'], {
  cwd: root,
})
  .filter((file) => !file.includes('node_modules'))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .toSorted();
if (files.length === 0) {
  process.stderr.write('no test file matches\n');
  process.exit(1);
}

let failed = false;
if (wanted.length === 0) {
  const check = spawnSync(process.execPath, [join(root, 'tools/check.ts')], { cwd: root, stdio: 'inherit' });
  failed = check.status !== 0;
}

const scratch = mkdtempSync(join(tmpdir(), 'gatebook-test-'));
const report = join(scratch, 'report.tap');
const run = spawn(
  process.execPath,
  [
    '--disable-warning=ExperimentalWarning',
    '--test',
    `--test-concurrency=${availableParallelism()}`,
    '--test-timeout=240000',
    '--test-reporter=dot',
    '--test-reporter-destination=stdout',
    '--test-reporter=tap',
    `--test-reporter-destination=${report}`,
    ...files.map((file) => join(root, file)),
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, NODE_OPTIONS: '', TMPDIR: scratch } },
);

run.on('exit', (code) => {
  const tap = readFileSync(report, 'utf8');
  const skipped = [...tap.matchAll(/^ *ok \d+ - (.*?) # SKIP ?(.*)$/gm)].map(
    (match) => `  ${match[1]}: ${match[2] || 'no reason given'}`,
  );
  const count = (word: string): number => Number(new RegExp(`^# ${word} (\\d+)$`, 'm').exec(tap)?.[1] ?? 0);
  const failures = [...tap.matchAll(/^( *)not ok \d+ - (.*)$/gm)].map((match) => match[2]);
  process.stdout.write(`\n${files.length} files under ${relative(process.cwd(), root) || '.'}\n`);
  if (failures.length > 0) process.stdout.write(`failed:\n${failures.map((name) => `  ${name}`).join('\n')}\n`);
  if (skipped.length > 0) process.stdout.write(`skipped, with the reason:\n${skipped.join('\n')}\n`);
  process.stdout.write(`${count('pass')} passed, ${count('fail')} failed, ${count('skipped')} skipped\n`);
  rmSync(scratch, { recursive: true, force: true });
  process.exitCode = code === 0 && !failed && count('pass') > 0 ? 0 : 1;
});
