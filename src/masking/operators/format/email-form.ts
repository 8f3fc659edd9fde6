/** E-mail addresses below `.invalid`, which RFC 2606 section 2 keeps free: no mail ever arrives there. */
import { base32Digits, BASE32_CLASS } from '#masking/operators/format/base32-digits.ts';
import { matchSpans, type Form } from '#masking/operators/format/form.ts';

const LOCAL_CHARS = 12;
/** Whatever stands beside it: where an address ends, its detector says, and none here is anybody's. */
const OUTPUT = new RegExp(`(?<![A-Za-z0-9])x${BASE32_CLASS}{${LOCAL_CHARS}}@example\\.invalid(?![A-Za-z0-9])`, 'g');

export const emailForm: Form = {
  types: ['EMAIL_ADDRESS'],
  make: (_value, draw) => `x${base32Digits(draw, LOCAL_CHARS)}@example.invalid`,
  spans: (text) => (text.includes('@example.invalid') ? matchSpans(OUTPUT, text) : []),
};
