/**
 * Which addresses may be asked for a stranger's document: those of the public Internet, and nothing that leads to this machine or
 * the networks around it (RFC 6890), under whatever spelling. What can carry another address inside is refused as a whole.
 */
import { BlockList, isIP } from 'node:net';

/** IANA's special-purpose registry, and multicast. */
const NOT_PUBLIC_4 = [
  '0.0.0.0/8', // this network
  '10.0.0.0/8',
  '100.64.0.0/10', // shared by carriers (RFC 6598)
  '127.0.0.0/8',
  '169.254.0.0/16', // link-local, and where clouds serve credentials of machines
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, and broadcast
];
/** Within 2000::/3, outside of which nothing is public: not ::, ::1, mapped, NAT64, unique local, link-local, multicast. */
const NOT_PUBLIC_6 = [
  '2001::/23', // IETF assignments, Teredo among them: IPv4 inside
  '2001:db8::/32',
  '2002::/16', // 6to4: IPv4 inside
  '2620:4f:8000::/48',
  '3fff::/20',
];

export type Addresses = { has(address: string): boolean };

/** Ranges as `10.0.0.0/8`, `fd00::/8`, or single addresses. Throws on anything else. */
export function createAddresses(ranges: readonly string[]): Addresses {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return {
    has(address) {
      const family = isIP(address);
      return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
    },
  };
}

const notPublic = createAddresses([...NOT_PUBLIC_4, ...NOT_PUBLIC_6]);
const unicast6 = createAddresses(['2000::/3']);

/** `fe80::1%eth0` names an interface of this machine; what is no address is not public either. */
export function isPublicAddress(address: string): boolean {
  if (address.includes('%')) return false;
  const family = isIP(address);
  if (family === 0) return false;
  return !notPublic.has(address) && (family === 4 || unicast6.has(address));
}
