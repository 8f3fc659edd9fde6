/**
 * Where a client may have the browser sent. What is accepted has one spelling and one meaning: a browser, a person who reads it on
 * the consent page and the comparison with what an authorization request asks for all see the same. Refuses to know which hosts
 * are welcome: that is policy.
 */
import { LIMITS } from '#limits.ts';
import { err, ok, unreachable } from '#result.ts';
import type { Result } from '#result.ts';

export type RedirectUri =
  | { readonly kind: 'web'; readonly uri: string; readonly host: string }
  /** On the person's own machine; any program there can listen. */
  | { readonly kind: 'loopback'; readonly uri: string; readonly host: string }
  /** A scheme that an app claims at its system (RFC 8252 section 7.1); any app can claim it. */
  | { readonly kind: 'private_use'; readonly uri: string; readonly scheme: string };

export type RedirectFault =
  | 'too_long'
  | 'characters'
  | 'wildcard'
  | 'fragment'
  | 'no_uri'
  | 'userinfo'
  | 'spelling'
  | 'encoded_separator'
  | 'scheme'
  | 'host';

/** RFC 8252 section 7.3; `localhost` because clients use it (section 8.3). */
const LOOPBACKS: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** Private-use schemes without a dot, against RFC 8252, which programs that many have cannot change any more. */
const DOTLESS_SCHEMES: ReadonlySet<string> = new Set([
  'claude',
  'cursor',
  'vscode',
  'vscode-insiders',
  'vscodium',
  'warp',
  'windsurf',
  'zed',
]);

const URI_CHARACTERS = /^[\x21\x23-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]+$/;
const AUTHORITY = /^[a-z][a-z0-9+.-]*:\/\/([^/?]*)/;
const DNS_NAME = /^(?=.{1,253}$)(?:(?!-)[a-z0-9-]{1,63}(?<!-)\.)*(?!-)[a-z0-9-]{1,63}(?<!-)$/;
const PRIVATE_SCHEME = /^[a-z][a-z0-9+.-]{1,63}$/;

/** `url.href` has a path where the text may have none. */
const isSpelledAsRead = (text: string, { href }: URL): boolean => text === href || `${text}/` === href;

export function parseRedirectUri(text: string): Result<RedirectUri, RedirectFault> {
  if (text.length > LIMITS.redirectUriChars) return err('too_long');
  if (text.includes('#')) return err('fragment');
  if (text.includes('*')) return err('wildcard');
  // No control, no space, no backslash (which browsers take for a slash), no letter that looks like another.
  if (!URI_CHARACTERS.test(text)) return err('characters');
  const url = URL.parse(text);
  if (url === null) return err('no_uri');
  const scheme = url.protocol.slice(0, -1);
  if (url.username !== '' || url.password !== '' || AUTHORITY.exec(text)?.[1]?.includes('@') === true)
    return err('userinfo');
  // Other spellings of hosts (127.1, 0x7f.0.0.1, capitals), default ports and dot segments end here.
  if (!isSpelledAsRead(text, url)) return err('spelling');
  if (/%(?:2f|5c|00|2e)/i.test(text)) return err('encoded_separator');
  if (scheme === 'http')
    return LOOPBACKS.has(url.hostname) ? ok({ kind: 'loopback', uri: text, host: url.hostname }) : err('scheme');
  if (scheme === 'https')
    return isWebHost(url.hostname) ? ok({ kind: 'web', uri: text, host: url.hostname }) : err('host');
  // Everything a browser gives a meaning of its own (javascript, data, file, blob, about, …) has no dot.
  if (!PRIVATE_SCHEME.test(scheme) || !(scheme.includes('.') || DOTLESS_SCHEMES.has(scheme))) return err('scheme');
  return ok({ kind: 'private_use', uri: text, scheme });
}

/** A name, no `localhost`, which is nobody's host. */
const isWebHost = (host: string): boolean =>
  DNS_NAME.test(host) && !/^[\d.]+$/.test(host) && host !== 'localhost' && !host.endsWith('.localhost');

/** As people are told where they will be sent: the port belongs to it, since it can be another program. */
export function redirectPlace(redirect: RedirectUri): string {
  switch (redirect.kind) {
    case 'web':
      return new URL(redirect.uri).host;
    case 'loopback':
      return redirect.host;
    case 'private_use':
      return `${redirect.scheme}:`;
    default:
      return unreachable(redirect);
  }
}

/**
 * Whether an authorization request may name `asked`. Exactly a registered one (RFC 9700 section 4.1.3), except that a native
 * client chooses its loopback port when it starts to listen (RFC 8252 section 7.3).
 */
export function isRegisteredRedirect(asked: string, registered: readonly string[]): boolean {
  if (registered.includes(asked)) return true;
  const parsed = parseRedirectUri(asked);
  if (!parsed.ok || parsed.value.kind !== 'loopback') return false;
  const portless = withoutPort(asked);
  return registered.some((one) => one.startsWith('http://') && withoutPort(one) === portless);
}

const withoutPort = (uri: string): string => uri.replace(/^(http:\/\/(?:\[::1\]|[^/?:[]+)):\d{1,5}(?=[/?]|$)/, '$1');
