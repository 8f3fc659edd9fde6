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
  /** Below space, and neither a tab nor the end of a line. */
  control: 32_768,
} as const;

/** Bits of `pairs`: characters next to each other. Beyond ASCII every character may be a letter of either case. */
export const NEXT_TO = {
  /** A word that begins with a capital and goes on in small letters. */
  capitalised: 1,
  spaceCapital: 2,
  /** Also after a comma. */
  spaceDigit: 4,
  commaSpace: 8,
  capitalDot: 16,
  capitals: 32,
} as const;

const DOT_SHIFT = 5;
const COLON_SHIFT = 4;
const DASH_SHIFT = 6;

/** Characters that tokens and keys are made of. */
const TOKEN_CHAR = 1 << 20;
/** What stands between the groups of one number. */
const NUMBER_CHAR = 1 << 21;

/** Above it stands which row and column of `PAIRS` a character has. */
const PAIR_SHIFT = 22;
const PAIR_ROWS = ['upper', 'lower', 'digit', 'nonAscii', 'space', 'comma', 'dot', 'none'] as const;
type PairRow = (typeof PAIR_ROWS)[number];

function pairRow(char: string): PairRow {
  if (/[A-Z]/.test(char)) return 'upper';
  if (/[a-z]/.test(char)) return 'lower';
  if (/[0-9]/.test(char)) return 'digit';
  if (/[ \n\t]/.test(char)) return 'space';
  return char === ',' ? 'comma' : char === '.' ? 'dot' : 'none';
}

function pairBits(before: PairRow, after: PairRow): number {
  const [wasCapital, isCapital] = [before, after].map((row) => row === 'upper' || row === 'nonAscii');
  const isSmall = after === 'lower' || after === 'nonAscii';
  return (
    (wasCapital === true && isSmall ? NEXT_TO.capitalised : 0) |
    (wasCapital === true && isCapital === true ? NEXT_TO.capitals : 0) |
    (wasCapital === true && after === 'dot' ? NEXT_TO.capitalDot : 0) |
    (before === 'space' && isCapital === true ? NEXT_TO.spaceCapital : 0) |
    ((before === 'space' || before === 'comma') && after === 'digit' ? NEXT_TO.spaceDigit : 0) |
    (before === 'comma' && after === 'space' ? NEXT_TO.commaSpace : 0)
  );
}

const PAIRS = Uint8Array.from({ length: PAIR_ROWS.length ** 2 }, (_, at) =>
  pairBits(PAIR_ROWS[at >> 3] ?? 'none', PAIR_ROWS[at & 7] ?? 'none'),
);
const rowBits = (row: PairRow): number => PAIR_ROWS.indexOf(row) << PAIR_SHIFT;
const NO_CHAR = rowBits('none');

/** The last entry is for everything beyond ASCII. */
const CLASSES = Int32Array.from({ length: 129 }, (_, code) => {
  if (code === 128) return HAS.nonAscii | rowBits('nonAscii');
  const char = String.fromCharCode(code);
  const also =
    (/[A-Za-z0-9_\-./+=:~]/.test(char) ? TOKEN_CHAR : 0) |
    (/[0-9 .()+/-]/.test(char) ? NUMBER_CHAR : 0) |
    rowBits(pairRow(char));
  if (/[0-9]/.test(char)) return HAS.digit | also;
  if (/[A-Z]/.test(char)) return HAS.upper | also;
  if (/[a-z]/.test(char)) return HAS.lower | also;
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
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(char)) return HAS.control | HAS.other | also;
  return (named[char] ?? HAS.other) | also;
});

/** Not at the end of a text. */
const isSmall = (code: number): boolean => code >= 0x61 && code <= 0x7a;

export class TextProfile {
  mask = 0;
  digits = 0;
  dots = 0;
  colons = 0;
  dashes = 0;
  /** Digits of the longest number: groups of digits with what stands between them. */
  numberMax = 0;
  /** Length of the longest run of characters that tokens are made of. */
  runMax = 0;
  pairs = 0;

  read(text: string): void {
    let mask = 0;
    let digits = 0;
    let dots = 0;
    let colons = 0;
    let dashes = 0;
    let number = 0;
    let numberMax = 0;
    let run = 0;
    let runMax = 0;
    let pairs = 0;
    let before = NO_CHAR;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      const bits = (CLASSES[code < 128 ? code : 128] as number) | 0;
      mask |= bits;
      digits += bits & HAS.digit;
      dots += (bits & HAS.dot) >> DOT_SHIFT;
      colons += (bits & HAS.colon) >> COLON_SHIFT;
      dashes += (bits & HAS.dash) >> DASH_SHIFT;
      if ((bits & NUMBER_CHAR) === 0) number = 0;
      else if ((number += bits & HAS.digit) > numberMax) numberMax = number;
      pairs |= PAIRS[((before >> PAIR_SHIFT) << 3) | (bits >> PAIR_SHIFT)] as number;
      before = bits;
      if ((bits & TOKEN_CHAR) === 0) {
        if (run > runMax) runMax = run;
        run = 0;
      } else run++;
      if ((bits & HAS.lower) === 0) continue;
      // small letters behind a small one change nothing but how long the run is
      const first = at;
      while (isSmall(text.charCodeAt(at + 1))) at++;
      run += at - first;
    }
    this.mask = mask & (TOKEN_CHAR - 1);
    this.digits = digits;
    this.dots = dots;
    this.colons = colons;
    this.dashes = dashes;
    this.numberMax = numberMax;
    this.runMax = run > runMax ? run : runMax;
    this.pairs = pairs;
  }
}
