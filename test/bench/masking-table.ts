/** The rows of `npm run bench:masking` and `npm run bench:large`, as they are printed and stand in docs/MASKING.md. */

/** What is measured, how it is called there, and what it is to be. */
export const SPEED_ROWS = {
  clean: ['clean', '≥ 50 MB/s'],
  lookalikes: ['clean, all numbers and codes', ''],
  mixed: ['mixed JSON', '≥ 20 MB/s'],
  denseJson: ['dense JSON', '≥ 10 MB/s'],
  denseProse: ['dense prose', '≥ 10 MB/s'],
  parsing: ['parsing alone, mixed JSON', ''],
  smallP50: ['2 KB document, p50', '≤ 0.1 ms'],
  smallP99: ['2 KB document, p99', '≤ 0.5 ms'],
  tokens: ['tokens instead of redaction, 2 KB document', '≤ 0.025 ms'],
  answerP50: ['2 KB answer of the benchmark of calls, p50', '≤ 0.1 ms'],
  adversarial: ['64 KB made to be slow, the worst', '≤ 5 ms'],
} as const;
export type SpeedRow = keyof typeof SPEED_ROWS;

export const SPEED_HEAD = '| masking with all default detectors, tokens | measured | aim |\n|---|--:|--:|';

export const speedTable = (measured: Readonly<Record<SpeedRow, string>>): string =>
  [
    SPEED_HEAD,
    ...Object.entries(SPEED_ROWS).map(([row, [name, aim]]) => `| ${name} | ${measured[row as SpeedRow]} | ${aim} |`),
  ].join('\n');

export const LARGE_ROWS = [
  'alone',
  'large messages masked in a thread',
  'large messages masked on the main thread',
] as const;
export const LARGE_HEAD =
  '| the other caller | p50 ms | p99 ms | worst ms | failed | what the other got through | memory, MiB |\n|---|--:|--:|--:|--:|---|--:|';
