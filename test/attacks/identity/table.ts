/** Every attack, in the order of docs/SECURITY-TESTS.md. */
import { ALGORITHM_ATTACKS } from './algorithms.ts';
import type { Attack } from './attack.ts';
import { AUDIENCE_ATTACKS, PURPOSE_ATTACKS, TIME_ATTACKS } from './claim-attacks.ts';
import { HEADER_ATTACKS, KID_ATTACKS, PUBLISHED_KEY_ATTACKS } from './key-attacks.ts';
import { GROUP_ATTACKS, KIND_ATTACKS, SUBJECT_ATTACKS } from './person-attacks.ts';
import { CACHE_ATTACKS } from './cache-attacks.ts';
import { ISSUER_ATTACKS } from './issuer-attacks.ts';
import { FLOOD_ATTACKS, ROTATION_ATTACKS } from './key-life-attacks.ts';
import { AUTHORIZATION_ATTACKS, PLACE_ATTACKS } from './authorization-attacks.ts';
import { FRAMING_ATTACKS } from './framing-attacks.ts';
import { SOURCE_ATTACKS } from './source-attacks.ts';
import { DUPLICATE_ATTACKS, SIZE_ATTACKS, SPELLING_ATTACKS } from './spelling.ts';

export const ATTACKS: readonly Attack[] = [
  ...ALGORITHM_ATTACKS,
  ...HEADER_ATTACKS,
  ...KID_ATTACKS,
  ...PUBLISHED_KEY_ATTACKS,
  ...SPELLING_ATTACKS,
  ...DUPLICATE_ATTACKS,
  ...SIZE_ATTACKS,
  ...TIME_ATTACKS,
  ...AUDIENCE_ATTACKS,
  ...PURPOSE_ATTACKS,
  ...SUBJECT_ATTACKS,
  ...KIND_ATTACKS,
  ...GROUP_ATTACKS,
  ...AUTHORIZATION_ATTACKS,
  ...FRAMING_ATTACKS,
  ...PLACE_ATTACKS,
  ...SOURCE_ATTACKS,
  ...FLOOD_ATTACKS,
  ...ROTATION_ATTACKS,
  ...ISSUER_ATTACKS,
  ...CACHE_ATTACKS,
];
