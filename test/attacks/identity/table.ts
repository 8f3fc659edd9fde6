/** Every attack, in the order of docs/SECURITY-TESTS.md. */
import { ALGORITHM_ATTACKS } from './algorithms.ts';
import type { Attack } from './attack.ts';
import { HEADER_ATTACKS, KID_ATTACKS, PUBLISHED_KEY_ATTACKS } from './key-attacks.ts';
import { DUPLICATE_ATTACKS, SIZE_ATTACKS, SPELLING_ATTACKS } from './spelling.ts';

export const ATTACKS: readonly Attack[] = [
  ...ALGORITHM_ATTACKS,
  ...HEADER_ATTACKS,
  ...KID_ATTACKS,
  ...PUBLISHED_KEY_ATTACKS,
  ...SPELLING_ATTACKS,
  ...DUPLICATE_ATTACKS,
  ...SIZE_ATTACKS,
];
