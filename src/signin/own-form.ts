/**
 * Whether a request was made by a page of ours in the browser it names. Two proofs, and both are asked for: where the
 * browser says the request comes from, and a token that only our page knows (CSRF).
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Headers } from '#gateway/call.ts';

/** Undefined when it does; else which word of the browser says no. */
export function foreignBy(headers: Headers, ownOrigin: string): 'fetch_site' | 'origin' | 'unsaid' | undefined {
  const sites = headers.get('sec-fetch-site') ?? [];
  const origins = headers.get('origin') ?? [];
  // No script can set it (Fetch Metadata section 2.3). Browsers leave it out only by http to another machine.
  if (sites.some((site) => site !== 'same-origin') || sites.length > 1) return 'fetch_site';
  if (origins.some((origin) => origin !== ownOrigin) || origins.length > 1) return 'origin';
  return sites.length + origins.length === 0 ? 'unsaid' : undefined;
}

/** The token of one page's forms: `about` is what they belong to, such as a session or an interaction. */
export const formToken = (key: Uint8Array, purpose: string, about: string): string =>
  createHmac('sha256', key)
    .update(`${Buffer.byteLength(purpose)}:${purpose}${about}`)
    .digest('base64url');

export function isToken(shown: string, expected: string): boolean {
  const [a, b] = [Buffer.from(shown), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
