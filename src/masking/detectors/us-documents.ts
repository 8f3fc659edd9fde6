/** Numbers of US passports and driver's licences. Their forms are common, so a key or a word nearby has to name them. */
import { isWordChar, type Detector } from '#masking/engine/detector.ts';
import { eachMatch } from '#masking/engine/matches.ts';
import { HAS } from '#masking/engine/text-profile.ts';
import { MENTIONS } from '#masking/words/mention-words.ts';

/** 22 CFR 51: nine digits, or since 2021 a letter and eight. */
const PASSPORT = /(?<![^\W_])(?:[A-Z]\d{8}|\d{9})(?![^\W_])/gi;
/** AAMVA: letters and digits by state, from one letter with six digits to fourteen digits. */
const LICENSE =
  /(?<![^\W_])(?:[A-Z]\d{3}[ -]\d{4}[ -]\d{4}|[A-Z]\d{3}[ -]\d{3}[ -]\d{2}[ -]\d{3}(?:[ -]\d)?|[A-Z]\d{5}[ -]\d{5}[ -]\d{5}|\d{3}[ -]\d{3}[ -]\d{3}|\d{2}[ -]\d{3}[ -]\d{4}|[A-Z]{1,2}\d{5,14}[A-Z]?|\d{7,14}|[A-Z]{3}\*{0,2}[A-Z0-9*]{2}\d{3}[A-Z0-9]{2}|\d{2}[A-Z]{3}\d{5})(?![^\W_])/gi;

const LICENSE_WORDS =
  /(?:driv(?:er|ing)[’'s]{0,2}[ -]?(?:licen[cs]e|permit)|\blicen[cs]e (?:no|number|#)|\bDLN?\b|\bD\.L\.)[^.;\n]{0,32}$/i;
const LICENSE_GATE = /licen[cs]e|\bDLN?\b|permit|D\.L\./i;
const PASSPORT_WORDS = /passport[^.;\n]{0,32}$/i;
const LEAD_CHARS = 64;
const MASKED_CHARS_MAX = 512;
/** What stands before; `no.` ends no sentence, and what is masked counts as one character, whatever stands there instead. */
const leadOf = (text: string, start: number): string => {
  const near = text.slice(Math.max(0, start - LEAD_CHARS - MASKED_CHARS_MAX), start);
  const lead = near.includes('~') ? near.replaceAll(/~+/g, '~') : near;
  return lead.slice(-LEAD_CHARS).replaceAll(/\b(?:no|nr|num)\./gi, 'no ');
};

export const usPassport: Detector = {
  types: ['US_PASSPORT'],
  needs: HAS.digit,
  numberMin: 8,
  find(scan) {
    const { text } = scan;
    const isKeyed = scan.isKeyed('US_PASSPORT');
    if (!isKeyed && (scan.mentions & MENTIONS.passport) === 0) return;
    eachMatch(PASSPORT, text, ({ 0: number, index: start }) => {
      if (!isKeyed && !PASSPORT_WORDS.test(leadOf(text, start))) return false;
      scan.propose({
        start,
        end: start + number.length,
        type: 'US_PASSPORT',
        rule: 'us-passport',
        base: isKeyed ? 0.5 : 0.85,
        because: 'said to be a passport',
        isImmune: true,
      });
      return true;
    });
  },
};

export const usDriverLicense: Detector = {
  types: ['US_DRIVER_LICENSE'],
  needs: HAS.digit,
  digitsMin: 5,
  find(scan) {
    const { text } = scan;
    const isKeyed = scan.isKeyed('US_DRIVER_LICENSE');
    if (!isKeyed && ((scan.mentions & MENTIONS.license) === 0 || !LICENSE_GATE.test(text))) return;
    eachMatch(LICENSE, text, ({ 0: number, index: start }) => {
      if (isWordChar(text, start - 1)) return false;
      if (!isKeyed && !LICENSE_WORDS.test(leadOf(text, start))) return false;
      scan.propose({
        start,
        end: start + number.length,
        type: 'US_DRIVER_LICENSE',
        rule: 'us-driver-license',
        base: isKeyed ? 0.5 : 0.8,
        because: 'said to be a licence',
        isImmune: true,
      });
      return true;
    });
  },
};
