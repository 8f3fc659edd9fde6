/**
 * Which proxy, if any, a server is reached through. Loopback is never reached through one. The names that go around it are
 * written as in NO_PROXY: `*`, a host with all below it, an address or a CIDR range, each with a port or without.
 */
import { BlockList, isIP } from 'node:net';

export type ProxyServer = {
  /** `http:` or `https:`, host and port. */
  readonly url: URL;
  /** Value of `Proxy-Authorization`; a secret. */
  readonly authorization: string | undefined;
};

export type ProxySettings = {
  /** For https: servers. */
  readonly https: ProxyServer | undefined;
  /** For http: servers. */
  readonly http: ProxyServer | undefined;
  readonly around: readonly string[];
};

const bare = (host: string): string => (host.startsWith('[') ? host.slice(1, -1) : host).toLowerCase();

function isLoopback(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith('127.');
  return host === '::1' || host === 'localhost' || host.endsWith('.localhost');
}

function isInRange(host: string, range: string): boolean {
  const [address = '', bits] = range.split('/');
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (isIP(host) === 0 || isIP(host) !== isIP(address) || !/^\d{1,3}$/.test(bits ?? '')) return false;
  if (Number(bits) > (family === 'ipv6' ? 128 : 32)) return false;
  const list = new BlockList();
  list.addSubnet(address, Number(bits), family);
  return list.check(host, family);
}

function goesAround(host: string, port: string, entry: string): boolean {
  if (entry === '*') return true;
  const [, named = '', onlyPort] = /^(.*?)(?::(\d{1,5}))?$/.exec(isIP(entry) === 6 ? `[${entry}]` : entry) ?? [];
  if (onlyPort !== undefined && onlyPort !== port) return false;
  const name = bare(named).replace(/^\*?\./, '');
  if (name.includes('/')) return isInRange(host, name);
  return name !== '' && (host === name || (isIP(name) === 0 && host.endsWith(`.${name}`)));
}

export function proxyFor(target: URL, settings: ProxySettings | undefined): ProxyServer | undefined {
  if (settings === undefined) return undefined;
  const host = bare(target.hostname);
  if (isLoopback(host)) return undefined;
  const port = target.port === '' ? (target.protocol === 'https:' ? '443' : '80') : target.port;
  if (settings.around.some((entry) => goesAround(host, port, entry))) return undefined;
  return target.protocol === 'https:' ? settings.https : settings.http;
}

/** A user and a password as `Proxy-Authorization` carries them (RFC 7617 section 2). */
export const basicAuthorization = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
