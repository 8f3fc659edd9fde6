/** Where a connection comes from. A forwarding header counts only from a proxy that the operator named. */
import { BlockList, isIP } from 'node:net';

/** The 16-bit groups of an IPv6 address that `isIP` took, without its zone. */
function groupsOf(address: string): readonly number[] {
  const [head = '', tail] = address.replace(/%.*$/, '').split('::');
  const parse = (part: string): number[] =>
    part === ''
      ? []
      : part.split(':').flatMap((group) => {
          if (!group.includes('.')) return [Number.parseInt(group, 16)];
          const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
          return [a * 256 + b, c * 256 + d];
        });
  const [left, right] = [parse(head), parse(tail ?? '')];
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right];
}

const MAPPED = '0,0,0,0,0,65535';
/** Where a translator puts IPv4 clients (RFC 6052 section 2.1): all of them share one /64. */
const TRANSLATED = '100,65435,0,0,0,0';

/**
 * What a source is counted under: an IPv4 address, or the /64 of an IPv6 one, since a single host has all of that
 * (RFC 4291 section 2.5.1). One spelling for each.
 */
export function sourceKey(source: string): string {
  if (!source.includes(':')) return source;
  // What the system says of nearly every IPv6 client needs no taking apart.
  const prefix64 = CANONICAL.exec(source)?.[1];
  if (prefix64 !== undefined && isIP(source) === 6) return `${prefix64}::/64`;
  return keyOfAnySpelling(source);
}

/** The first four groups, spelled as RFC 5952 section 4 has it, of an address that holds no IPv4 address. */
const CANONICAL = /^((?!64:)[1-9a-f][0-9a-f]{0,3}(?::(?:0|[1-9a-f][0-9a-f]{0,3})){3}):/;

function keyOfAnySpelling(source: string): string {
  if (isIP(source) !== 6) return source;
  const groups = groupsOf(source);
  const [high, low] = [groups[6] ?? 0, groups[7] ?? 0];
  const prefix = groups.slice(0, 6).join();
  if (prefix === MAPPED || prefix === TRANSLATED) return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

export type TrustedProxies = { trusts(address: string): boolean };

/** An IPv4 address that was mapped into IPv6 is the IPv4 address. */
export const plainAddress = (address: string): string =>
  address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;

/** `cidrs`: `10.0.0.0/8`, `fd00::/8`, or a single address. Throws on anything else; configuration checks it first. */
export function createTrustedProxies(cidrs: readonly string[]): TrustedProxies {
  if (cidrs.length === 0) return { trusts: () => false };
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [address = '', bits] = cidr.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return {
    trusts(address) {
      const family = isIP(plainAddress(address));
      return family !== 0 && list.check(plainAddress(address), family === 6 ? 'ipv6' : 'ipv4');
    },
  };
}

/**
 * The nearest address that is not a trusted proxy, reading `X-Forwarded-For` from the right, as far as the chain is
 * trusted. What stands further left is the sender's own claim. A malformed entry ends the walk.
 */
export function sourceOf(peer: string, forwardedFor: readonly string[], proxies: TrustedProxies): string {
  let source = plainAddress(peer);
  if (!proxies.trusts(source)) return source;
  const hops = forwardedFor.flatMap((line) => line.split(',')).map((hop) => hop.trim());
  for (const hop of hops.toReversed()) {
    if (isIP(hop) === 0) return source;
    source = plainAddress(hop);
    if (!proxies.trusts(source)) return source;
  }
  return source;
}
