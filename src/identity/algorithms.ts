/**
 * The signature algorithms a profile may allow (RFC 7518 section 3, RFC 8037), and what a key must be for each. Only
 * asymmetric ones exist here: `none` and HS* are not refused by a check but have no entry that could let them in.
 * Refuses to know where keys come from.
 */
import type { KeyObject } from 'node:crypto';
import { constants, verify } from 'node:crypto';
import type { Limits } from '#limits.ts';
import { unreachable } from '#result.ts';

type AlgorithmRule =
  | { readonly family: 'rsa'; readonly hash: string; readonly padding: number; readonly saltBytes: number | undefined }
  | { readonly family: 'ec'; readonly hash: string; readonly curve: string; readonly signatureBytes: number }
  | { readonly family: 'ed25519'; readonly signatureBytes: number };

const pkcs1 = (hash: string): AlgorithmRule => ({
  family: 'rsa',
  hash,
  padding: constants.RSA_PKCS1_PADDING,
  saltBytes: undefined,
});
/** RFC 7518 section 3.5: the salt is as long as the hash. */
const pss = (hash: string, saltBytes: number): AlgorithmRule => ({
  family: 'rsa',
  hash,
  padding: constants.RSA_PKCS1_PSS_PADDING,
  saltBytes,
});

const RULES = {
  RS256: pkcs1('sha256'),
  RS384: pkcs1('sha384'),
  RS512: pkcs1('sha512'),
  PS256: pss('sha256', 32),
  PS384: pss('sha384', 48),
  PS512: pss('sha512', 64),
  ES256: { family: 'ec', hash: 'sha256', curve: 'prime256v1', signatureBytes: 64 },
  ES384: { family: 'ec', hash: 'sha384', curve: 'secp384r1', signatureBytes: 96 },
  EdDSA: { family: 'ed25519', signatureBytes: 64 },
} as const satisfies Record<string, AlgorithmRule>;

export type Algorithm = keyof typeof RULES;

export const ALGORITHMS: readonly Algorithm[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'EdDSA',
];

export const isAlgorithm = (name: string): name is Algorithm => Object.hasOwn(RULES, name);

type KeyLimits = Pick<Limits, 'rsaModulusBitsMin' | 'rsaModulusBitsMax'>;

/** Whether a published key may be used at all, whatever the algorithm. */
export function keyStrength(key: KeyObject, limits: KeyLimits): 'ok' | 'key_too_weak' | 'key_refused' {
  if (key.type !== 'public') return 'key_refused';
  const details = key.asymmetricKeyDetails;
  switch (key.asymmetricKeyType) {
    case 'rsa': {
      const bits = details?.modulusLength ?? 0;
      // The upper bound keeps the cost of one verification bounded.
      if (bits > limits.rsaModulusBitsMax) return 'key_refused';
      if (bits < limits.rsaModulusBitsMin || (details?.publicExponent ?? 0n) < 3n) return 'key_too_weak';
      return 'ok';
    }
    case 'ec':
      return ALGORITHMS.some((name) => keyFits(name, key)) ? 'ok' : 'key_refused';
    case 'ed25519':
      return 'ok';
    default:
      return 'key_refused';
  }
}

/** Whether `key` is of exactly the type and curve that `algorithm` names. */
export function keyFits(algorithm: Algorithm, key: KeyObject): boolean {
  const rule: AlgorithmRule = RULES[algorithm];
  if (key.asymmetricKeyType !== rule.family) return false;
  return rule.family !== 'ec' || key.asymmetricKeyDetails?.namedCurve === rule.curve;
}

/**
 * `signature` is raw: r‖s of fixed length for ECDSA (RFC 7518 section 3.4), never DER. False for a key that does not
 * fit, so that no caller can forget to ask.
 */
export function verifySignature(algorithm: Algorithm, key: KeyObject, input: Buffer, signature: Buffer): boolean {
  if (!keyFits(algorithm, key)) return false;
  const rule: AlgorithmRule = RULES[algorithm];
  switch (rule.family) {
    case 'rsa':
      return verify(
        rule.hash,
        input,
        rule.saltBytes === undefined
          ? { key, padding: rule.padding }
          : { key, padding: rule.padding, saltLength: rule.saltBytes },
        signature,
      );
    case 'ec':
      return (
        signature.length === rule.signatureBytes &&
        verify(rule.hash, input, { key, dsaEncoding: 'ieee-p1363' }, signature)
      );
    case 'ed25519':
      return signature.length === rule.signatureBytes && verify(null, input, key, signature);
    default:
      return unreachable(rule);
  }
}
