/** International bank account numbers: ISO 13616-1, with the lengths of the SWIFT IBAN registry; check digits of ISO 7064 (mod 97-10). */
import { isWordChar, type Detector } from '#masking/engine/detector.ts';
import { HAS } from '#masking/engine/text-profile.ts';

const LENGTHS: ReadonlyMap<string, number> = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 ' +
    'GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 ' +
    'MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 ' +
    'TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30 DZ26 AO25 BF28 BJ28 CF27 CG27 CI28 CM27 CV25 GA27 GQ27 GW25 IR26 KM27 MA28 MG27 ML28 MZ25 NE28 SN28 TD27 TG28'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

const START = /[A-Z]{2}[ ]?\d{2}(?=[ -]?[A-Z0-9])/gi;

/** ISO 7064 mod 97-10 over the number with its first four characters moved to the end. */
export function passesMod97(iban: string): boolean {
  let remainder = 0;
  for (let at = 0; at < iban.length; at++) {
    const code = iban.charCodeAt((at + 4) % iban.length);
    const value = code <= 0x39 ? code - 0x30 : code - 0x41 + 10;
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}

/** Where the next `length` letters and digits end, with single separators of one kind between them; -1 when there are not so many. */
function charsEnd(text: string, start: number, length: number): number {
  let left = length;
  let separator = 0;
  let isBehindSeparator = true;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const letter = code & ~0x20;
    if ((letter >= 0x41 && letter <= 0x5a) || (code >= 0x30 && code <= 0x39)) {
      if (--left === 0) return at + 1;
      isBehindSeparator = false;
    } else if ((code === 0x20 || code === 0x2d) && !isBehindSeparator && (separator === 0 || separator === code)) {
      separator = code;
      isBehindSeparator = true;
    } else {
      return -1;
    }
  }
  return -1;
}

/** Printed in fours (ISO 13616-1), or in one piece; anything else only by context. */
function isInFours(written: string): boolean {
  const groups = written.split(/[ -]/);
  return (
    groups.length === 1 || groups.every(({ length }, at) => length === 4 || (at === groups.length - 1 && length < 4))
  );
}

export const iban: Detector = {
  types: ['IBAN_CODE'],
  needs: HAS.digit,
  digitsMin: 10,
  find(scan) {
    const { text, profile } = scan;
    if ((profile.mask & (HAS.upper | HAS.lower)) === 0) return;
    START.lastIndex = 0;
    for (let match = START.exec(text); match !== null; match = START.exec(text)) {
      const start = match.index;
      START.lastIndex = start + 1;
      const length = LENGTHS.get(match[0].slice(0, 2).toUpperCase());
      if (length === undefined || isWordChar(text, start - 1)) continue;
      const end = charsEnd(text, start, length);
      if (end < 0 || isWordChar(text, end)) continue;
      const written = text.slice(start, end);
      if (!passesMod97(written.replaceAll(/[ -]/g, '').toUpperCase())) continue;
      START.lastIndex = end;
      scan.propose({
        start,
        end,
        type: 'IBAN_CODE',
        rule: 'iban',
        base: isInFours(written) ? 0.95 : 0.4,
        isValidated: true,
        because: 'mod 97, length of the country',
        isImmune: true,
      });
    }
  },
};
