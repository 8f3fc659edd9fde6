/** Every attack on approvals, in the order of the page. */
import type { Attack } from './attack.ts';
import { DECIDER_ATTACKS } from './attacks-of-deciders.ts';
import { PAGE_ATTACKS } from './attacks-of-pages.ts';
import { REPLAY_ATTACKS } from './attacks-of-replays.ts';
import { ROUND_ATTACKS } from './attacks-of-rounds.ts';
import { SLACK_ATTACKS } from './attacks-of-slack.ts';
import { SWAP_ATTACKS } from './attacks-of-swaps.ts';

export const ATTACKS: readonly Attack[] = [
  ...SWAP_ATTACKS,
  ...REPLAY_ATTACKS,
  ...DECIDER_ATTACKS,
  ...ROUND_ATTACKS,
  ...PAGE_ATTACKS,
  ...SLACK_ATTACKS,
];
