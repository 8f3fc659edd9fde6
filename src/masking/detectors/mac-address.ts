/** Hardware addresses: IEEE 802 EUI-48 and EUI-64, in pairs by `:` or `-`, or in fours by `.`. */
import { isWordChar, type Detector } from '#masking/engine/detector.ts';

const CANDIDATE =
  /[0-9A-Fa-f]{2}(?:([:-])[0-9A-Fa-f]{2}\1[0-9A-Fa-f]{2}\1[0-9A-Fa-f]{2}\1[0-9A-Fa-f]{2}\1[0-9A-Fa-f]{2}(?:\1[0-9A-Fa-f]{2}\1[0-9A-Fa-f]{2})?|[0-9A-Fa-f]{2}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4})/g;
const PLAIN = /^[0-9A-Fa-f]{12}$/;

export const macAddress: Detector = {
  types: ['MAC_ADDRESS'],
  needs: 0,
  runMin: 12,
  find(scan) {
    const { text } = scan;
    if (scan.isKeyed('MAC_ADDRESS') && PLAIN.test(text)) {
      scan.propose({ start: 0, end: 12, type: 'MAC_ADDRESS', rule: 'mac-plain', base: 0.3 });
      return;
    }
    const { colons, dashes, dots } = scan.profile;
    if (colons < 5 && dashes < 5 && dots < 2) return;
    for (const match of text.matchAll(CANDIDATE)) {
      const start = match.index;
      const end = start + match[0].length;
      if (isWordChar(text, start - 1) || isWordChar(text, end)) continue;
      const separator = match[1] ?? '.';
      // longer runs are fingerprints of keys and certificates
      if (text[start - 1] === separator && isWordChar(text, start - 2)) continue;
      if (text[end] === separator && isWordChar(text, end + 1)) continue;
      const isDigits = !/[A-Fa-f]/.test(match[0]);
      scan.propose({
        start,
        end,
        type: 'MAC_ADDRESS',
        rule: 'mac',
        base: isDigits && separator !== ':' ? 0.4 : 0.85,
        // eight pairs are a hash where the key says so
        isImmune: !isDigits && end - start <= 17,
      });
    }
  },
};
