/**
 * Base64 that stands in a text (RFC 4648 sections 4 and 5, line breaks as in RFC 2045), and hexadecimal digits: where they are,
 * whether what they encode is text, and how to write another text the same way. It knows nothing of what is sensitive.
 */
import { LIMITS } from '#limits.ts';
import { textOfBytes, type TextEncoding } from '#masking/carriers/text-of-bytes.ts';

/** Shorter runs encode less than 15 bytes. */
const CHARS_MIN = 20;
const HEX_OR_DIGITS = /^(?:[0-9a-f-]+|[0-9A-F-]+)$/;
/** A run may be as long as a message; a longer one than any digest is told without a pattern. */
const DIGEST_CHARS_MAX = 1_024;

const IS_CHAR = Uint8Array.from({ length: 128 }, (_, code) =>
  /[A-Za-z0-9+/_-]/.test(String.fromCharCode(code)) ? 1 : 0,
);

/** A run covers a character at a multiple of its length: only those are looked at first. */
export function mayHoldBase64(text: string): boolean {
  for (let at = CHARS_MIN - 1; at < text.length; at += CHARS_MIN) {
    if (IS_CHAR[text.charCodeAt(at)] !== 1) continue;
    let start = at;
    while (start > 0 && IS_CHAR[text.charCodeAt(start - 1)] === 1) if (at - --start >= CHARS_MIN) return true;
    let end = at + 1;
    while (end - start < CHARS_MIN && IS_CHAR[text.charCodeAt(end)] === 1) end++;
    if (end - start >= CHARS_MIN) return true;
  }
  return false;
}

export type Base64Run = {
  readonly start: number;
  readonly end: number;
  /** What it encodes, when that is text. */
  readonly text: string | undefined;
  /** Bytes that are no text. */
  readonly isBinary: boolean;
  /** Decoded bytes. */
  readonly bytes: number;
  readonly encoding?: TextEncoding;
  /** Two digits a byte. */
  readonly isHex?: true;
};

type Alphabet = 'standard' | 'url';

const alphabetOf = (encoded: string): Alphabet | undefined => {
  const isUrl = /[-_]/.test(encoded);
  return isUrl && /[+/]/.test(encoded) ? undefined : isUrl ? 'url' : 'standard';
};

/** The bytes; undefined when no encoder writes it so. */
export function decodeBase64(encoded: string): Buffer | undefined {
  const bare = encoded.replaceAll(BREAKS, '');
  const body = bare.replace(/={1,2}$/, '');
  const padding = bare.length - body.length;
  if (alphabetOf(body) === undefined || body.length % 4 === 1) return undefined;
  if (padding > 0 && (body.length + padding) % 4 !== 0) return undefined;
  return Buffer.from(body, 'base64');
}

/** `text` as the run is that stood there. */
export function encodeRun({ isHex, encoding = 'utf8' }: Base64Run, spelled: string, text: string): string {
  if (isHex !== true) return encodeLike(spelled, text, encoding);
  const hex = Buffer.from(text, encoding).toString('hex');
  return /[A-F]/.test(spelled) ? hex.toUpperCase() : hex;
}

/** `text` as Base64, spelled like `model`: the same alphabet, padded or not. */
export function encodeLike(model: string, text: string, encoding: TextEncoding = 'utf8'): string {
  const encoded = Buffer.from(text, encoding).toString(alphabetOf(model) === 'url' ? 'base64url' : 'base64');
  const isPadded = model.includes('=') || model.replaceAll(BREAKS, '').length % 4 === 0;
  const bare = encoded.replace(/=+$/, '');
  return isPadded ? bare.padEnd(Math.ceil(bare.length / 4) * 4, '=') : bare;
}

function runAt(value: string, start: number, end: number): Base64Run | undefined {
  const encoded = value.slice(start, end);
  const hex = hexAt(encoded, start);
  if (hex !== undefined) return hex;
  if (encoded.length <= DIGEST_CHARS_MAX && HEX_OR_DIGITS.test(encoded)) return undefined;
  const bytes = decodeBase64(encoded);
  if (bytes === undefined || bytes.length === 0) return undefined;
  const read = textOfBytes(bytes);
  if (read === undefined) return { start, end, text: undefined, isBinary: true, bytes: bytes.length };
  return { start, end, text: read.text, isBinary: false, bytes: bytes.length, encoding: read.encoding };
}

