/**
 * What a text says to whoever decodes it: digits of other scripts and widths, invisible characters, colours of terminals,
 * percent-encoding, entities of HTML, escapes of JSON and of programs, quoted-printable undone, with a way back from every offset.
 * Made only when the profile shows that there is something to undo.
 */
import { HAS, type TextProfile } from '#masking/engine/text-profile.ts';

export type View = {
  readonly text: string;
  /** Where in the original a code unit of `text` comes from, [start, end). */
  readonly startOf: (at: number) => number;
  readonly endOf: (at: number) => number;
};

/** Encodings inside each other are undone this deep. */
const ROUNDS_MAX = 3;

const PERCENT = /%(?:[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4})/;
/** Readers of HTML do without the semicolon of a number. */
const ENTITY = /&(?:#\d{1,7};?|#[xX][0-9A-Fa-f]{1,6};?|[a-z]{2,6};)/;
const ENTITY_HERE = new RegExp(ENTITY, 'y');
const ESCAPE = /\\(?:u[0-9A-Fa-f]{4}|u\{|U[0-9A-Fa-f]{8}|x[0-9A-Fa-f]{2}|[0-3][0-7]{2}|["\\/nrte])/;
/** RFC 2045 section 6.7: a long line ends softly. What says that it is quoted-printable is. */
const SOFT_LINE_CHARS_MIN = 56;
const QUOTED_PRINTABLE = 'quoted-printable';
// oxlint-disable no-misleading-character-class -- each of them is meant by itself, whatever it joins
/** Zero-width and other invisible characters, fillers, marks that combine, soft hyphens, variation selectors. */
const INVISIBLE =
  /[\u00ad\u0300-\u036f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20ff\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb]|\udb40[\udc00-\uddef]/;
// oxlint-enable no-misleading-character-class
/** The zeros of scripts whose digits are in use: nine more follow each. */
const ZEROS = Array.from(
  '\u0660\u06f0\u0966\u09e6\u0a66\u0ae6\u0be6\u0c66\u0ce6\u0d66\u0e50\u0ed0\u0f20\u1040\u17e0',
  (zero) => zero.charCodeAt(0),
);
/** What NFKC or folding of dashes, spaces and digits changes: checked by code so that ordinary accents cost nothing. */
const FOLDED =
  /[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef\u0a66-\u0a6f\u0ae6-\u0aef\u0be6-\u0bef\u0c66-\u0c6f\u0ce6-\u0cef\u0d66-\u0d6f\u0e50-\u0e59\u0ed0-\u0ed9\u0f20-\u0f29\u1040-\u1049\u17e0-\u17e9\u00a0\u00b2\u00b3\u00b9\u2000-\u200a\u2010-\u2015\u2024\u202f\u205f\u2070-\u209f\u2212\u2460-\u24ff\u3000\ufe30-\ufeff\uff01-\uffee]|[\ud835\ud83c][\udc00-\udfff]/;

const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  commat: '@',
  period: '.',
  colon: ':',
  hyphen: '-',
  dash: '-',
  num: '#',
  sol: '/',
  lowbar: '_',
  plus: '+',
  lpar: '(',
  rpar: ')',
  shy: '',
};

const DECODED = HAS.percent | HAS.ampersand | HAS.backslash | HAS.nonAscii | HAS.control | HAS.equals;

const isQuotedPrintable = (text: string): boolean =>
  text.includes('=') && (text.includes(QUOTED_PRINTABLE) || hasSoftBreak(text, '=\n') || hasSoftBreak(text, '=\r\n'));

function hasSoftBreak(text: string, end: string): boolean {
  let lineStart = 0;
  for (let at = text.indexOf(end); at >= 0; at = text.indexOf(end, lineStart)) {
    if (at - Math.max(lineStart, text.lastIndexOf('\n', at) + 1) >= SOFT_LINE_CHARS_MIN) return true;
    lineStart = at + end.length;
  }
  return false;
}

export function needsView(text: string, { mask }: TextProfile): boolean {
  if ((mask & DECODED) === 0) return false;
  return (
    (mask & HAS.control) !== 0 ||
    ((mask & HAS.equals) !== 0 && isQuotedPrintable(text)) ||
    ((mask & HAS.percent) !== 0 && PERCENT.test(text)) ||
    ((mask & HAS.ampersand) !== 0 && ENTITY.test(text)) ||
    ((mask & HAS.backslash) !== 0 && ESCAPE.test(text)) ||
    ((mask & HAS.nonAscii) !== 0 && (INVISIBLE.test(text) || FOLDED.test(text)))
  );
}

/** Undefined when nothing changed after all. */
export function decodedView(text: string): View | undefined {
  let view: View | undefined = isQuotedPrintable(text) ? decodeOnce(text, SPECIAL_IN_MAIL) : undefined;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const next = decodeOnce(view?.text ?? text, SPECIAL);
    if (next === undefined) break;
    view = view === undefined ? next : through(view, next);
  }
  return view;
}

/** `next` is a view of `view`'s text. */
const through = (view: View, next: View): View => ({
  text: next.text,
  startOf: (at) => view.startOf(next.startOf(at)),
  endOf: (at) => view.endOf(next.endOf(at) - 1),
});

// oxlint-disable no-control-regex -- control characters are what is looked for
/** One character that needs looking at at all: an encoding's first character, or anything that is not printed or beyond ASCII. */
const SPECIAL = /[%&\\\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\uffff]/g;
const SPECIAL_IN_MAIL = /=/g;
/** ECMA-48 section 5.4, and what terminals take for a title: colours and the like. */
const CONTROL_SEQUENCE = /\u001b(?:\[[0-?]{0,32}[ -/]{0,4}[@-~]|\][^\u0007\u001b]{0,256}(?:\u0007|\u001b\\)?)/y;
// oxlint-enable no-control-regex

/** What was undone: how much of the original, [start, end), and where what it says begins and ends in the view. */
type Change = { readonly start: number; end: number; readonly from: number; readonly to: number };

function decodeOnce(text: string, special: RegExp): View | undefined {
  const pieces: string[] = [];
  const changes: Change[] = [];
  let written = 0;
  let copied = 0;
  for (let at = 0; ;) {
    special.lastIndex = at;
    if (!special.test(text)) break;
    const start = special.lastIndex - 1;
    const { length, value } = decodedAt(text, start);
    at = start + length;
    if (value === undefined) continue;
    const from = written + start - copied;
    written = from + value.length;
    const last = changes.at(-1);
    // one character for one moves nothing, and what goes away together is one place
    if (value === '' && last?.end === start && last.to === last.from) last.end = at;
    else if (length !== 1 || value.length !== 1) changes.push({ start, end: at, from, to: written });
    pieces.push(text.slice(copied, start), value);
    copied = at;
  }
  if (pieces.length === 0) return undefined;
  pieces.push(text.slice(copied));
  return viewOf(pieces.join(''), changes);
}

function viewOf(text: string, changes: readonly Change[]): View {
  /** The last change that begins at a place of the view or before it. */
  const changeAt = (at: number): Change | undefined => {
    let low = 0;
    let high = changes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((changes[middle]?.from ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return changes[low - 1];
  };
  const lengthBehind = (change: Change, at: number): number => change.end + at - change.to;
  return {
    text,
    startOf(at) {
      const change = changeAt(at);
      return change === undefined ? at : at < change.to ? change.start : lengthBehind(change, at);
    },
    endOf(at) {
      const change = changeAt(at);
      return change === undefined ? at + 1 : at < change.to ? change.end : lengthBehind(change, at) + 1;
    },
  };
}

/** How far around what is undone a text is looked at again: as far as words and parts of one value stand from each other. */
const REACH_CHARS = 2_048;
/** What may be one token is looked at as a whole, up to this. */
const TOKEN_CHARS_MAX = 20_480;

/** A part of a text, which cuts no token. */
export type Window = { readonly start: number; readonly end: number };

/** The parts around what a decoder would read otherwise; undefined where that is most of the text. */
export function viewWindows(text: string): readonly Window[] | undefined {
  // what says so may stand anywhere in it
  if (isQuotedPrintable(text)) return undefined;
  const windows: Window[] = [];
  let covered = 0;
  let last: { start: number; end: number } | undefined;
  for (let at = 0; ;) {
    SPECIAL.lastIndex = at;
    if (!SPECIAL.test(text)) break;
    const special = SPECIAL.lastIndex - 1;
    const { length, value } = decodedAt(text, special);
    at = special + length;
    if (value === undefined) continue;
    const end = Math.min(text.length, at + REACH_CHARS);
    if (last !== undefined && special - REACH_CHARS <= last.end) {
      covered += end - last.end;
      last.end = end;
    } else {
      last = { start: Math.max(0, special - REACH_CHARS), end };
      covered += last.end - last.start;
      windows.push(last);
    }
    if (covered * 2 > text.length) return undefined;
  }
  return betweenTokens(text, windows);
}

/** What tokens, addresses and escapes are made of: a part ends at anything else. */
const IS_INSIDE = Uint8Array.from({ length: 128 }, (_, code) =>
  /[A-Za-z0-9_\-./+=:~%!$@&#\\]/.test(String.fromCharCode(code)) ? 1 : 0,
);
/** Of masked values nothing is left but these in a row. */
const MASKED = 0x7e;
const isInside = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at);
  if (code === MASKED && text.charCodeAt(at - 1) === MASKED && text.charCodeAt(at + 1) === MASKED) return false;
  return IS_INSIDE[code] === 1;
};

function betweenTokens(text: string, windows: readonly Window[]): readonly Window[] | undefined {
  const wider: { start: number; end: number }[] = [];
  let covered = 0;
  for (const window of windows) {
    let { start, end } = window;
    while (start > 0 && isInside(text, start - 1)) start--;
    while (end < text.length && isInside(text, end)) end++;
    if (window.start - start > TOKEN_CHARS_MAX || end - window.end > TOKEN_CHARS_MAX) return undefined;
    const before = wider.at(-1);
    if (before !== undefined && start <= before.end) before.end = end;
    else wider.push({ start, end });
    covered += end - start;
    if (covered * 2 > text.length) return undefined;
  }
  return wider;
}

/** Whether a hit in a window stands where the text goes on, so that the window shows too little around it. */
export function edgeOf({ start, end }: Window, textLength: number, hit: Window): 'inside' | 'edge' | 'cut' {
  const length = end - start;
  const [hasBefore, hasBehind] = [start > 0, end < textLength];
  if ((hasBefore && hit.end <= EDGE_CHARS) || (hasBehind && hit.start >= length - EDGE_CHARS)) return 'edge';
  return (hasBefore && hit.start === 0) || (hasBehind && hit.end === length) ? 'cut' : 'inside';
}

/** Further from what is undone than any word that counts. */
const EDGE_CHARS = 1_024;

type Decoded = { readonly length: number; readonly value: string | undefined };
const AS_IS: Decoded = { length: 1, value: undefined };

function decodedAt(text: string, at: number): Decoded {
  switch (text[at]) {
    case '%':
      return percentAt(text, at);
    case '&':
      return entityAt(text, at);
    case '\\':
      return escapeAt(text, at);
    case '=':
      return quotedAt(text, at);
    default:
      return text.charCodeAt(at) < 0x80 ? controlAt(text, at) : foldedAt(text, at);
  }
}

/** RFC 2045 section 6.7. */
function quotedAt(text: string, at: number): Decoded {
  const soft = text[at + 1] === '\n' ? 2 : text.startsWith('\r\n', at + 1) ? 3 : 0;
  return soft > 0 ? { length: soft, value: '' } : bytesAt(text, at, '=');
}

function controlAt(text: string, at: number): Decoded {
  CONTROL_SEQUENCE.lastIndex = at;
  return { length: CONTROL_SEQUENCE.exec(text)?.[0].length ?? 1, value: '' };
}

const isHex = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);

/** RFC 3986 section 2.1, and `%u0040` of old scripts. */
function percentAt(text: string, at: number): Decoded {
  if (text[at + 1] === 'u') return escapeAt(text, at);
  return bytesAt(text, at, '%');
}

/** A run of bytes that is UTF-8 becomes the character it encodes. `mark`: what stands before the two digits of each. */
function bytesAt(text: string, at: number, mark: '%' | '='): Decoded {
  if (!isHex(text.charCodeAt(at + 1)) || !isHex(text.charCodeAt(at + 2))) return AS_IS;
  const lead = Number.parseInt(text.slice(at + 1, at + 3), 16);
  if (lead < 0x80) return { length: 3, value: lead < 0x20 ? ' ' : String.fromCharCode(lead) };
  const length = lead >= 0xf0 ? 12 : lead >= 0xe0 ? 9 : lead >= 0xc2 ? 6 : 0;
  const run = text.slice(at, at + length);
  if (run.length < 6 || run.length !== length || !/^(?:[%=][0-9A-Fa-f]{2})+$/.test(run)) return AS_IS;
  const char = Buffer.from(run.replaceAll(mark, ''), 'hex').toString('utf8');
  return char.includes('\ufffd') ? AS_IS : { length, value: foldChar(char) ?? char };
}

/** HTML Living Standard section 13.5, as far as the names have use here. */
function entityAt(text: string, at: number): Decoded {
  const next = text.charCodeAt(at + 1);
  if (next !== 0x23 && !(next >= 0x61 && next <= 0x7a)) return AS_IS;
  ENTITY_HERE.lastIndex = at;
  const match = ENTITY_HERE.exec(text);
  if (match === null) return AS_IS;
  const [whole] = match;
  const name = whole.slice(1, whole.endsWith(';') ? -1 : undefined);
  if (!name.startsWith('#')) {
    const value = NAMED[name];
    return value === undefined ? AS_IS : { length: whole.length, value };
  }
  const isHexadecimal = name[1] === 'x' || name[1] === 'X';
  const code = isHexadecimal ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  if (!(code >= 0x20 && code <= 0x10ffff) || (code >= 0xd800 && code <= 0xdfff)) return AS_IS;
  const char = String.fromCodePoint(code);
  return { length: whole.length, value: foldChar(char) ?? char };
}

/** RFC 8259 section 7, and what JavaScript, Python and C write: in logs and in JSON that stands inside other text. */
function escapeAt(text: string, at: number): Decoded {
  const next = text[at + 1] ?? '';
  if (next === 'u' && text[at + 2] === '{') return codeAt(text, at + 3, BRACED, 4);
  if (next === 'u') return codeAt(text, at + 2, FOUR, 2);
  if (next === 'U') return codeAt(text, at + 2, EIGHT, 2);
  if (next === 'x') return codeAt(text, at + 2, TWO, 2);
  if (next >= '0' && next <= '3') return codeAt(text, at + 1, OCTAL, 1);
  if (next === 'e') return { length: 2, value: '\u001b' };
  if (next === 'n' || next === 'r' || next === 't') return { length: 2, value: ' ' };
  return next === '"' || next === '\\' || next === '/' ? { length: 2, value: next } : AS_IS;
}

const [BRACED, FOUR, EIGHT, TWO, OCTAL] = [
  /^([0-9A-Fa-f]{1,6})\}/,
  /^([0-9A-Fa-f]{4})/,
  /^([0-9A-Fa-f]{8})/,
  /^([0-9A-Fa-f]{2})/,
  /^([0-7]{3})/,
] as const;

/** The character whose code stands there; `around`: how many more characters its escape has. */
function codeAt(text: string, at: number, pattern: RegExp, around: number): Decoded {
  const digits = pattern.exec(text.slice(at, at + 8))?.[1];
  const code = digits === undefined ? Number.NaN : Number.parseInt(digits, pattern === OCTAL ? 8 : 16);
  if (digits === undefined || !(code <= 0x10ffff)) return AS_IS;
  const char = String.fromCodePoint(code);
  return { length: digits.length + around, value: foldChar(char) ?? char };
}

function foldedAt(text: string, at: number): Decoded {
  const code = text.charCodeAt(at);
  if (code >= 0xd800 && code < 0xdc00 && at + 1 < text.length)
    return { length: 2, value: foldChar(text.slice(at, at + 2)) };
  let folded = FOLDED_UNITS.get(code);
  if (folded === undefined) {
    folded = { length: 1, value: foldChar(text.charAt(at)) };
    FOLDED_UNITS.set(code, folded);
  }
  return folded;
}

/** By code unit, of which there are 65,536: Unicode is asked once for each. */
const FOLDED_UNITS = new Map<number, Decoded>();

/** NFKC (UAX 15) of one character, dashes as `-`, spaces as ` `, invisible ones gone; undefined when it stays. */
function foldChar(char: string): string | undefined {
  if (char < '\u0080') return undefined;
  if (INVISIBLE.test(char)) return '';
  if (!FOLDED.test(char)) return undefined;
  const code = char.charCodeAt(0);
  const zero = ZEROS.find((first) => code >= first && code <= first + 9);
  if (zero !== undefined) return String(code - zero);
  const folded = char.normalize('NFKC');
  if (/^[\u2010-\u2015\u2212\ufe58\ufe63]$/.test(folded)) return '-';
  if (/^\s$/.test(folded)) return ' ';
  if (INVISIBLE.test(folded)) return '';
  return folded === char ? undefined : folded;
}
