/** Whether bytes are text, and in which encoding they say it: what is no text nobody looks into. */
import { isUtf8 } from 'node:buffer';

export type TextEncoding = 'utf8' | 'utf16le' | 'latin1';
export type BytesText = { readonly text: string; readonly encoding: TextEncoding };

/** Control characters that no text has. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001a\u001c-\u001f\u007f]/g;
/** Messages of protocols have texts with a few bytes between them; fewer bytes may be anything. */
const CONTROLS_PER_CHAR_MAX = 0.2;
const MIXED_BYTES_MIN = 15;

export function textOfBytes(bytes: Buffer): BytesText | undefined {
  if (isUtf16(bytes)) return { text: bytes.toString('utf16le'), encoding: 'utf16le' };
  if (isUtf8(bytes)) {
    const text = bytes.toString('utf8');
    const controls = text.match(CONTROL)?.length ?? 0;
    const isText =
      controls === 0 || (bytes.length >= MIXED_BYTES_MIN && controls <= text.length * CONTROLS_PER_CHAR_MAX);
    return isText ? { text, encoding: 'utf8' } : undefined;
  }
  return isLatin(bytes) ? { text: bytes.toString('latin1'), encoding: 'latin1' } : undefined;
}

const UTF16_BYTES_MIN = 8;

/** Of the scripts of Latin: every second byte is zero, as PowerShell and Windows write. */
function isUtf16(bytes: Buffer): boolean {
  if (bytes.length < UTF16_BYTES_MIN || bytes.length % 2 !== 0 || bytes[3] !== 0) return false;
  let zeros = 0;
  for (let at = 1; at < bytes.length; at += 2) if (bytes[at] === 0) zeros++;
  if (zeros * 20 < bytes.length * 9) return false;
  for (let at = 0; at < bytes.length; at += 2) if ((bytes[at] ?? 0) < 0x09) return false;
  return true;
}

const LATIN_BYTES_MIN = 12;

/** ISO/IEC 8859-1 and Windows-1252: mostly ASCII, and nothing that is not printed. */
function isLatin(bytes: Buffer): boolean {
  if (bytes.length < LATIN_BYTES_MIN) return false;
  let high = 0;
  for (const byte of bytes) {
    if (byte >= 0x80) high++;
    else if (byte < 0x20 ? byte !== 0x09 && byte !== 0x0a && byte !== 0x0d : byte === 0x7f) return false;
  }
  return high * 4 <= bytes.length;
}
