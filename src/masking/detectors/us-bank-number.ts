/** US bank accounts by key or context, and routing numbers with the check digit of the American Bankers Association. */
import type { Detector } from '#masking/engine/detector.ts';
import { eachMatch } from '#masking/engine/matches.ts';
import { HAS } from '#masking/engine/text-profile.ts';
import { MENTIONS } from '#masking/words/mention-words.ts';

const NUMBER = /(?<![\w.])\d{4,17}(?:[ -]\d{3,8}){0,2}(?![\w.]\w)(?!\w)/g;
const ACCOUNT_WORDS =
  /(?:\b(?:bank|checking|savings|deposit|escrow|payroll)\b[^.;\n]{0,24}\b(?:account|acct)\b|\b(?:account|acct)\.? ?(?:no\.?|number|num|#)|\bacct\b|\b(?:checking|savings)\b)[^.;,\n]{0,20}$/i;
const ROUTING_WORDS = /(?:\brouting\b|\bABA\b|\bRTN\b|\btransit\b)[^.;\n]{0,24}$/i;
const LEAD_CHARS = 72;

/** ABA: weights 3, 7, 1; the first two digits are a district, an institution of thrift or electronic. */
export function isRoutingNumber(digits: string): boolean {
  if (!/^(?:0[0-9]|1[0-2]|2[1-9]|3[0-2]|6[1-9]|7[0-2]|80)\d{7}$/.test(digits)) return false;
  const sum = Array.from(digits).reduce((total, digit, at) => total + Number(digit) * ([3, 7, 1][at % 3] ?? 0), 0);
  return sum % 10 === 0;
}

export const usBankNumber: Detector = {
  types: ['US_BANK_NUMBER'],
  needs: HAS.digit,
  numberMin: 6,
  find(scan) {
    const { text } = scan;
    const isKeyed = scan.isKeyed('US_BANK_NUMBER');
    if (!isKeyed && (scan.mentions & MENTIONS.account) === 0) return;
    eachMatch(NUMBER, text, ({ 0: number, index: start }) => {
      const digits = number.replaceAll(/\D/g, '');
      if (digits.length < 6 || digits.length > 17) return false;
      const lead = text.slice(Math.max(0, start - LEAD_CHARS), start);
      const isRouting = digits.length === 9 && digits.length === number.length && isRoutingNumber(digits);
      const saysRouting = ROUTING_WORDS.test(lead);
      if (!isKeyed && !(saysRouting && isRouting) && !ACCOUNT_WORDS.test(lead)) return false;
      scan.propose({
        start,
        end: start + number.length,
        type: 'US_BANK_NUMBER',
        rule: saysRouting && isRouting ? 'us-routing-number' : 'us-bank-account',
        base: isKeyed ? 0.4 : 0.7,
        isValidated: isRouting,
        because: isRouting ? 'check digit' : 'said to be an account',
        isImmune: true,
      });
      return true;
    });
  },
};
