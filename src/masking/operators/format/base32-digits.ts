/** Letters and digits that cannot be mistaken for each other (RFC 4648 section 6). */
import type { KeyedDraw } from '#masking/operators/format/keyed-draw.ts';

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
export const BASE32_CLASS = '[a-z2-7]';

export function base32Digits(draw: KeyedDraw, count: number): string {
  let digits = '';
  while (digits.length < count) digits += BASE32[draw.below(BASE32.length)] ?? '';
  return digits;
}
