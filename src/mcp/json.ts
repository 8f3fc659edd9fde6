/**
 * One strict pass over a JSON text that keeps every position, so that a message is inspected in exactly the form
 * in which it is sent. Grammar is RFC 8259; refused beyond it is what two readers could understand differently
 * (RFC 7493, I-JSON): duplicate keys, lone surrogates, a byte order mark, invalid UTF-8.
 *
 * It refuses to know what the JSON means.
 */
import { isAscii, isUtf8 } from 'node:buffer';
import { err, ok, unreachable, type Result } from '#result.ts';

/** `start` and `end` are UTF-16 offsets into `JsonDocument.text`, of the token as spelled (strings with their quotes). */
type Span = { readonly start: number; readonly end: number };

export type JsonMember = {
  /** Unescaped. */
  readonly key: string;
  /** Span of the key as spelled, with its quotes. */
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly value: JsonNode;
};
export type JsonObject = Span & { readonly kind: 'object'; readonly members: readonly JsonMember[] };
export type JsonArray = Span & { readonly kind: 'array'; readonly items: readonly JsonNode[] };
/** `value` is unescaped. It may share memory with the document's text: copy what outlives the message. */
export type JsonString = Span & { readonly kind: 'string'; readonly value: string };
/** `text` is the number as spelled. */
export type JsonNumber = Span & { readonly kind: 'number'; readonly text: string };
export type JsonLiteral = Span & ({ readonly kind: 'true' } | { readonly kind: 'false' } | { readonly kind: 'null' });
export type JsonNode = JsonObject | JsonArray | JsonString | JsonNumber | JsonLiteral;

export type JsonDocument = {
  /** The bytes as received (not a copy: they must not change). */
  readonly bytes: Buffer;
  readonly text: string;
  readonly root: JsonNode;
};

/** In the place of one whose content nobody needs any more. */
export const NO_DOCUMENT: JsonDocument = {
  bytes: Buffer.alloc(0),
  text: '',
  root: { kind: 'null', start: 0, end: 0 },
};

export type JsonFault = {
  readonly code: 'parse_error' | 'duplicate_key' | 'too_deep' | 'too_many';
  /** UTF-16 offset into the decoded text; 0 when the bytes are not UTF-8. */
  readonly offset: number;
  /** Says what is wrong, never quotes content. */
  readonly message: string;
};

/** `depth`: containers inside each other, the root being 1. `nodes`: values of any kind. */
export type JsonLimits = { readonly depth: number; readonly nodes: number };

export type JsonValue = null | boolean | number | bigint | string | JsonValue[] | { [key: string]: JsonValue };

/** Up to this many members, comparing each new key with all before is cheaper than a Set. */
const KEYS_COMPARED_MAX = 8;
/** No longer integer fits a double; a longer spelling becomes ±Infinity, as with `JSON.parse`. */
const BIGINT_CHARS_MAX = 310;

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const LOWER_E = 0x65;
const LOWER_F = 0x66;
const LOWER_N = 0x6e;
const LOWER_T = 0x74;
const LOWER_U = 0x75;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const SIMPLE_ESCAPES = new Set(Buffer.from('"\\/bfnrt', 'latin1'));

const isHexDigit = (code: number): boolean =>
  (code >= ZERO && code <= NINE) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);

class Parser {
  fault: JsonFault | undefined;
  readonly #text: string;
  readonly #depthMax: number;
  readonly #isLenient: boolean;
  #at = 0;
  #depth = 0;
  #nodesLeft: number;

  constructor(text: string, limits: JsonLimits, isLenient = false, at = 0) {
    this.#text = text;
    this.#isLenient = isLenient;
    this.#at = at;
    this.#depthMax = limits.depth;
    this.#nodesLeft = limits.nodes;
  }

  /** The root, or undefined with `fault` set. */
  document(): JsonNode | undefined {
    const root = this.value();
    if (root === undefined) return undefined;
    this.#whitespace();
    return this.#at === this.#text.length ? root : this.#refuse('something follows the JSON value');
  }

