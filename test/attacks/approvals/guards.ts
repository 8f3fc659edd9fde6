/**
 * What stands in the way of each attack on approvals, as changes to the source that take it away
 * (test/attacks/identity/guards.ts says how they are used).
 */
import type { Guard } from '../identity/guards.ts';
import { DECIDER_GUARDS } from './guards-of-deciders.ts';
import { PAGE_GUARDS } from './guards-of-pages.ts';
import { PRINT_GUARDS } from './guards-of-prints.ts';
import { SLACK_GUARDS } from './guards-of-slack.ts';
import { USE_GUARDS } from './guards-of-uses.ts';

export const GUARDS: readonly Guard[] = [
  ...PRINT_GUARDS,
  ...USE_GUARDS,
  ...DECIDER_GUARDS,
  ...PAGE_GUARDS,
  ...SLACK_GUARDS,
];
