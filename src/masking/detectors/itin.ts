/** US individual taxpayer identification numbers: IRS Pub. 1915; 9xx with a group of 50-65, 70-88, 90-92 or 94-99. */
import { isNinePart } from '#masking/detectors/ssn.ts';
import type { Detector } from '#masking/engine/detector.ts';
import { eachMatch } from '#masking/engine/matches.ts';
import { HAS } from '#masking/engine/text-profile.ts';

const CANDIDATE =
  /(?<![^\W_])9\d{2}(?:([ -])(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])\1\d{4}|(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])\d{4})(?!\d)/g;

export const itin: Detector = {
  types: ['US_ITIN'],
  needs: HAS.digit,
  numberMin: 9,
  find(scan) {
    eachMatch(CANDIDATE, scan.text, (match) => {
      const start = match.index;
      const end = start + match[0].length;
      if (isNinePart(scan.text, start, end)) return false;
      const separator = match[1];
      scan.propose({
        start,
        end,
        type: 'US_ITIN',
        rule: 'itin',
        base: separator === '-' ? 0.7 : separator === ' ' ? 0.4 : 0.15,
        because: 'group is issued',
        isImmune: separator === '-' && scan.place.against !== 'numbers',
      });
      return true;
    });
  },
};
