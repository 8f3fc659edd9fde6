/**
 * Where a sign-in comes from, roughly: enough for its owner to know it again, too little to follow anybody by. Every word of
 * it is ours; what a browser says of itself is looked through for names we know.
 */
import { isIP } from 'node:net';
import { sourceKey } from '#gateway/source.ts';

/** An IPv4 /24 or an IPv6 /48. */
export function networkOf(address: string): string {
  const key = sourceKey(address);
  if (isIP(key) === 4) return `${key.split('.').slice(0, 3).join('.')}.0/24`;
  if (!key.endsWith('::/64')) return 'unknown';
  return `${key.slice(0, -'::/64'.length).split(':').slice(0, 3).join(':')}::/48`;
}

/** Those that call themselves by others' names come first. */
const BROWSERS = [
  ['Edg/', 'Edge'],
  ['EdgA/', 'Edge'],
  ['OPR/', 'Opera'],
  ['SamsungBrowser/', 'Samsung Internet'],
  ['Firefox/', 'Firefox'],
  ['FxiOS/', 'Firefox'],
  ['CriOS/', 'Chrome'],
  ['Chromium/', 'Chromium'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
  ['curl/', 'curl'],
] as const;
const SYSTEMS = [
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Android', 'Android'],
  ['Windows', 'Windows'],
  ['CrOS', 'ChromeOS'],
  ['Mac OS X', 'macOS'],
  ['Linux', 'Linux'],
] as const;

export function browserOf(userAgent: string | undefined): string {
  const named = (known: readonly (readonly [string, string])[]): string | undefined =>
    known.find(([mark]) => userAgent?.includes(mark) === true)?.[1];
  const [browser, system] = [named(BROWSERS), named(SYSTEMS)];
  if (browser === undefined) return system ?? 'unknown';
  return system === undefined ? browser : `${browser} on ${system}`;
}
