/** Which part of `masking` said so, as it is written in the file. */
import type { Source } from '#masking/plan-message.ts';
import type { Copy } from '#masking/plan-rule.ts';

export const sourceText = (by: Source, copy: Copy): string => {
  if (typeof by === 'number') return `masking.rules[${by}]`;
  return by === 'default' ? `masking.${copy}` : 'never looser than the copy of the caller';
};
