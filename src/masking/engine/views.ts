/**
 * What a text says to whoever decodes it: full-width digits, invisible characters, percent-encoding, HTML entities and JSON
 * escapes undone, with a way back from every offset. Made only when the profile shows that there is something to undo.
 */
import { HAS, type TextProfile } from '#masking/engine/text-profile.ts';

export type View = {
  readonly text: string;
  /** Where in the original a code unit of `text` comes from: [start, end) by its index. */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
};

/** Encodings inside each other are undone this deep. */
const ROUNDS_MAX = 3;

const PERCENT = /%[0-9A-Fa-f]{2}/;
const ENTITY = /&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[a-z]{2,6});/;
const ESCAPE = /\\(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|["\\/nrt])/;
// oxlint-disable no-misleading-character-class -- each of them is meant by itself, whatever it joins
/** Zero-width and other invisible characters, combining joiners, soft hyphens, variation selectors, tags. */
const INVISIBLE =
  /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb]/;
// oxlint-enable no-misleading-character-class
/** What NFKC or folding of dashes and spaces changes: checked by code so that ordinary accents cost nothing. */
const FOLDED =
  /[\u00a0\u00b2\u00b3\u00b9\u2000-\u200a\u2010-\u2015\u2024\u202f\u205f\u2070-\u209f\u2212\u2460-\u24ff\u3000\ufe30-\ufeff\uff01-\uffee]|[\ud835\ud83c][\udc00-\udfff]/;

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

export function needsView(text: string, { mask }: TextProfile): boolean {
  if ((mask & (HAS.percent | HAS.ampersand | HAS.backslash | HAS.nonAscii)) === 0) return false;
  return (
    ((mask & HAS.percent) !== 0 && PERCENT.test(text)) ||
    ((mask & HAS.ampersand) !== 0 && ENTITY.test(text)) ||
    ((mask & HAS.backslash) !== 0 && ESCAPE.test(text)) ||
    ((mask & HAS.nonAscii) !== 0 && (INVISIBLE.test(text) || FOLDED.test(text)))
  );
}

/** Undefined when nothing changed after all. */
export function decodedView(text: string): View | undefined {
  let view: View | undefined;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const next = decodeOnce(view?.text ?? text);
    if (next === undefined) break;
    view = view === undefined ? next : through(view, next);
  }
  return view;
}

/** `next` is a view of `view`'s text. */
function through(view: View, next: View): View {
  const starts = next.starts.map((at) => view.starts[at] ?? 0);
  const ends = next.ends.map((end) => (end === 0 ? 0 : (view.ends[end - 1] ?? 0)));
  return { text: next.text, starts, ends };
}

/** What needs looking at at all: an encoding's first character, or anything beyond ASCII. */
const SPECIAL = /[%&\\\u0080-\uffff]/g;

function decodeOnce(text: string): View | undefined {
  const pieces: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  let isChanged = false;
  const copy = (from: number, to: number): void => {
    if (from === to) return;
    pieces.push(text.slice(from, to));
    for (let at = from; at < to; at++) {
      starts.push(at);
      ends.push(at + 1);
    }
  };
  let at = 0;
  for (;;) {
    SPECIAL.lastIndex = at;
    const special = SPECIAL.exec(text)?.index ?? text.length;
    copy(at, special);
    if (special === text.length) break;
    const { length, value } = decodedAt(text, special);
    at = special + length;
    if (value === undefined) {
      copy(special, at);
      continue;
    }
    isChanged = true;
    pieces.push(value);
    for (let unit = 0; unit < value.length; unit++) {
      starts.push(special);
      ends.push(at);
    }
  }
  if (!isChanged) return undefined;
  return { text: pieces.join(''), starts: Uint32Array.from(starts), ends: Uint32Array.from(ends) };
}

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
    default:
      return foldedAt(text, at);
  }
}

const BYTE = /^[0-9A-Fa-f]{2}$/;

/** RFC 3986 section 2.1; a run of bytes that is UTF-8 becomes the character it encodes. */
function percentAt(text: string, at: number): Decoded {
  const first = text.slice(at + 1, at + 3);
  if (!BYTE.test(first)) return AS_IS;
  const lead = Number.parseInt(first, 16);
  if (lead < 0x80) return { length: 3, value: lead < 0x20 ? ' ' : String.fromCharCode(lead) };
  const length = lead >= 0xf0 ? 12 : lead >= 0xe0 ? 9 : lead >= 0xc2 ? 6 : 0;
  const run = text.slice(at, at + length);
  if (run.length < 6 || run.length !== length || !/^(?:%[0-9A-Fa-f]{2})+$/.test(run)) return AS_IS;
  const char = Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8');
  return char.includes('\ufffd') ? AS_IS : { length, value: foldChar(char) ?? char };
}

/** HTML Living Standard section 13.5, as far as the names have use here. */
function entityAt(text: string, at: number): Decoded {
  const match = ENTITY.exec(text.slice(at, at + 12));
  if (match === null || match.index !== 0) return AS_IS;
  const [whole] = match;
  const name = whole.slice(1, -1);
  if (!name.startsWith('#')) {
    const value = NAMED[name];
    return value === undefined ? AS_IS : { length: whole.length, value };
  }
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  if (!(code >= 0x20 && code <= 0x10ffff) || (code >= 0xd800 && code <= 0xdfff)) return AS_IS;
  const char = String.fromCodePoint(code);
  return { length: whole.length, value: foldChar(char) ?? char };
}

/** RFC 8259 section 7, and `\x41` of JavaScript: in logs and in JSON that stands inside other text. */
function escapeAt(text: string, at: number): Decoded {
  const next = text[at + 1] ?? '';
  if (next === 'u' || next === 'x') {
    const digits = text.slice(at + 2, next === 'u' ? at + 6 : at + 4);
    if (digits.length !== (next === 'u' ? 4 : 2) || !/^[0-9A-Fa-f]+$/.test(digits)) return AS_IS;
    const char = String.fromCharCode(Number.parseInt(digits, 16));
    return { length: digits.length + 2, value: foldChar(char) ?? char };
  }
  if (next === 'n' || next === 'r' || next === 't') return { length: 2, value: ' ' };
  return next === '"' || next === '\\' || next === '/' ? { length: 2, value: next } : AS_IS;
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
  if (INVISIBLE.test(char)) return '';
  if (!FOLDED.test(char)) return undefined;
  const folded = char.normalize('NFKC');
  if (/^[\u2010-\u2015\u2212\ufe58\ufe63]$/.test(folded)) return '-';
  if (/^\s$/.test(folded)) return ' ';
  return folded === char ? undefined : folded;
}
