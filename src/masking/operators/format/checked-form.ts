/**
 * Numbers that begin as no real one does and end in a keyed check of three characters: cards behind 9999, where no issuer is
 * (ISO/IEC 7812-1), social security numbers behind 666, which is never assigned, IBANs of the country ZZ (ISO 3166-1 leaves it
 * to users), other numbers behind 990. Luhn's check digit and that of mod 97 stay right.
 */
import { passesLuhn } from '#masking/detectors/luhn.ts';
import { passesMod97 } from '#masking/detectors/iban.ts';
import { fill, type Form } from '#masking/operators/format/form.ts';
import { KeyedDraw } from '#masking/operators/format/keyed-draw.ts';
import type { Span } from '#masking/operators/operator.ts';

const CHECK_CHARS = 3;
const CHARS_MIN = 8;
const CARD_DIGITS_MIN = 12;
const CHARS_MAX = 34;
/** Of one text. After so many nothing is recognised: it is masked again, which harms nobody. */
const CHECKS_MAX = 2_000;

/** A plus sign or a bracket in front belongs to a telephone number. */
const START = /(?<![A-Za-z0-9])(?:\+?\(?)(?:9[ .)-]{0,2}9|66[ .-]?6|zz)/gi;
const SEPARATOR = /[ ./()-]/;
const DIGIT = /\d/;

const drawn = (draw: KeyedDraw, like: string): string =>
  Array.from(like, (char) => (DIGIT.test(char) ? draw.digits(1) : String.fromCharCode(0x41 + draw.below(26)))).join('');

/** The check of what stands before it, letters for letters and digits for digits. */
const checkOf = (key: Uint8Array, before: string, like: string): string =>
  drawn(new KeyedDraw(key, 'check', before), like);

const withLuhn = (digits: string): string =>
  '0123456789'
    .split('')
    .map((digit) => digits + digit)
    .find(passesLuhn) ?? digits;

const withMod97 = (country: string, bban: string): string => {
  for (let check = 2; check <= 98; check++) {
    const iban = `${country}${String(check).padStart(2, '0')}${bban}`;
    if (passesMod97(iban)) return iban;
  }
  return country + bban;
};

/** What the keyed check is over and what it is, by how the characters begin; undefined for no output of this form. */
function partsOf(chars: string): { readonly before: string; readonly check: string } | undefined {
  const isIban = chars.startsWith('ZZ');
  if (!isIban && !/^(?:9999|990|666)\d+$/.test(chars)) return undefined;
  if (isIban && (!/^ZZ\d\d/.test(chars) || !passesMod97(chars))) return undefined;
  const isCard = chars.startsWith('9999') && chars.length >= CARD_DIGITS_MIN;
  if (isCard && !passesLuhn(chars)) return undefined;
  const end = chars.length - (isCard ? 1 : 0);
  return { before: chars.slice(isIban ? 4 : 0, end - CHECK_CHARS), check: chars.slice(end - CHECK_CHARS, end) };
}

const isOutput = (key: Uint8Array, chars: string): boolean => {
  const parts = partsOf(chars);
  return parts !== undefined && checkOf(key, parts.before, parts.check) === parts.check;
};

/** The first end at which what begins at `start` is an output. */
function endOf(key: Uint8Array, text: string, start: number, spend: () => boolean): number | undefined {
  let chars = '';
  let separators = 0;
  const from = start + (/^[+(]*/.exec(text.slice(start, start + 2))?.[0].length ?? 0);
  for (let at = from; at < text.length && chars.length < CHARS_MAX; at++) {
    const char = text[at] ?? '';
    if (/[A-Za-z0-9]/.test(char)) {
      chars += char.toUpperCase();
      separators = 0;
    } else if (SEPARATOR.test(char) && ++separators <= 2) continue;
    else return undefined;
    if (chars.length < CHARS_MIN || /[A-Za-z0-9]/.test(text[at + 1] ?? '')) continue;
    if (!spend()) return undefined;
    if (isOutput(key, chars)) return at + 1;
  }
  return undefined;
}

function bodyOf(type: string, chars: string, draw: KeyedDraw, key: Uint8Array): string | undefined {
  const like = chars.toUpperCase();
  const checked = (before: string, like: string): string => before + checkOf(key, before, like);
  if (type === 'IBAN_CODE') {
    const bban = like.slice(4);
    const before = drawn(draw, bban.slice(0, -CHECK_CHARS));
    return withMod97('ZZ', checked(before, bban.slice(-CHECK_CHARS)));
  }
  if (!/^\d+$/.test(chars)) return undefined;
  if (type === 'CREDIT_CARD') {
    if (chars.length < CARD_DIGITS_MIN) return undefined;
    const before = `9999${draw.digits(chars.length - 4 - CHECK_CHARS - 1)}`;
    return withLuhn(checked(before, '000'));
  }
  const prefix = type === 'US_SSN' || type === 'US_ITIN' ? '666' : '990';
  if (chars.length < CHARS_MIN) return undefined;
  const before = prefix + draw.digits(chars.length - prefix.length - CHECK_CHARS);
  return checked(before, '000');
}

/** `key` also makes the check: recognising an output needs it. */
export const createCheckedForm = (key: Uint8Array): Form => ({
  types: [
    'CREDIT_CARD',
    'IBAN_CODE',
    'US_SSN',
    'US_ITIN',
    'US_BANK_NUMBER',
    'US_PASSPORT',
    'US_DRIVER_LICENSE',
    'PHONE_NUMBER',
  ],
  make(value, draw, type) {
    const chars = value.replaceAll(/[^A-Za-z0-9]/g, '');
    const body = chars.length > CHARS_MAX ? undefined : bodyOf(type, chars, draw, key);
    return body === undefined ? undefined : fill(value, body);
  },
  spans(text) {
    const spans: Span[] = [];
    const checks = { left: CHECKS_MAX };
    const spend = (): boolean => checks.left-- > 0;
    START.lastIndex = 0;
    for (let match = START.exec(text); match !== null && checks.left > 0; match = START.exec(text)) {
      const end = endOf(key, text, match.index, spend);
      if (end === undefined) continue;
      spans.push({ start: match.index, end });
      START.lastIndex = end;
    }
    return spans;
  },
});
