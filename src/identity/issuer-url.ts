/**
 * Which URLs key material may come from, and where an issuer's discovery documents are. Pure: fetches nothing.
 */

/** https:, or http: to this very machine. Never with credentials in it. */
export function isTrustworthyUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '') return false;
  if (url.protocol === 'https:') return true;
  return url.protocol === 'http:' && isLoopbackHost(url.hostname);
}

/** `hostname` as WHATWG URL parsing leaves it: IPv4 in dotted decimal, IPv6 in brackets. */
export const isLoopbackHost = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);

/**
 * Whether `jwksUri`, read in the issuer's own metadata, may be followed: an issuer reached over TLS cannot send the
 * gateway to plain http, not even to its own loopback.
 */
export const isTrustworthyJwksUri = (jwksUri: string, issuer: string): boolean =>
  isTrustworthyUrl(jwksUri) && (URL.parse(jwksUri)?.protocol === 'https:' || URL.parse(issuer)?.protocol === 'http:');

/**
 * In the order they are tried. OpenID Connect Discovery 1.0 section 4 appends to the issuer; RFC 8414 section 3.1
 * puts its name between host and path.
 */
export function discoveryUrls(issuer: string): readonly string[] {
  const base = issuer.endsWith('/') ? issuer.slice(0, -1) : issuer;
  const { origin, pathname } = new URL(issuer);
  const path = pathname.endsWith('/') ? pathname.slice(0, -1) : pathname;
  return [`${base}/.well-known/openid-configuration`, `${origin}/.well-known/oauth-authorization-server${path}`];
}
