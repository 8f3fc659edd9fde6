/** Where the page and what was seen are kept. */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { securityTestsPage } from './doc.ts';
import type { Seen } from './prove-guards.ts';
import { ATTACKS } from './table.ts';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
export const PAGE = join(ROOT, 'docs', 'SECURITY-TESTS.md');
const SEEN = join(ROOT, 'test', 'attacks', 'identity', 'seen-failing.jsonl');

export const readSeen = (): readonly Seen[] =>
  readFileSync(SEEN, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Seen);
export const writeSeen = (seen: readonly Seen[]): void =>
  writeFileSync(SEEN, seen.map((one) => `${JSON.stringify(one)}\n`).join(''));
export const writePage = (): void => writeFileSync(PAGE, securityTestsPage(ATTACKS, readSeen()));
