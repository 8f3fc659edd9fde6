/**
 * Strict readings of text: canonical JSON (RFC 8785), canonical base64, exact UTF-8. One value has one spelling, so a
 * changed byte can never hide in a second spelling of the same value. Knows nothing about logs.
 */
import { type Result, err, ok } from '#result.ts';
import { BOUNDS } from '#ledger/verify/bounds.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text of exactly these bytes, or undefined when they are not UTF-8. */
export function exactText(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Bytes of padded standard base64 (RFC 4648 section 4) in its only canonical spelling, or undefined. */
export function exactBase64(text: string, length?: number): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) return undefined;
  return length === undefined || bytes.length === length ? bytes : undefined;
}

export type JsonObject = { readonly [key: string]: unknown };

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A whole number from 0 that JavaScript holds exactly. */
export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

/** RFC 8785 of a value made of strings, safe integers, null, arrays and objects, which is all this format uses. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (isObject(value)) {
    // RFC 8785 section 3.2.3: keys by UTF-16 code unit, which is what sort() compares.
    const keys = Object.keys(value).sort();
    return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

/** A JSON object with exactly these keys; the caller checks the values, then `isCanonical`. */
export function parseExactObject(bytes: Uint8Array, keys: readonly string[]): Result<JsonObject, string> {
  const text = exactText(bytes);
  if (text === undefined) return err('is not UTF-8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return err('is not JSON');
  }
  if (!isObject(value)) return err('is not a JSON object');
  const found = new Set(Object.keys(value));
  for (const key of keys) if (!found.delete(key)) return err(`lacks the key "${key}"`);
  for (const key of found) return err(`has an unknown key ${quoted(key)}`);
  return ok(value);
}

/** Whether the bytes are the canonical spelling of the value read from them: no spaces, no second key, no other order. */
export const isCanonical = (bytes: Uint8Array, value: unknown): boolean =>
  Buffer.from(canonicalJson(value)).equals(bytes);

/** A string from the log as it may stand in a message: escaped and short. */
export function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= BOUNDS.quotedChars ? text : `${text.slice(0, BOUNDS.quotedChars)}…`;
}
