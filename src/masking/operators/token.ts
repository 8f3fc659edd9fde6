/**
 * `[EMAIL_ADDRESS:k1:…]`: stands for the same value everywhere in one deployment, so that an analyst can follow it without
 * knowing it. Keyed, so that a guess at a short value cannot be tried offline.
 */
import { createKeyedDigest } from '#masking/operators/keyed-digest.ts';
import type { MaskingKeys } from '#masking/operators/keys.ts';
import { strictnessOf, type Operator } from '#masking/operators/operator.ts';

export const TOKEN_CHARS = 13;
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** RFC 4648 section 6, lower case, no padding, cut to 13 characters (65 bits). */
function base32(bytes: string): string {
  let bits = 0;
  let pending = 0;
  let text = '';
  for (let at = 0; at < bytes.length; at++) {
    pending = (pending << 8) | bytes.charCodeAt(at);
    bits += 8;
    while (bits >= 5 && text.length < TOKEN_CHARS) {
      bits -= 5;
      text += BASE32[(pending >> bits) & 31];
    }
    pending &= (1 << bits) - 1;
    if (text.length === TOKEN_CHARS) break;
  }
  return text;
}

export function createToken({ id, key }: MaskingKeys): Operator {
  const digest = createKeyedDigest(key);
  return {
    name: 'token',
    strictness: strictnessOf({ name: 'token' }),
    put: (type, value) => `[${type}:${id}:${base32(digest(`${type}\0${value}`))}]`,
  };
}
