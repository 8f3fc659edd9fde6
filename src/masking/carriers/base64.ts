/**
 * Base64 that stands in a text (RFC 4648 sections 4 and 5, line breaks as in RFC 2045): where it is, whether what it encodes
 * is text, and how to write another text the same way. It knows nothing of what is sensitive.
 */
import { isUtf8 } from 'node:buffer';
import { LIMITS } from '#limits.ts';

/** Shorter runs encode less than 15 bytes. */
const CHARS_MIN = 20;
const RUN = /[A-Za-z0-9+/_-]{20,}={0,2}/g;
/** All of a text, in lines. */
const WRAPPED = /^[A-Za-z0-9+/_-]+(?:\r?\n[A-Za-z0-9+/_-]+)+={0,2}\s*$/;
const HEX_OR_DIGITS = /^(?:[0-9a-f-]+|[0-9A-F-]+)$/;
/** Control characters that no text has. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001a\u001c-\u001f\u007f]/;

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
};

type Alphabet = 'standard' | 'url';

const alphabetOf = (encoded: string): Alphabet | undefined => {
  const isUrl = /[-_]/.test(encoded);
  return isUrl && /[+/]/.test(encoded) ? undefined : isUrl ? 'url' : 'standard';
};

/** The bytes; undefined when no encoder writes it so. */
export function decodeBase64(encoded: string): Buffer | undefined {
  const bare = encoded.replaceAll(/[\r\n]/g, '');
  const body = bare.replace(/={1,2}$/, '');
  const padding = bare.length - body.length;
  if (alphabetOf(body) === undefined || body.length % 4 === 1) return undefined;
  if (padding > 0 && (body.length + padding) % 4 !== 0) return undefined;
  return Buffer.from(body, 'base64');
}

/** `text` as Base64, spelled like `model`: the same alphabet, padded or not. */
export function encodeLike(model: string, text: string): string {
  const encoded = Buffer.from(text, 'utf8').toString(alphabetOf(model) === 'url' ? 'base64url' : 'base64');
  const isPadded = model.includes('=') || model.replaceAll(/[\r\n]/g, '').length % 4 === 0;
  const bare = encoded.replace(/=+$/, '');
  return isPadded ? bare.padEnd(Math.ceil(bare.length / 4) * 4, '=') : bare;
}

export function textOf(bytes: Buffer): string | undefined {
  if (!isUtf8(bytes)) return undefined;
  const text = bytes.toString('utf8');
  return CONTROL.test(text) ? undefined : text;
}

function runAt(value: string, start: number, end: number): Base64Run | undefined {
  const encoded = value.slice(start, end);
  if (HEX_OR_DIGITS.test(encoded)) return undefined;
  const bytes = decodeBase64(encoded);
  if (bytes === undefined || bytes.length === 0) return undefined;
  const text = textOf(bytes);
  return { start, end, text, isBinary: text === undefined, bytes: bytes.length };
}

/** Runs in their order. More than `base64Runs` in one text: the rest is not looked at, which the second value says. */
export function base64Runs(value: string): { readonly runs: readonly Base64Run[]; readonly isTruncated: boolean } {
  if (!mayHoldBase64(value)) return NONE;
  if (WRAPPED.test(value)) {
    const run = runAt(value, 0, value.trimEnd().length);
    if (run !== undefined) return { runs: [run], isTruncated: false };
  }
  const runs: Base64Run[] = [];
  for (const { 0: found, index } of value.matchAll(RUN)) {
    const run = runAt(value, index, index + found.length);
    if (run === undefined) continue;
    if (runs.length === LIMITS.base64Runs) return { runs, isTruncated: true };
    runs.push(run);
  }
  return runs.length === 0 ? NONE : { runs, isTruncated: false };
}

const NONE = { runs: [], isTruncated: false } as const;
