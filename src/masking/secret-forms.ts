/**
 * The spellings in which a known secret may turn up: as it is, and in the encodings that programs apply to a header
 * or a token without meaning any harm. It does not look for what somebody hides on purpose.
 */
import { createHash } from 'node:crypto';

/** Shorter secrets are not searched for: they would be found everywhere. Counted in UTF-8 bytes. */
export const SECRET_BYTES_MIN = 8;

export type SecretForm = {
  readonly text: string;
  /** Base64 has no place where the secret ends: the run of Base64 characters around it goes with it. */
  readonly isBase64: boolean;
};

/**
 * Base64 of the secret at each of the three places it can have in a longer text, cut to the characters that depend on
 * nothing but the secret: `offset` unknown bytes before it make the first characters uncertain, bytes after it the last.
 */
function base64Cores(secret: Buffer): string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), secret]).toString('base64');
    const first = Math.ceil((offset * 8) / 6);
    const end = Math.floor(((offset + secret.length) * 8) / 6);
    return encoded.slice(first, end);
  });
}

const percentEncodeAll = (secret: Buffer): string => secret.toString('hex').replaceAll(/../g, '%$&');
const lowerHexEscapes = (text: string): string => text.replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());
const upperHexEscapes = (text: string): string => text.replaceAll(/%[0-9a-f]{2}/g, (escape) => escape.toUpperCase());

function percentForms(secret: string, bytes: Buffer): string[] {
  const loose = encodeURIComponent(secret);
  // RFC 3986 reserves !'()*, which encodeURIComponent leaves alone; HTML forms differ from both
  const strict = loose.replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  const form = new URLSearchParams([['', secret]]).toString().slice(1);
  const forms = [loose, strict, form, loose.replaceAll('%20', '+'), percentEncodeAll(bytes)];
  return forms.flatMap((text) => [lowerHexEscapes(text), upperHexEscapes(text)]);
}

/** How often JSON may stand in a string of JSON before the search gives up. */
const JSON_LEVELS = 3;

const asJsonText = (text: string): string => JSON.stringify(text).slice(1, -1);
const asAsciiJsonText = (text: string): string =>
  asJsonText(text).replaceAll(/[\x7f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** As JSON inside a text that is not JSON as a whole: minimal, with `\/`, and with everything beyond ASCII escaped. */
function jsonForms(secret: string): string[] {
  const forms: string[] = [];
  let minimal = secret;
  let ascii = secret;
  for (let level = 1; level <= JSON_LEVELS; level++) {
    minimal = asJsonText(minimal);
    ascii = asAsciiJsonText(ascii);
    forms.push(minimal, ascii);
  }
  return forms.flatMap((form) => [form, form.replaceAll('/', '\\/')]);
}

/** Every form of one secret, without repetition; none for one that is too short. */
export function secretForms(secret: string): SecretForm[] {
  const wellFormed = secret.toWellFormed();
  const bytes = Buffer.from(wellFormed, 'utf8');
  if (bytes.length < SECRET_BYTES_MIN) return [];
  const hex = bytes.toString('hex');
  const plain = new Set([
    wellFormed,
    ...jsonForms(wellFormed),
    ...percentForms(wellFormed, bytes),
    hex,
    hex.toUpperCase(),
  ]);
  const cores = base64Cores(bytes);
  const base64 = new Set(cores.flatMap((core) => [core, core.replaceAll('+', '-').replaceAll('/', '_')]));
  return [
    ...[...plain].map((text) => ({ text, isBase64: false })),
    ...[...base64].map((text) => ({ text, isBase64: true })),
  ];
}

/** A key for caches that must not hold the secret itself. */
export const secretDigest = (secret: string): string => createHash('sha256').update(secret).digest('base64');
