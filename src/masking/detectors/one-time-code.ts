/** Short codes that let somebody in or pay, which are nothing but a few digits: a word before or behind has to name them. */
import type { Detector } from '#masking/engine/detector.ts';
import { eachMatch } from '#masking/engine/matches.ts';
import { HAS } from '#masking/engine/text-profile.ts';
import { MENTIONS } from '#masking/words/mention-words.ts';

const NAMED =
  '(?:(?:verification|security|authentication|authorization|confirmation|login|log-in|sign-in|access|one[- ]time|2FA|MFA|SMS|reset)[ ](?:code|pass(?:code|word)|pin)|OTP(?:[ ]code)?|passcode|PIN(?:[ ](?:code|number))?|CVV2?|CVC2?|cvv2?|cvc2?)';
const ASSIGNS = '(?:[ ](?:is|was|of))?[ ]?[:=#]?[ ]{0,2}["\'*`]{0,2}';
/** `PIN: 4821`, `Your verification code is 482913`, `482913 is your one-time password`. */
const BEFORE = new RegExp(`(?<![^\\W_])${NAMED}${ASSIGNS}(\\d{3,8}|\\d{3}[ -]\\d{3})(?![^\\W_]|[.,:/-]\\d)`, 'g');
const BEHIND = new RegExp(
  `(?<![^\\W_]|\\d[.,:/-])(?:G-)?(\\d{4,8}|\\d{3}[ -]\\d{3})[ ]is[ ](?:your|the)[ ](?:[A-Z]\\w{1,20}[ ]){0,3}${NAMED}`,
  'g',
);

export const oneTimeCode: Detector = {
  types: ['SECRET'],
  needs: HAS.digit,
  digitsMin: 3,
  find(scan) {
    if ((scan.mentions & MENTIONS.code) === 0) return;
    const { text } = scan;
    for (const pattern of [BEFORE, BEHIND])
      eachMatch(pattern, text, ({ 0: whole, 1: code = '', index }) => {
        const start = index + whole.indexOf(code);
        scan.propose({
          start,
          end: start + code.length,
          type: 'SECRET',
          rule: 'one-time-code',
          base: 0.7,
          because: 'said to be a code',
          isImmune: true,
        });
        return true;
      });
  },
};
