/**
 * Finds the caller's token in an HTTP request (RFC 6750 section 2.1). Responsible for: exactly one unambiguous
 * Authorization header. Refuses to know what the token says, and never looks into the URL or a form body: tokens
 * there end up in logs (RFC 6750 sections 2.2 and 2.3, forbidden by MCP).
 */
import type { BearerFault } from '#identity/token-fault.ts';
import type { Limits } from '#limits.ts';
import type { Result } from '#result.ts';
import { err, ok } from '#result.ts';

/** `token68` of RFC 9110 section 11.2, which RFC 6750 calls b64token. */
const TOKEN68 = /^[A-Za-z0-9\-._~+/]+=*$/;
const SCHEME_LENGTH = 'bearer '.length;

/**
 * @param rawHeaders name, value, name, value… as `node:http` gives them. The joined `headers` would hide a second
 *   Authorization header (node keeps the first), and a proxy in front may have judged the other one.
 */
export function readBearer(
  rawHeaders: readonly string[],
  limits: Pick<Limits, 'tokenBytes'>,
): Result<string, BearerFault> {
  let authorization: string | undefined;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() !== 'authorization') continue;
    if (authorization !== undefined) return err('duplicate_authorization');
    authorization = rawHeaders[index + 1];
  }
  if (authorization === undefined) return err('missing');
  if (authorization.length > limits.tokenBytes + SCHEME_LENGTH) return err('token_too_large');

  const space = authorization.indexOf(' ');
  const scheme = space < 0 ? authorization : authorization.slice(0, space);
  if (scheme.toLowerCase() !== 'bearer') return err('not_bearer');
  const token = authorization.slice(SCHEME_LENGTH);
  // A second space, a comma (two joined headers) and every control character fail here.
  return TOKEN68.test(token) ? ok(token) : err('malformed_authorization');
}