  #refuse(message: string, code: JsonFault['code'] = 'parse_error', offset = this.#at): undefined {
    this.fault ??= { code, offset, message };
    return undefined;
  }

  /** Skips white space and returns the code unit after it; NaN at the end of the text. */
  #whitespace(): number {
    const text = this.#text;
    let code = text.charCodeAt(this.#at);
    while (code === SPACE || code === LF || code === CR || code === TAB) code = text.charCodeAt(++this.#at);
    return code;
  }

  get at(): number {
    return this.#at;
  }

  get nodesLeft(): number {
    return this.#nodesLeft;
  }

  isAtContainer(): boolean {
    this.#whitespace();
    return opensJson(this.#text, this.#at);
  }

  /** One value; whatever follows it is not looked at. */
  value(): JsonNode | undefined {
    const code = this.#whitespace();
    if (this.#nodesLeft-- <= 0) return this.#refuse('too many values', 'too_many');
    switch (code) {
      case QUOTE: {
        const start = this.#at;
        const value = this.#string();
        return value === undefined ? undefined : { kind: 'string', start, end: this.#at, value };
      }
      case OPEN_BRACE:
        return this.#object();
      case OPEN_BRACKET:
        return this.#array();
      case LOWER_T:
        return this.#literal('true');
      case LOWER_F:
        return this.#literal('false');
      case LOWER_N:
        return this.#literal('null');
      default:
        if (code === MINUS || (code >= ZERO && code <= NINE)) return this.#number();
        return this.#refuse(Number.isNaN(code) ? 'the text ends where a value is expected' : 'a value is expected');
    }
  }

  #enter(): boolean {
    if (++this.#depth <= this.#depthMax) return true;
    this.#refuse('nested too deeply', 'too_deep');
    return false;
  }

  #object(): JsonObject | undefined {
    const start = this.#at;
    if (!this.#enter()) return undefined;
    const members: JsonMember[] = [];
    this.#at++;
    let code = this.#whitespace();
    if (code !== CLOSE_BRACE) {
      let seen: Set<string> | undefined;
      for (;;) {
        if (code !== QUOTE) return this.#refuse('a key in double quotes is expected');
        const keyStart = this.#at;
        const key = this.#string();
        if (key === undefined) return undefined;
        const keyEnd = this.#at;
        if (members.length === KEYS_COMPARED_MAX) seen = new Set(members.map((member) => member.key));
        if (!this.#isLenient && isRepeated(key, members, seen))
          return this.#refuse('a key is repeated', 'duplicate_key', keyStart);
        seen?.add(key);
        if (this.#whitespace() !== COLON) return this.#refuse('a colon is expected');
        this.#at++;
        const value = this.value();
        if (value === undefined) return undefined;
        members.push({ key, keyStart, keyEnd, value });
        code = this.#whitespace();
        if (code === CLOSE_BRACE) break;
        if (code !== COMMA) return this.#refuse('a comma or a closing brace is expected');
        this.#at++;
        code = this.#whitespace();
      }
    }
    this.#at++;
    this.#depth--;
    return { kind: 'object', start, end: this.#at, members };
  }

  #array(): JsonArray | undefined {
    const start = this.#at;
    if (!this.#enter()) return undefined;
    const items: JsonNode[] = [];
    this.#at++;
    if (this.#whitespace() !== CLOSE_BRACKET) {
      for (;;) {
        const item = this.value();
        if (item === undefined) return undefined;
        items.push(item);
        const code = this.#whitespace();
        if (code === CLOSE_BRACKET) break;
        if (code !== COMMA) return this.#refuse('a comma or a closing bracket is expected');
        this.#at++;
      }
    }
    this.#at++;
    this.#depth--;
    return { kind: 'array', start, end: this.#at, items };
  }

  /** Reads a string at its opening quote; returns it unescaped. */
  #string(): string | undefined {
    const text = this.#text;
    const start = this.#at;
    let at = start + 1;
    let isEscaped = false;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) break;
      if (code === BACKSLASH) {
        isEscaped = true;
        const length = this.#escapeLength(at);
        if (length === 0) return this.#refuse('not an escape of JSON', 'parse_error', at);
        at += length;
      } else if (code >= SPACE) {
        at++;
      } else {
        // NaN (the end) and control characters come here
        const message = Number.isNaN(code) ? 'a string is not closed' : 'a control character in a string';
        return this.#refuse(message, 'parse_error', at);
      }
    }
    this.#at = at + 1;
    if (!isEscaped) return text.slice(start + 1, at);
    // every escape was checked above, so this cannot throw
    const value = JSON.parse(text.slice(start, at + 1)) as string;
    if (this.#isLenient) return value.toWellFormed();
    return value.isWellFormed() ? value : this.#refuse('a lone surrogate', 'parse_error', start);
  }

  #escapeLength(at: number): 0 | 2 | 6 {
    const text = this.#text;
    const code = text.charCodeAt(at + 1);
    if (code !== LOWER_U) return SIMPLE_ESCAPES.has(code) ? 2 : 0;
    for (let i = at + 2; i < at + 6; i++) if (!isHexDigit(text.charCodeAt(i))) return 0;
    return 6;
  }

  #number(): JsonNumber | undefined {
    const text = this.#text;
    const start = this.#at;
    if (text.charCodeAt(this.#at) === MINUS) this.#at++;
    if (text.charCodeAt(this.#at) === ZERO) this.#at++;
    else if (!this.#digits()) return undefined;
    if (text.charCodeAt(this.#at) === DOT) {
      this.#at++;
      if (!this.#digits()) return undefined;
    }
    if ((text.charCodeAt(this.#at) | 0x20) === LOWER_E) {
      this.#at++;
      const sign = text.charCodeAt(this.#at);
      if (sign === PLUS || sign === MINUS) this.#at++;
      if (!this.#digits()) return undefined;
    }
    return { kind: 'number', start, end: this.#at, text: text.slice(start, this.#at) };
  }

  #digits(): boolean {
    const first = this.#at;
    let code = this.#text.charCodeAt(this.#at);
    while (code >= ZERO && code <= NINE) code = this.#text.charCodeAt(++this.#at);
    if (this.#at > first) return true;
    this.#refuse('a digit is expected');
    return false;
  }

  #literal(kind: 'true' | 'false' | 'null'): JsonLiteral | undefined {
    const start = this.#at;
    if (!this.#text.startsWith(kind, start)) return this.#refuse('a value is expected');
    this.#at += kind.length;
    return { kind, start, end: this.#at };
  }
}

function isRepeated(key: string, before: readonly JsonMember[], seen: ReadonlySet<string> | undefined): boolean {
  if (seen !== undefined) return seen.has(key);
  for (const member of before) if (member.key === key) return true;
  return false;
}

/**
 * Parses one JSON text. Time and memory are linear in its size; the stack is bounded by `limits.depth`.
 * Errors: `parse_error` (grammar, UTF-8, lone surrogate, byte order mark), `duplicate_key` (compared unescaped),
 * `too_deep`, `too_many`.
 */
export function parseJson(bytes: Uint8Array, limits: JsonLimits): Result<JsonDocument, JsonFault> {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ascii = isAscii(buffer);
  if (!ascii && !isUtf8(buffer)) return err({ code: 'parse_error', offset: 0, message: 'not valid UTF-8' });
  const text = buffer.toString(ascii ? 'latin1' : 'utf8');
  const parser = new Parser(text, limits);
  const root = parser.document();
  if (root !== undefined) return ok({ bytes: buffer, text, root });
  return err(parser.fault ?? { code: 'parse_error', offset: 0, message: 'not JSON' });
}

/** Whether an object, an array or a string of JSON in which there is one may begin here. */
export function opensJson(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code === OPEN_BRACE || code === OPEN_BRACKET) return true;
  if (code !== QUOTE) return false;
  const next = text.charCodeAt(at + 1);
  return next === OPEN_BRACE || next === OPEN_BRACKET || next === BACKSLASH;
}

/**
 * Reads the values at the beginning of a text that nobody promised to be JSON: one after the other, white space
 * between, as long as `opensJson`; what follows them is not looked at. Tolerates repeated keys and lone surrogates
 * (which become U+FFFD): for finding what is in there, never for deciding what a message means. `limits.nodes` counts
 * for all of them. Errors: `too_deep`, `too_many`.
 */
export function parseEmbedded(text: string, limits: JsonLimits): Result<JsonNode[], JsonFault> {
  const read = readEmbedded(text, 0, limits);
  return read.ok ? ok(read.value.roots) : read;
}

/** `readTo`: how far it was looked at; `nodesLeft` of the limits. */
export type Embedded = { readonly roots: JsonNode[]; readonly readTo: number; readonly nodesLeft: number };

/** `parseEmbedded` from `at` on, offsets still being those of `text`. */
export function readEmbedded(text: string, at: number, limits: JsonLimits): Result<Embedded, JsonFault> {
  const parser = new Parser(text, limits, true, at);
  const roots: JsonNode[] = [];
  while (parser.isAtContainer()) {
    const root = parser.value();
    if (root === undefined) break;
    roots.push(root);
  }
  if (parser.fault !== undefined && parser.fault.code !== 'parse_error') return err(parser.fault);
  return ok({
    roots,
    readTo: Math.max(parser.at, parser.fault?.offset ?? 0),
    nodesLeft: Math.max(0, parser.nodesLeft),
  });
}

/** The value of a key, undefined when `node` is no object or has no such key. */
export function member(node: JsonNode | undefined, key: string): JsonNode | undefined {
  if (node?.kind !== 'object') return undefined;
  for (const candidate of node.members) if (candidate.key === key) return candidate.value;
  return undefined;
}

/** The value of a key when it is a string. */
export function stringMember(node: JsonNode | undefined, key: string): string | undefined {
  const value = member(node, key);
  return value?.kind === 'string' ? value.value : undefined;
}

/**
 * The plain value. Integers a double cannot hold exactly are bigints. Objects have no prototype, so that a key
 * `__proto__` is a key like any other and `constructor` is absent unless sent.
 */
export function toValue(node: JsonNode): JsonValue {
  switch (node.kind) {
    case 'object': {
      const value = Object.create(null) as { [key: string]: JsonValue };
      for (const { key, value: child } of node.members) value[key] = toValue(child);
      return value;
    }
    case 'array':
      return node.items.map(toValue);
    case 'string':
      return node.value;
    case 'number': {
      const value = Number(node.text);
      if (Number.isSafeInteger(value) || !/^-?\d+$/.test(node.text)) return value;
      return node.text.length <= BIGINT_CHARS_MAX ? BigInt(node.text) : value;
    }
    case 'true':
      return true;
    case 'false':
      return false;
    case 'null':
      return null;
    default:
      return unreachable(node);
  }
}

/** Replaces `[start, end)` (UTF-16 offsets into the document's text) by `text`. */
export type JsonEdit = { readonly start: number; readonly end: number; readonly text: string };

/** A text with the edits made. They come in any order. Overlapping or out-of-range ones are a bug and throw. */
export function spliceText(text: string, edits: readonly JsonEdit[]): string {
  const pieces: string[] = [];
  let at = 0;
  const inOrder = edits.length < 2 ? edits : [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  for (const edit of inOrder) {
    if (edit.start < at || edit.end < edit.start || edit.end > text.length) {
      throw new RangeError(`edit ${edit.start}..${edit.end} overlaps another one or lies outside of the text`);
    }
    pieces.push(text.slice(at, edit.start), edit.text);
    at = edit.end;
  }
  pieces.push(text.slice(at));
  return pieces.join('');
}

/** The document's bytes with the edits made and every other byte as it was; `doc.bytes` itself when there are none. */
export const splice = (doc: JsonDocument, edits: readonly JsonEdit[]): Buffer =>
  edits.length === 0 ? doc.bytes : Buffer.from(spliceText(doc.text, edits), 'utf8');

/** A string as JSON with its quotes. A lone surrogate becomes U+FFFD, so that `parseJson` takes what comes out. */
export const encodeJsonString = (value: string): string => JSON.stringify(value.toWellFormed());
