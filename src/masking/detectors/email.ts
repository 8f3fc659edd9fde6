/** E-mail addresses: RFC 5321 section 4.1.2 and RFC 6531 in the forms people write; RFC 1035 section 2.3.4 for lengths. */
import type { Detector } from '#masking/engine/detector.ts';
import { HAS } from '#masking/engine/text-profile.ts';

const LOCAL_CHARS_MAX = 64;
const DOMAIN_CHARS_MAX = 253;

const LOCAL = /[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\u00c0-\uffee-]/;
const DOMAIN =
  /[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?(?:\.[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?){1,8}/uy;
const LITERAL = /\[(?:IPv6:)?[0-9A-Fa-f.:]{3,45}\]/y;
const QUOTED = /"[^"\\\r\n@]{1,62}"$/;
const TOP_LEVEL = /^(?:\p{L}{2,24}|xn--[a-z0-9-]{2,59})$/iu;

/** Ends of names of files and units, not of domains: `icon@2x.png`, `getty@tty1.service`. */
const FILE_ENDINGS = new Set(
  'png jpg jpeg gif svg webp ico js ts jsx tsx mjs cjs css scss html json yaml yml xml md txt log lock map service socket target timer slice mount exe dll jar war zip gz tgz tar'.split(
    ' ',
  ),
);

const NOT_LOCAL = 0;
const INNER = 1;
/** May stand in a local part but begins none that anybody has: it belongs to what is around it. */
const LEADING = 2;
/** Also ends a name or a path before the address. */
const SEPARATOR = 3;
const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code);
  if (!LOCAL.test(char)) return NOT_LOCAL;
  return /[=/|&?#]/.test(char) ? SEPARATOR : /[!$%'*+^`{}~.-]/.test(char) ? LEADING : INNER;
});
/** Of one code unit; those of ASCII are looked up. */
const localKind = (code: number): number =>
  code < 128 ? (KINDS[code] as number) : LOCAL.test(String.fromCharCode(code)) ? INNER : NOT_LOCAL;

/** What may stand right before and after the sign; most that have one are no addresses. */
const canSurround = (before: number, after: number): boolean =>
  before > 0x20 && before !== 0x40 && before !== 0x2e && after > 0x2f && after !== 0x40 && after !== 0x3a;

/** Where the local part that ends at `at` begins; -1 when there is none. */
function localStart(text: string, at: number): number {
  const floor = Math.max(0, at - LOCAL_CHARS_MAX);
  if (text[at - 1] === '"') {
    const quoted = QUOTED.exec(text.slice(floor, at));
    return quoted === null ? -1 : floor + quoted.index;
  }
  let start = at;
  let separator = -1;
  for (let kind = localKind(text.charCodeAt(at - 1)); start > floor && kind !== NOT_LOCAL;) {
    start--;
    // `to=a@b.c`, `user:a@b.c`: what stands before the last separator is a name of the value
    if (kind === SEPARATOR && separator < 0) separator = start;
    kind = localKind(text.charCodeAt(start - 1));
  }
  let lead = start;
  while (lead < at && localKind(text.charCodeAt(lead)) >= LEADING) lead++;
  return Math.max(lead, separator + 1);
}

function domainEnd(text: string, at: number): number {
  if (text[at] === '[') {
    LITERAL.lastIndex = at;
    if (LITERAL.test(text)) return LITERAL.lastIndex;
  }
  DOMAIN.lastIndex = at;
  const match = DOMAIN.exec(text.length - at > DOMAIN_CHARS_MAX * 2 ? text.slice(0, at + DOMAIN_CHARS_MAX) : text);
  if (match === null) return -1;
  const [domain] = match;
  const top = domain.slice(domain.lastIndexOf('.') + 1);
  if (!TOP_LEVEL.test(top) || FILE_ENDINGS.has(top.toLowerCase())) return -1;
  return at + domain.length;
}

export const email: Detector = {
  types: ['EMAIL_ADDRESS'],
  needs: HAS.at,
  find(scan) {
    const { text } = scan;
    for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
      if (!canSurround(text.charCodeAt(at - 1), text.charCodeAt(at + 1))) continue;
      scan.budget.spend(LOCAL_CHARS_MAX);
      const start = localStart(text, at);
      if (start < 0 || start >= at || text[at - 1] === '.') continue;
      const end = domainEnd(text, at + 1);
      if (end < 0) continue;
      // `git@github.com:owner/name.git` is where a repository is (git-clone(1), scp-like syntax)
      const local = text.slice(start, at);
      if ((local === 'git' || local === 'hg') && (text[end] === ':' || text[end] === '/')) continue;
      if (text.startsWith('://', start - 3) && text[end] === '/' && local === 'git') continue;
      scan.propose({ start, end, type: 'EMAIL_ADDRESS', rule: 'email', base: 0.9, isValidated: true, isImmune: true });
    }
  },
};
