/** Every way past inspection that is tried, in the order of the page. */
import type { Attack } from './attack.ts';
import {
  BATCH_ATTACKS,
  CODING_ATTACKS,
  DUPLICATE_ATTACKS,
  HEADER_ATTACKS,
  REBINDING_ATTACKS,
} from './message-attacks.ts';
import { SESSION_ATTACKS, SHARED_ATTACKS, STATE_ATTACKS, TASK_ATTACKS } from './binding-attacks.ts';
import { LISTENING_ATTACKS } from './listening-attacks.ts';
import { ANSWER_ATTACKS, SSE_ATTACKS } from './stream-attacks.ts';

export const ATTACKS: readonly Attack[] = [
  ...BATCH_ATTACKS,
  ...DUPLICATE_ATTACKS,
  ...HEADER_ATTACKS,
  ...CODING_ATTACKS,
  ...SSE_ATTACKS,
  ...ANSWER_ATTACKS,
  ...TASK_ATTACKS,
  ...STATE_ATTACKS,
  ...SESSION_ATTACKS,
  ...LISTENING_ATTACKS,
  ...SHARED_ATTACKS,
  ...REBINDING_ATTACKS,
];
