/** The private key with which Gatebook authenticates at an issuer (`private_key_jwt`, RFC 7523), from PEM. */
import { createPrivateKey } from 'node:crypto';
import type { KeyObject, webcrypto } from 'node:crypto';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

export type ClientKeyFault = 'not_a_key' | 'kind' | 'too_short';

type Algorithm = { readonly name: string; readonly hash?: string; readonly namedCurve?: string };

const RSA_BITS_MIN = 2_048;

function algorithmOf(key: KeyObject): Result<Algorithm, ClientKeyFault> {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return (key.asymmetricKeyDetails?.modulusLength ?? 0) < RSA_BITS_MIN
        ? err('too_short')
        : ok({ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' });
    case 'ec':
      return key.asymmetricKeyDetails?.namedCurve === 'prime256v1'
        ? ok({ name: 'ECDSA', namedCurve: 'P-256' })
        : err('kind');
    case 'ed25519':
      return ok({ name: 'Ed25519' });
    default:
      return err('kind');
  }
}

/** RS256, ES256 or EdDSA by the kind of the key. */
export function readClientKey(pem: string): Result<webcrypto.CryptoKey, ClientKeyFault> {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    return err('not_a_key');
  }
  const algorithm = algorithmOf(key);
  return algorithm.ok ? ok(key.toCryptoKey(algorithm.value, false, ['sign'])) : algorithm;
}
