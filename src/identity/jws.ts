/**
 * Takes a JWS in compact form apart (RFC 7515 section 7.1), strictly: one spelling per token. A token that could be
 * written in two ways could be judged as one and cached, revoked or logged as the other. Refuses to know issuers,
 * keys and what claims mean; nothing it returns is believed yet.
 */
import type { JwsFault } from '#identity/token-fault.ts';
import type { Limits } from '#limits.ts';
import { parseJson, toValue } from '#mcp/json.ts';
import type { Result } from '#result.ts';
import { err, ok } from '#result.ts';

/** A JSON object as read: nothing is known of its members. */
export type Claims = Readonly<Record<string, unknown>>;

export type Jws = {
  readonly header: Claims;
  readonly claims: Claims;
  /** ASCII bytes of `header.payload`, what is signed. */
  readonly signingInput: Buffer;
  readonly signature: Buffer;
};

type JwsLimits = Pick<Limits, 'tokenBytes' | 'tokenJsonDepth' | 'tokenJsonNodes'>;

export function parseCompactJws(token: string, limits: JwsLimits): Result<Jws, JwsFault> {
  if (token.length > limits.tokenBytes) return err('token_too_large');
  const first = token.indexOf('.');
  const second = token.indexOf('.', first + 1);
  // RFC 7515 appendix B of the JWE form and RFC 7797 detached payloads have other counts or empty segments.
  if (first < 1 || second < first + 2 || second === token.length - 1) return err('malformed_token');
  if (token.includes('.', second + 1)) return err('malformed_token');

  const header = decodeCanonical(token.slice(0, first));
  const payload = decodeCanonical(token.slice(first + 1, second));
  const signature = decodeCanonical(token.slice(second + 1));
  if (header === undefined || payload === undefined || signature === undefined) return err('non_canonical_base64url');

  const headerObject = parseObject(header, limits);
  if (!headerObject.ok) return err(headerObject.error === 'duplicate' ? 'header_duplicate_key' : 'header_not_json');
  const claims = parseObject(payload, limits);
  if (!claims.ok) return err(claims.error === 'duplicate' ? 'payload_duplicate_claim' : 'payload_not_json');

  return ok({
    header: headerObject.value,
    claims: claims.value,
    signingInput: Buffer.from(token.slice(0, second), 'latin1'),
    signature,
  });
}

/**
 * Node's decoder skips what it does not know and drops trailing bits, so only text that is the encoding of what was
 * decoded passes: no padding, no whitespace, no `+/`, no set trailing bits (RFC 4648 sections 3.3 and 3.5).
 */
function decodeCanonical(segment: string): Buffer | undefined {
  const bytes = Buffer.from(segment, 'base64url');
  return bytes.toString('base64url') === segment ? bytes : undefined;
}

/** RFC 7519 section 4 leaves duplicate names to the parser (the last may win); here they end the matter. */
function parseObject(bytes: Buffer, limits: JwsLimits): Result<Claims, 'duplicate' | 'invalid'> {
  const parsed = parseJson(bytes, { depth: limits.tokenJsonDepth, nodes: limits.tokenJsonNodes });
  if (!parsed.ok) return err(parsed.error.code === 'duplicate_key' ? 'duplicate' : 'invalid');
  const value: unknown = toValue(parsed.value.root);
  return isObject(value) ? ok(value) : err('invalid');
}

export const isObject = (value: unknown): value is Claims =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
