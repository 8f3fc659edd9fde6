/** Changes to the source that more than one table of guards makes. */
import type { Patch } from '../identity/guards.ts';

export const without = (file: string, find: string, replace = ''): Patch => ({ file, find, replace });

const MASK_ANSWER = 'src/gateway/steps/mask-answer.ts';

/** The answer goes down as it came. */
export const unmasked: Patch = without(
  MASK_ANSWER,
  '  return ok({ ...understood, masked: masked.value });',
  '  return ok({ ...understood, masked: { ...masked.value, send: message.doc.bytes } as never });',
);
