/**
 * Addresses of networks that are kept for documentation: RFC 5737 (192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24), RFC 3849
 * (2001:db8::/32), and the MAC addresses of RFC 7042 section 2.1.2 (00-00-5E-00-53-xx).
 */
import { matchSpans, type Form } from '#masking/operators/format/form.ts';

const V4_NETWORKS = ['192.0.2', '198.51.100', '203.0.113'];
const V4 =
  /(?<![\w.])(?:192\.0\.2|198\.51\.100|203\.0\.113)\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\/\d{1,2})?(?![\w./])(?!\.\d)/g;
const V6 = /(?<![\w:.])2001:db8(?::[0-9a-f]{4}){6}(?:\/\d{1,3})?(?![\w:/])/g;
const MAC = /(?<![\w:-])00([:-])00\1[56][eE]\1(?:00)\1(?:53)\1[0-9a-fA-F]{2}(?![\w:-])/g;
const PREFIX = /\/\d{1,3}$/;
const DOTTED = /^\d{1,3}(?:\.\d{1,3}){3}$/;

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

export const addressForm: Form = {
  types: ['IP_ADDRESS'],
  make(value, draw) {
    const prefix = PREFIX.exec(value)?.[0] ?? '';
    if (DOTTED.test(value.slice(0, value.length - prefix.length)))
      return `${V4_NETWORKS[draw.below(V4_NETWORKS.length)] ?? ''}.${draw.below(256)}${prefix}`;
    const groups = Array.from({ length: 6 }, () => hex(draw.below(256), 2) + hex(draw.below(256), 2));
    return `2001:db8:${groups.join(':')}${prefix}`;
  },
  spans: (text) => [
    ...(text.includes('.') ? matchSpans(V4, text) : []),
    ...(text.includes('2001:db8:') ? matchSpans(V6, text) : []),
  ],
};

export const macForm: Form = {
  types: ['MAC_ADDRESS'],
  make(value, draw) {
    const separator = value.includes('-') ? '-' : ':';
    return ['00', '00', '5e', '00', '53', hex(draw.below(256), 2)].join(separator);
  },
  spans: (text) => (text.includes('00') ? matchSpans(MAC, text) : []),
};
