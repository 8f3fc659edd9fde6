/**
 * Reads a JWK Set (RFC 7517) into the public keys that may verify tokens. Pure. Refuses to know where it came from,
 * and never takes symmetric or private material.
 */
import type { KeyObject } from 'node:crypto';
import { createHash, createPublicKey } from 'node:crypto';
import type { Algorithm } from '#identity/algorithms.ts';
import { isAlgorithm, keyFits, keyStrength } from '#identity/algorithms.ts';
import type { Claims } from '#identity/jws.ts';
import { isObject } from '#identity/jws.ts';
import type { KeyFault } from '#identity/token-fault.ts';
import type { Limits } from '#limits.ts';
import { parseJson, toValue } from '#mcp/json.ts';
import type { Result } from '#result.ts';
import { err, ok } from '#result.ts';

/** A published key; an unusable one is kept so that its tokens get the true reason and cause no refetch. */
export type IssuerKey =
  | { readonly usable: true; readonly key: KeyObject; readonly algorithm: Algorithm | undefined }
  | { readonly usable: false; readonly fault: KeyFault };

export type KeySet = {
  readonly keys: ReadonlyMap<string, IssuerKey>;
  /** Changes exactly when a key is added, removed or replaced. */
  readonly fingerprint: string;
};

export type KeySetFault = 'not_json' | 'not_a_key_set' | 'too_many_keys' | 'duplicate_kid' | 'no_usable_key';

type KeySetLimits = Pick<
  Limits,
  | 'tokenJsonDepth'
  | 'issuerDocumentNodes'
  | 'issuerKeys'
  | 'issuerKeyIdChars'
  | 'rsaModulusBitsMin'
  | 'rsaModulusBitsMax'
>;

/** A JSON object in strict form: no duplicate keys, bounded. */
export function parseIssuerDocument(bytes: Uint8Array, limits: KeySetLimits): Claims | undefined {
  const parsed = parseJson(bytes, { depth: limits.tokenJsonDepth, nodes: limits.issuerDocumentNodes });
  if (!parsed.ok) return undefined;
  const value: unknown = toValue(parsed.value.root);
  return isObject(value) ? value : undefined;
}

/** A set that contradicts itself (one `kid`, two keys) is refused as a whole, not read in part. */
export function readKeySet(bytes: Uint8Array, limits: KeySetLimits): Result<KeySet, KeySetFault> {
  const document = parseIssuerDocument(bytes, limits);
  if (document === undefined) return err('not_json');
  const listed = document['keys'];
  if (!Array.isArray(listed)) return err('not_a_key_set');
  if (listed.length > limits.issuerKeys) return err('too_many_keys');

  const keys = new Map<string, IssuerKey>();
  for (const jwk of listed as readonly unknown[]) {
    if (!isObject(jwk) || !isForVerifying(jwk)) continue;
    const kid = jwk['kid'];
    // Tokens name their key; one without a name can never be asked for.
    if (typeof kid !== 'string' || kid === '' || kid.length > limits.issuerKeyIdChars) continue;
    if (keys.has(kid)) return err('duplicate_kid');
    keys.set(kid, importKey(jwk, limits));
  }
  if (![...keys.values()].some((key) => key.usable)) return err('no_usable_key');
  return ok({ keys, fingerprint: fingerprintOf(keys) });
}

/** RFC 7517 sections 4.2 and 4.3. */
function isForVerifying(jwk: Claims): boolean {
  const { use, key_ops: operations } = jwk;
  if (use !== undefined && use !== 'sig') return false;
  return operations === undefined || (Array.isArray(operations) && operations.includes('verify'));
}

/** The public members of each key type (RFC 7518 section 6, RFC 8037 section 2); nothing else is handed to OpenSSL. */
const PUBLIC_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  RSA: ['n', 'e'],
  EC: ['crv', 'x', 'y'],
  OKP: ['crv', 'x'],
};

/** Whoever can read the set can sign with such a key; each of RSA's primes and exponents gives the rest away. */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

function importKey(jwk: Claims, limits: KeySetLimits): IssuerKey {
  const kty = jwk['kty'];
  const members = typeof kty === 'string' && Object.hasOwn(PUBLIC_MEMBERS, kty) ? PUBLIC_MEMBERS[kty] : undefined;
  if (typeof kty !== 'string' || members === undefined) return refused('key_refused');
  if (PRIVATE_MEMBERS.some((member) => jwk[member] !== undefined)) return refused('key_refused');

  const publicJwk: Record<string, string> = { kty };
  for (const member of members) {
    const value = jwk[member];
    if (typeof value !== 'string') return refused('key_refused');
    publicJwk[member] = value;
  }
  let key: KeyObject;
  try {
    key = createPublicKey({ key: publicJwk, format: 'jwk' });
  } catch {
    return refused('key_refused');
  }
  const strength = keyStrength(key, limits);
  if (strength !== 'ok') return refused(strength);

  const alg = jwk['alg'];
  if (alg === undefined) return { usable: true, key, algorithm: undefined };
  if (typeof alg !== 'string' || !isAlgorithm(alg) || !keyFits(alg, key)) return refused('key_refused');
  return { usable: true, key, algorithm: alg };
}

const refused = (fault: KeyFault): IssuerKey => ({ usable: false, fault });

function fingerprintOf(keys: ReadonlyMap<string, IssuerKey>): string {
  const lines = [...keys].map(([kid, key]) =>
    key.usable
      ? JSON.stringify([kid, key.algorithm ?? null, key.key.export({ type: 'spki', format: 'der' }).toString('base64')])
      : JSON.stringify([kid, key.fault]),
  );
  return createHash('sha256').update(lines.sort().join('\n')).digest('base64');
}
