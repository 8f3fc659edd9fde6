/**
 * The value encoding of MCP's mirrored headers (2026-07-28, Streamable HTTP, "Value Encoding"): plain visible ASCII,
 * or the Base64 of UTF-8 between `=?base64?` and `?=`.
 */
import { isUtf8 } from 'node:buffer';

const PREFIX = '=?base64?';
const SUFFIX = '?=';
/** RFC 9110 section 5.5: visible ASCII, inside also space and tab. */
const PLAIN = /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/;

/** The decoded value; undefined when it is neither plain nor the one canonical Base64 spelling of valid UTF-8. */
export function decodeHeaderValue(value: string): string | undefined {
  if (!value.startsWith(PREFIX) || !value.endsWith(SUFFIX) || value.length < PREFIX.length + SUFFIX.length) {
    return value === '' || PLAIN.test(value) ? value : undefined;
  }
  const encoded = value.slice(PREFIX.length, -SUFFIX.length);
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.toString('base64') !== encoded || !isUtf8(bytes)) return undefined;
  return bytes.toString('utf8');
}

/** As a client must write it. A value that looks encoded is encoded, so that decoding is unambiguous. */
export function encodeHeaderValue(value: string): string {
  const looksEncoded = value.startsWith(PREFIX) && value.endsWith(SUFFIX);
  if (value === '' || (PLAIN.test(value) && !looksEncoded)) return value;
  return `${PREFIX}${Buffer.from(value, 'utf8').toString('base64')}${SUFFIX}`;
}
