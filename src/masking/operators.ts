/**
 * What is put in the place of a sensitive value. `token` stands for the same value everywhere in one deployment, so
 * that an analyst can follow it without knowing it; `redact` says only that something was there.
 */
import { createHmac } from 'node:crypto';
import { DIGEST_FORM } from '#masking/carriers/digest.ts';
import { ENTITIES } from '#masking/engine/entities.ts';

export type OperatorName = 'token' | 'redact';

/** Puts something in the place of `value`, which is of the given type. Deterministic. */
export type Operator = (type: string, value: string) => string;

/** Which key made a token; changes when the deployment's masking key does. */
const KEY_ID = 'k1';
const TOKEN_CHARS = 13;
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
/** A token's form is nobody else's; a redaction is recognised by the types there are. */
const FORMS = `\\[(?:[A-Z][A-Z0-9_]{1,63}:k\\d{1,9}:[a-z2-7]{${TOKEN_CHARS}}|${ENTITIES.join('|')})\\]`;
const PLACEHOLDER = new RegExp(`^(?:${FORMS}|${DIGEST_FORM})$`);
const PLACEHOLDERS = new RegExp(`${FORMS}|${DIGEST_FORM}`, 'g');
const PLACEHOLDER_CHARS_MAX = 96;

/** RFC 4648 section 6, lower case, no padding, cut to 13 characters (65 bits). */
function base32(bytes: Uint8Array): string {
  let bits = 0;
  let pending = 0;
  let text = '';
  for (const byte of bytes) {
    pending = (pending << 8) | byte;
    bits += 8;
    while (bits >= 5 && text.length < TOKEN_CHARS) {
      bits -= 5;
      text += BASE32[(pending >> bits) & 31];
    }
    pending &= (1 << bits) - 1;
    if (text.length === TOKEN_CHARS) break;
  }
  return text;
}

/** `[SECRET:k1:…]`, keyed, so that a guess at a short value cannot be tried offline; or `[SECRET]`. */
export function createOperator(name: OperatorName, key: Uint8Array): Operator {
  if (name === 'redact') return (type) => `[${type}]`;
  return (type, value) => {
    const mac = createHmac('sha256', key).update(type).update('\0').update(value).digest();
    return `[${type}:${KEY_ID}:${base32(mac)}]`;
  };
}

/** Whether a value is already what an operator puts in place; masking it again would only change its token. */
export const isPlaceholder = (value: string): boolean =>
  value.length <= PLACEHOLDER_CHARS_MAX && value.startsWith('[') && PLACEHOLDER.test(value);

const NO_SPANS: readonly { readonly start: number; readonly end: number }[] = [];

/** Where placeholders stand in a text. */
export const placeholderSpans = (text: string): readonly { readonly start: number; readonly end: number }[] =>
  text.includes('[')
    ? [...text.matchAll(PLACEHOLDERS)].map(({ 0: found, index }) => ({ start: index, end: index + found.length }))
    : NO_SPANS;
