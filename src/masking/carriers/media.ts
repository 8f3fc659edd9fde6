/**
 * Images, audio and other binary: nobody looks into their bytes, so policy says what becomes of them. What is text in
 * truth is no media, whatever its label says.
 */
import { decodeBase64 } from '#masking/carriers/base64.ts';
import { textOfBytes } from '#masking/carriers/text-of-bytes.ts';
import { stringMember, type JsonObject } from '#mcp/json.ts';

export type MediaKind = 'image' | 'audio' | 'other';
/** `allow`: as it is. `drop`: only that there was something. `hash`: a keyed digest and the size. */
export type MediaRule = 'allow' | 'drop' | 'hash';
export type MediaRules = Readonly<Record<MediaKind, MediaRule>>;

export type MediaPolicy = { readonly send: MediaRules; readonly store: MediaRules };

export const DEFAULT_MEDIA: MediaPolicy = {
  send: { image: 'allow', audio: 'allow', other: 'allow' },
  store: { image: 'hash', audio: 'hash', other: 'hash' },
};

/** `hash` shows less than `allow`, `drop` less than `hash`. */
const STRICTNESS: Readonly<Record<MediaRule, number>> = { allow: 0, hash: 1, drop: 2 };
const stricter = (one: MediaRule, other: MediaRule): MediaRule => (STRICTNESS[one] >= STRICTNESS[other] ? one : other);

/** What is stored is never looser than what is sent. */
export const mediaPolicy = (send: Partial<MediaRules>, store: Partial<MediaRules>): MediaPolicy => {
  const sent = { ...DEFAULT_MEDIA.send, ...send };
  const wanted = { ...DEFAULT_MEDIA.store, ...store };
  const kinds = ['image', 'audio', 'other'] as const;
  const stored = Object.fromEntries(kinds.map((kind) => [kind, stricter(wanted[kind], sent[kind])]));
  return { send: sent, store: { ...wanted, ...stored } };
};

export const kindOfType = (mimeType: string): MediaKind =>
  /^image\//i.test(mimeType) ? 'image' : /^audio\//i.test(mimeType) ? 'audio' : 'other';

/** First characters, in Base64, of formats that need no label: PNG, JPEG, GIF, RIFF, PDF, ZIP, ID3, Ogg, gzip. */
const SIGNATURES: readonly (readonly [prefix: string, kind: MediaKind])[] = [
  ['iVBORw0KGgo', 'image'],
  ['/9j/', 'image'],
  ['R0lGOD', 'image'],
  ['UklGR', 'other'],
  ['JVBERi0', 'other'],
  ['UEsDB', 'other'],
  ['SUQz', 'audio'],
  ['T2dnUw', 'audio'],
  ['H4sI', 'other'],
];
const SIGNED_CHARS_MIN = 64;

const SIGNATURE_STARTS = [...new Set(SIGNATURES.map(([prefix]) => prefix.charAt(0)))].join('');

const kindBySignature = (encoded: string): MediaKind | undefined =>
  encoded.length < SIGNED_CHARS_MIN || !SIGNATURE_STARTS.includes(encoded.charAt(0))
    ? undefined
    : SIGNATURES.find(([prefix]) => encoded.startsWith(prefix))?.[1];

const BASE64_ONLY = /^[A-Za-z0-9+/_\r\n-]+={0,2}\s*$/;

/** Bytes in Base64 that are no text. */
function binaryBytes(encoded: string): number | undefined {
  if (!BASE64_ONLY.test(encoded)) return undefined;
  const bytes = decodeBase64(encoded.trimEnd());
  return bytes === undefined || bytes.length === 0 || textOfBytes(bytes) !== undefined ? undefined : bytes.length;
}

export type Media = {
  readonly kind: MediaKind;
  /** Decoded. */
  readonly bytes: number;
  /** Where it stands: content of its own, or the bytes of a resource. */
  readonly place: 'content' | 'blob' | 'value';
};

/** What a member of an object holds, when that is media (MCP: ImageContent, AudioContent, BlobResourceContents). */
export function mediaIn(object: JsonObject, key: string, value: string): Media | undefined {
  if (key === 'data' || key === 'blob') {
    const type = stringMember(object, 'type');
    const isContent = key === 'data' && (type === 'image' || type === 'audio');
    const mimeType = stringMember(object, 'mimeType');
    if (isContent || (key === 'blob' && stringMember(object, 'uri') !== undefined)) {
      const bytes = binaryBytes(value);
      if (bytes === undefined) return undefined;
      return isContent
        ? { kind: type === 'audio' ? 'audio' : 'image', bytes, place: 'content' }
        : { kind: kindOfType(mimeType ?? ''), bytes, place: 'blob' };
    }
  }
  return mediaByForm(value);
}

/** What shows by its first bytes what it is. */
export function mediaByForm(value: string): Media | undefined {
  const kind = kindBySignature(value);
  if (kind === undefined) return undefined;
  const bytes = binaryBytes(value);
  return bytes === undefined ? undefined : { kind, bytes, place: 'value' };
}
