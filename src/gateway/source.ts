/** Where a connection comes from. A forwarding header counts only from a proxy that the operator named. */
import { BlockList, isIP } from 'node:net';

export type TrustedProxies = { trusts(address: string): boolean };

const plain = (address: string): string =>
  address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;

/** `cidrs`: `10.0.0.0/8`, `fd00::/8`, or a single address. Throws on anything else; configuration checks it first. */
export function createTrustedProxies(cidrs: readonly string[]): TrustedProxies {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [address = '', bits] = cidr.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return {
    trusts(address) {
      const family = isIP(plain(address));
      return family !== 0 && list.check(plain(address), family === 6 ? 'ipv6' : 'ipv4');
    },
  };
}

/**
 * The nearest address that is not a trusted proxy, reading `X-Forwarded-For` from the right, as far as the chain is
 * trusted. What stands further left is the sender's own claim. A malformed entry ends the walk.
 */
export function sourceOf(peer: string, forwardedFor: readonly string[], proxies: TrustedProxies): string {
  let source = plain(peer);
  if (!proxies.trusts(source)) return source;
  const hops = forwardedFor.flatMap((line) => line.split(',')).map((hop) => hop.trim());
  for (const hop of hops.toReversed()) {
    if (isIP(hop) === 0) return source;
    source = plain(hop);
    if (!proxies.trusts(source)) return source;
  }
  return source;
}
