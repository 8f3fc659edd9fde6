/** IP addresses: RFC 791 dotted decimal, RFC 4291 section 2.2 and RFC 5952, with a prefix length (RFC 4632) or a zone (RFC 4007). */
import { isDigit, isWordChar, type Detector } from '#masking/engine/detector.ts';
import type { Scan } from '#masking/engine/scan.ts';
import { HAS } from '#masking/engine/text-profile.ts';

const V4 = /(?<![^\W_])(?:\d{1,3}\.){3}\d{1,3}(?!\d)(?:\/(?:3[0-2]|[12]?\d)(?![\d.]))?/g;
/** Longer than any address is no address. */
const V6_CHARS_MAX = 48;
const DOTTED_END = /(?:\.\d{1,3}){3}(?!\d)/y;
const V4_ONLY = /^\d{1,3}(?:\.\d{1,3}){3}$/;
const PREFIX_OR_ZONE = /(?:%[0-9A-Za-z_.-]{1,15})?(?:\/(?:12[0-8]|1[01]\d|\d{1,2})(?!\d))?/y;
/** Programs write their version behind their name: `Chrome/120.0.0.0`. */
const PRODUCT = /[A-Za-z][\w.+-]*\/$/;
const VERSION_BEFORE = /(?:\bv|[vV]ersion[ :=]{1,3}|\bver\.? ?|[@^<>]=?|(?<!~)~=?|==)$/;
/** The end of a tag of HTML is no constraint on a version. */
const TAG_BEFORE = /(?:["'/]|<[A-Za-z][^<>]{0,20})>$/;

export const isIpV4 = (text: string): boolean =>
  V4_ONLY.test(text) && text.split('.').every((part) => Number(part) <= 255 && (part === '0' || !part.startsWith('0')));

/** RFC 4291 section 2.2: eight groups, or fewer around one `::`; the last two may be dotted decimal. */
export function isIpV6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  let groups = 0;
  for (const [index, half] of halves.entries()) {
    if (half === '') continue;
    const parts = half.split(':');
    for (const [at, part] of parts.entries()) {
      const isLast = at === parts.length - 1 && index === halves.length - 1;
      if (isLast && part.includes('.')) {
        if (!isIpV4(part)) return false;
        groups += 2;
      } else if (/^[0-9A-Fa-f]{1,4}$/.test(part)) groups++;
      else return false;
    }
  }
  return halves.length === 2 ? groups < 8 : groups === 8;
}

/** IEEE EUI-64 is written like eight groups. */
const isEui64 = (text: string): boolean => /^[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){7}$/.test(text);

function findV4(scan: Scan): void {
  const { text } = scan;
  for (const match of text.matchAll(V4)) {
    const start = match.index;
    const end = start + match[0].length;
    if (isWordChar(text, start - 1)) continue;
    const before = text[start - 1];
    if ((before === '.' || before === '-') && isWordChar(text, start - 2)) continue;
    // the group of an IPv6 address, which is found as a whole
    if (before === ':' && text[start - 2] === ':') continue;
    const after = text[end];
    if (
      isWordChar(text, end) ||
      ((after === '.' || after === '-' || after === '+') &&
        isWordChar(text, end + 1) &&
        (isDigit(text, end + 1) || after !== '.'))
    )
      continue;
    const address = match[0].split('/')[0] ?? '';
    if (!isIpV4(address)) continue;
    const lead = text.slice(Math.max(0, start - 24), start);
    const isElement = lead.endsWith('>') ? after === '<' || TAG_BEFORE.test(lead) : lead.endsWith('<') && after === '>';
    const isVersion = (VERSION_BEFORE.test(lead) && !isElement) || (PRODUCT.test(lead) && address.endsWith('.0'));
    if (isVersion && !scan.isKeyed('IP_ADDRESS')) continue;
    scan.propose({
      start,
      end,
      type: 'IP_ADDRESS',
      rule: 'ipv4',
      base: 0.75,
      because: 'four octets',
      isValidated: true,
    });
  }
}

const isV6Char = (code: number): boolean =>
  (code >= 0x30 && code <= 0x3a) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);

/** Calls `found` with each run of hexadecimal digits and colons that has a colon, and a dotted end where it has one. */
function eachRun(text: string, found: (start: number, end: number) => void): void {
  let floor = 0;
  for (let colon = text.indexOf(':'); colon >= 0; colon = text.indexOf(':', floor)) {
    let start = colon;
    while (start > floor && isV6Char(text.charCodeAt(start - 1))) start--;
    let end = colon + 1;
    while (isV6Char(text.charCodeAt(end))) end++;
    DOTTED_END.lastIndex = end;
    floor = DOTTED_END.test(text) ? DOTTED_END.lastIndex : end;
    if (floor - start <= V6_CHARS_MAX) found(start, floor);
  }
}

function findV6(scan: Scan): void {
  const { text } = scan;
  eachRun(text, (runStart, runEnd) => {
    let candidate = text.slice(runStart, runEnd);
    let start = runStart;
    if (candidate.length < 3) return;
    // a label or a sentence's colon: `addr:fe80::1`, `fe80::1:`
    if (candidate.startsWith(':') && !candidate.startsWith('::')) {
      candidate = candidate.slice(1);
      start++;
    }
    if (candidate.endsWith(':') && !candidate.endsWith('::')) candidate = candidate.slice(0, -1);
    const end = start + candidate.length;
    if (isWordChar(text, start - 1) || isWordChar(text, end) || !/\d/.test(candidate)) return;
    if (candidate.length < 4 && candidate !== '::1') return;
    if (!isIpV6(candidate) || isEui64(candidate)) return;
    PREFIX_OR_ZONE.lastIndex = end;
    const rest = PREFIX_OR_ZONE.exec(text)?.[0].length ?? 0;
    scan.propose({
      start,
      end: end + rest,
      type: 'IP_ADDRESS',
      rule: 'ipv6',
      base: 0.85,
      because: 'groups of IPv6',
      isValidated: true,
      isImmune: true,
    });
  });
}

export const ipAddress: Detector = {
  types: ['IP_ADDRESS'],
  needs: HAS.digit,
  find(scan) {
    const { dots, digits, colons } = scan.profile;
    if (dots >= 3 && digits >= 4) findV4(scan);
    if (colons >= 2) findV6(scan);
  },
};
