/** Runs one test file and gives each of its tests with what became of it. */
import { join } from 'node:path';
import { startChild } from './child.ts';
import { ROOT } from './programs.ts';

export type TestResult = { readonly name: string; readonly passed: boolean };

const TESTS_MS_MAX = 180_000;

/** Top-level lines of TAP only; `#` and `\` are escaped in a description. */
export const readTap = (tap: string): readonly TestResult[] =>
  [...tap.matchAll(/^(ok|not ok) \d+ - (.*?)(?: # (\w+).*)?$/gm)].map(([, verdict, name = '', directive]) => ({
    name: name.replaceAll(/\\([\\#])/g, '$1'),
    passed: verdict === 'ok' && directive === undefined,
  }));

export async function runTests(file: string): Promise<readonly TestResult[]> {
  const run = startChild(['--test', '--test-reporter=tap', join(ROOT, file)], { env: { NODE_OPTIONS: '' } });
  const timer = setTimeout(() => void run.end(), TESTS_MS_MAX);
  await run.ended;
  clearTimeout(timer);
  const results = readTap(run.written());
  await run.end();
  if (results.length === 0) throw new Error(`${file} ran no test: ${run.written().slice(0, 500)}`);
  return results;
}