/** Text begins with a printed character: of nine in ten digests nothing more is read. */
const HEX_START = /^(?:0?[xX])?(?=[2-7][0-9A-Fa-f])/;

/** `6d617267…`, `\\x6d617267…` as databases give bytes; a digest is no text. */
function hexAt(encoded: string, at: number): Base64Run | undefined {
  const prefix = HEX_START.exec(encoded)?.[0].length;
  if (prefix === undefined) return undefined;
  const digits = encoded.slice(prefix);
  if (digits.length % 2 !== 0 || digits.length < CHARS_MIN) return undefined;
  const bytes = Buffer.from(digits, 'hex');
  if (bytes.length * 2 !== digits.length) return undefined;
  const read = textOfBytes(bytes);
  if (read === undefined || read.encoding === 'latin1') return undefined;
  const start = at + prefix;
  return { start, end: at + encoded.length, ...read, isBinary: false, bytes: bytes.length, isHex: true };
}

const EQUALS = 0x3d;
const LF = 0x0a;
const CR = 0x0d;
const PADDING_CHARS_MAX = 2;

/** Where the run that begins here ends. No pattern: those of V8 keep a place to go back to for each character. */
function endOfChars(value: string, start: number): number {
  let end = start;
  while (IS_CHAR[value.charCodeAt(end)] === 1) end++;
  return end;
}

function endOfPadding(value: string, start: number): number {
  let end = start;
  while (end - start < PADDING_CHARS_MAX && value.charCodeAt(end) === EQUALS) end++;
  return end;
}

/** Shorter lines nobody breaks. */
const LINE_CHARS_MIN = 56;
const LINE_CHARS_MAX = 1_024;
/** Between lines, also as strings spell it; with white space in front of the next. */
const BREAK = /(?:\r?\n|(?:\\r)?\\n)[ \t]{0,16}/y;
const BREAKS = /\\[rn]|[\r\n \t]/g;

/** Where lines end that go on the one that ends here: all as long as the first, but for the last. */
function endOfLines(value: string, start: number, firstEnd: number): number {
  const length = firstEnd - start;
  if (length < LINE_CHARS_MIN || length > LINE_CHARS_MAX) return firstEnd;
  let end = firstEnd;
  for (;;) {
    BREAK.lastIndex = end;
    if (!BREAK.test(value)) return end;
    const from = BREAK.lastIndex;
    const to = endOfChars(value, from);
    if (to === from || to - from > length) return end;
    end = to;
    if (to - from < length) return end;
  }
}

/** All of a text, in more lines than one. */
function isWrapped(value: string): boolean {
  let lines = 1;
  let at = endOfChars(value, 0);
  while (at > 0) {
    const from = value.charCodeAt(at) === CR && value.charCodeAt(at + 1) === LF ? at + 2 : at + 1;
    if (value.charCodeAt(from - 1) !== LF) break;
    const end = endOfChars(value, from);
    if (end === from) break;
    at = end;
    lines++;
  }
  return lines > 1 && value.slice(endOfPadding(value, at)).trim() === '';
}

/** Runs in their order. More than `base64Runs` in one text: the rest is not looked at, which the second value says. */
export function base64Runs(value: string): { readonly runs: readonly Base64Run[]; readonly isTruncated: boolean } {
  if (!mayHoldBase64(value)) return NONE;
  if (isWrapped(value)) {
    const run = runAt(value, 0, value.trimEnd().length);
    if (run !== undefined) return { runs: [run], isTruncated: false };
  }
  const runs: Base64Run[] = [];
  for (let at = 0; at < value.length; at++) {
    const charsEnd = endOfChars(value, at);
    if (charsEnd - at < CHARS_MIN) {
      at = charsEnd;
      continue;
    }
    const start = at;
    const linesEnd = endOfLines(value, start, charsEnd);
    const lines = linesEnd === charsEnd ? undefined : runAt(value, start, endOfPadding(value, linesEnd));
    const run = lines?.text === undefined ? runAt(value, start, endOfPadding(value, charsEnd)) : lines;
    at = run === lines ? endOfPadding(value, linesEnd) : endOfPadding(value, charsEnd);
    // the character at the end is looked at again: it may be none of this run
    at--;
    if (run === undefined) continue;
    if (runs.length === LIMITS.base64Runs) return { runs, isTruncated: true };
    runs.push(run);
  }
  return runs.length === 0 ? NONE : { runs, isTruncated: false };
}

const NONE = { runs: [], isTruncated: false } as const;
