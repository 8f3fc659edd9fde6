/**
 * What stands in each way past inspection, as changes to the source that take it away (test/attacks/identity/guards.ts
 * says how they are used). Where two guards stand behind one another both are taken away, and the words say so.
 */
import type { Guard } from '../identity/guards.ts';
import { BINDING_GUARDS, CALLER_GUARDS, LISTENING_GUARDS, SHARED_GUARDS } from './guards-of-callers.ts';
import {
  MESSAGE_GUARDS,
  HEADER_GUARDS,
  CODING_GUARDS,
  SSE_GUARDS,
  ANSWER_GUARDS,
  PAGE_GUARDS,
} from './guards-of-messages.ts';

export const GUARDS: readonly Guard[] = [
  ...MESSAGE_GUARDS,
  ...HEADER_GUARDS,
  ...CODING_GUARDS,
  ...SSE_GUARDS,
  ...ANSWER_GUARDS,
  ...BINDING_GUARDS,
  ...CALLER_GUARDS,
  ...LISTENING_GUARDS,
  ...SHARED_GUARDS,
  ...PAGE_GUARDS,
];
