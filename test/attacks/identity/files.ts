/** Where the page and what was seen are kept. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { approvalsSection } from '../approvals/doc.ts';
import { ATTACKS as APPROVAL_ATTACKS } from '../approvals/table.ts';
import { signInSection } from '../signin/doc.ts';
import { ATTACKS as SIGN_IN_ATTACKS } from '../signin/table.ts';
import { transportSection } from '../transport/doc.ts';
import { ATTACKS as TRANSPORT_ATTACKS } from '../transport/table.ts';
import { securityTestsPage } from './doc.ts';
import type { Seen } from './prove-guards.ts';
import { ATTACKS } from './table.ts';

/** The folders of attacks, each with a table, guards and a `run-named.ts` of its own. */
export const FAMILIES = ['identity', 'transport', 'signin', 'approvals'] as const;
export type Family = (typeof FAMILIES)[number];

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
export const PAGE = join(ROOT, 'docs', 'SECURITY-TESTS.md');
const seenFile = (family: Family): string => join(ROOT, 'test', 'attacks', family, 'seen-failing.jsonl');

export const readSeen = (family: Family = 'identity'): readonly Seen[] =>
  (existsSync(seenFile(family)) ? readFileSync(seenFile(family), 'utf8') : '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Seen);
export const writeSeen = (family: Family, seen: readonly Seen[]): void =>
  writeFileSync(seenFile(family), seen.map((one) => `${JSON.stringify(one)}\n`).join(''));
export const pageText = (): string =>
  `${securityTestsPage(ATTACKS, readSeen())}\n${transportSection(TRANSPORT_ATTACKS, readSeen('transport'))}\n${signInSection(SIGN_IN_ATTACKS, readSeen('signin'))}\n${approvalsSection(APPROVAL_ATTACKS, readSeen('approvals'))}`;
export const writePage = (): void => writeFileSync(PAGE, pageText());
