/**
 * The words of a stored message that search looks through: strings, numbers and field names of a request's arguments
 * or of an answer, in their order. One bounded pass over the bytes instead of a parse: a 16 MiB answer costs no more
 * than its first part, and a message cut short by masking still gives its words. Knows nothing of SQL.
 */

export type TextSide = 'request' | 'answer';

/** Bytes of the message looked at for each byte of text wanted. */
const SCANNED_PER_INDEXED = 16;

/** Names every MCP message repeats: as words they would match everything. */
const STRUCTURAL_NAMES = new Set(['type', 'text', 'content', 'structuredContent', 'isError', 'resource', 'mimeType']);

/** Carriers of base64 (MCP image, audio and blob contents): bytes, not words. */
const BINARY_NAMES = new Set(['data', 'blob']);
const BINARY_CHARS = 256;

/** Names are compared before they are words: never cut below this, however small the text wanted. */
const NAME_CHARS = 256;

/** Methods whose words are in `params.arguments`; of any other request they are all of `params` but `_meta`. */
const WITH_ARGUMENTS = new Set(['tools/call', 'prompts/get']);

/** At most `bytesMax` UTF-8 bytes of text, parts joined by newlines. Never throws, whatever the bytes are. */
export function searchableText(payload: Buffer, side: TextSide, method: string, bytesMax: number): string {
  const text = payload.toString('utf8', 0, Math.min(payload.length, bytesMax * SCANNED_PER_INDEXED));
  const words = new BoundedWords(bytesMax);
  const argumentsOnly = side === 'request' && WITH_ARGUMENTS.has(method);
  let depth = 0;
  let member = '';
  let child = '';
  let name = '';
  const wanted = (): boolean => {
    if (depth < 1) return false;
    if (side === 'request' ? member !== 'params' : member !== 'result' && member !== 'error') return false;
    if (depth === 1) return true;
    return argumentsOnly ? child === 'arguments' : child !== '_meta';
  };
  let at = 0;
  while (at < text.length && !words.full) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) {
      const end = closingQuote(text, at + 1);
      const next = afterSpace(text, end + 1);
      if (text.charCodeAt(next) === COLON) {
        name = decodeString(text, at + 1, end, Math.max(bytesMax, NAME_CHARS));
        if (depth === 1) [member, child] = [name, ''];
        else if (depth === 2) child = name;
        if (depth >= 2 && wanted() && !STRUCTURAL_NAMES.has(name) && !(depth === 2 && argumentsOnly)) words.add(name);
        at = next + 1;
        continue;
      }
      const isBinary = end - at > BINARY_CHARS && BINARY_NAMES.has(name);
      if (wanted() && !isBinary) {
        const value = decodeString(text, at + 1, end, bytesMax);
        if (!(name === 'type' && value === 'text')) words.add(value);
      }
      at = end + 1;
    } else if (char === MINUS || (char >= DIGIT_0 && char <= DIGIT_9)) {
      const end = numberEnd(text, at + 1);
      if (wanted()) words.add(text.slice(at, end));
      at = end;
    } else {
      if (char === BRACE_OPEN || char === BRACKET_OPEN) depth++;
      else if (char === BRACE_CLOSE || char === BRACKET_CLOSE) depth--;
      at++;
    }
  }
  return words.text();
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const MINUS = 0x2d;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const BRACE_OPEN = 0x7b;
const BRACE_CLOSE = 0x7d;
const BRACKET_OPEN = 0x5b;
const BRACKET_CLOSE = 0x5d;

/** Index of the quote that ends the string begun before `from`; the text's length when it was cut off. */
function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from);
  while (at !== -1) {
    let backslashes = 0;
    while (at - 1 - backslashes >= from && text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return at;
    at = text.indexOf('"', at + 1);
  }
  return text.length;
}

function afterSpace(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) <= 0x20) at++;
  return at;
}

function numberEnd(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at++) {
    const char = text.charCodeAt(at);
    const inNumber =
      (char >= DIGIT_0 && char <= DIGIT_9) ||
      char === 0x2e ||
      char === 0x2b ||
      char === MINUS ||
      (char | 0x20) === 0x65;
    if (!inNumber) break;
  }
  return at;
}

/** A string's characters; of a long one no more than can be indexed. An escape cut in two is left out. */
function decodeString(text: string, start: number, end: number, charsMax: number): string {
  const raw = text.slice(start, Math.min(end, start + charsMax));
  if (!raw.includes('\\')) return raw;
  try {
    return String(JSON.parse(`"${raw.replace(/(?<!\\)((?:\\\\)*)\\(?:u[0-9a-fA-F]{0,3})?$/, '$1')}"`));
  } catch {
    return raw;
  }
}

class BoundedWords {
  readonly #parts: string[] = [];
  #bytesLeft: number;

  constructor(bytesMax: number) {
    this.#bytesLeft = bytesMax;
  }

  get full(): boolean {
    return this.#bytesLeft <= 0;
  }

  add(part: string): void {
    if (part === '' || this.full) return;
    const bytes = Buffer.byteLength(part) + 1;
    // Cut at a character: the decoder drops nothing but the one cut in two, whose replacement is trimmed.
    const kept =
      bytes <= this.#bytesLeft
        ? part
        : Buffer.from(part)
            .toString('utf8', 0, this.#bytesLeft)
            .replace(/\uFFFD$/, '');
    this.#parts.push(kept);
    this.#bytesLeft -= bytes;
  }

  text(): string {
    return this.#parts.join('\n');
  }
}
