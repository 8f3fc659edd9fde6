/**
 * What kinds of characters a text has, seen in one pass. Detectors say what they need, so that a text without a digit
 * costs nothing but this pass for all that look for numbers.
 */

/** Bits of `mask`. */
export const HAS = {
  digit: 1,
  upper: 2,
  lower: 4,
  at: 8,
  colon: 16,
  dot: 32,
  dash: 64,
  equals: 128,
  slash: 256,
  percent: 512,
  ampersand: 1_024,
  backslash: 2_048,
  nonAscii: 4_096,
  space: 8_192,
  other: 16_384,
} as const;

/** Characters that tokens and keys are made of. */
const TOKEN_CHAR = 1 << 20;

const CLASSES = Uint32Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code);
  const isToken = /[A-Za-z0-9_\-./+=:~]/.test(char) ? TOKEN_CHAR : 0;
  if (/[0-9]/.test(char)) return HAS.digit | isToken;
  if (/[A-Z]/.test(char)) return HAS.upper | isToken;
  if (/[a-z]/.test(char)) return HAS.lower | isToken;
  const named: Record<string, number> = {
    '@': HAS.at,
    ':': HAS.colon,
    '.': HAS.dot,
    '-': HAS.dash,
    '=': HAS.equals,
    '/': HAS.slash,
    '%': HAS.percent,
    '&': HAS.ampersand,
    '\\': HAS.backslash,
    ' ': HAS.space,
    '\n': HAS.space,
    '\t': HAS.space,
  };
  return (named[char] ?? HAS.other) | isToken;
});

export class TextProfile {
  mask = 0;
  digits = 0;
  /** Length of the longest run of characters that tokens are made of. */
  runMax = 0;

  read(text: string): void {
    let mask = 0;
    let digits = 0;
    let run = 0;
    let runMax = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      const bits = code < 128 ? (CLASSES[code] ?? 0) : HAS.nonAscii;
      mask |= bits;
      digits += bits & HAS.digit;
      if ((bits & TOKEN_CHAR) === 0) run = 0;
      else if (++run > runMax) runMax = run;
    }
    this.mask = mask & (TOKEN_CHAR - 1);
    this.digits = digits;
    this.runMax = runMax;
  }
}
