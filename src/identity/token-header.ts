/**
 * Judges the JOSE header of a token against the profile of its issuer, before any key is touched. Pure.
 */
import type { Algorithm } from '#identity/algorithms.ts';
import { isAlgorithm } from '#identity/algorithms.ts';
import type { Claims } from '#identity/jws.ts';
import type { IssuerProfile } from '#identity/presets.ts';
import type { HeaderFault } from '#identity/token-fault.ts';
import type { Limits } from '#limits.ts';
import type { Result } from '#result.ts';
import { err, ok } from '#result.ts';

export type TokenHeader = { readonly algorithm: Algorithm; readonly kid: string };

/** Parameters that bring or point to a key chosen by whoever made the token (RFC 7515 sections 4.1.2, 4.1.3, 4.1.5, 4.1.6). */
const KEY_PARAMETERS = ['jku', 'jwk', 'x5u', 'x5c'];

/** What RFC 7515 section 4.1 and RFC 8725 ask, narrowed to what the issuer is known to send. */
export function verifyHeader(
  header: Claims,
  profile: IssuerProfile,
  limits: Pick<Limits, 'issuerKeyIdChars'>,
): Result<TokenHeader, HeaderFault> {
  for (const name of Object.keys(header)) {
    if (profile.headerKeys.includes(name)) continue;
    if (name === 'crit') return err('crit_refused');
    return err(KEY_PARAMETERS.includes(name) ? 'key_in_header' : 'header_key_refused');
  }

  const { alg, kid, typ } = header;
  if (typ !== undefined && !(typeof typ === 'string' && profile.types.includes(mediaType(typ)))) {
    return err('type_refused');
  }
  if (typeof alg !== 'string' || !isAlgorithm(alg) || !profile.algorithms.includes(alg)) {
    return err('algorithm_refused');
  }
  if (kid === undefined) return err('kid_missing');
  if (typeof kid !== 'string' || kid === '' || kid.length > limits.issuerKeyIdChars) return err('kid_invalid');
  return ok({ algorithm: alg, kid });
}

/** RFC 7515 section 4.1.9: compared without case, `application/` may be left out. */
function mediaType(typ: string): string {
  const lower = typ.toLowerCase();
  return lower.startsWith('application/') ? lower.slice('application/'.length) : lower;
}
