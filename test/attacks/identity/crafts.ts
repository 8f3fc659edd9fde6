/** Keys made once for a run, and tokens made by hand with them: good ones, for the attacks to bend. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { JWK } from 'jose';
import { forge, forgeEcdsa } from '../../fakes/forge.ts';

type Pair = { readonly privateKey: KeyObject; readonly publicKey: KeyObject };

export const rsa = (bits = 2_048): Pair => generateKeyPairSync('rsa', { modulusLength: bits });
export const ec = (namedCurve: string): Pair => generateKeyPairSync('ec', { namedCurve });

export const jwkOf = (pair: Pair, kid: string, more: object = {}): JWK => ({
  ...pair.publicKey.export({ format: 'jwk' }),
  kid,
  ...more,
});
export const privateJwkOf = (pair: Pair, kid: string): JWK => ({ ...pair.privateKey.export({ format: 'jwk' }), kid });

/** One set of keys for the whole run: making them is the slow part. */
export const KEYS = {
  okta: rsa(),
  entra: rsa(),
  idp: rsa(),
  idp256: ec('prime256v1'),
  idp384: ec('secp384r1'),
  idp521: ec('secp521r1'),
  idpK1: ec('secp256k1'),
  weak: rsa(1_024),
  twin: ec('prime256v1'),
  attacker: rsa(),
};

/** RFC 8017 section 9.2: with e = 1 the padded hash is its own signature, so anybody can make one. */
export const KEY_E1: JWK = { ...jwkOf(KEYS.idp, 'rsa-e1'), e: 'AQ' };
/** 16,384 bits that nobody factored or needs to: each verification would cost milliseconds. */
export const KEY_16K: JWK = {
  kty: 'RSA',
  kid: 'rsa-16k',
  e: 'AQAB',
  n: Buffer.concat([Buffer.from([0xc1]), randomBytes(2_046), Buffer.from([0x01])]).toString('base64url'),
};
export const KEY_OFF_CURVE: JWK = { ...jwkOf(KEYS.idp256, 'off-curve'), y: jwkOf(KEYS.twin, '').y ?? '' };
export const OCT_SECRET = 'a secret that the issuer published by mistake';
export const KEY_OCT: JWK = { kty: 'oct', kid: 'oct', k: Buffer.from(OCT_SECRET).toString('base64url') };

const withoutD = (jwk: JWK): JWK => Object.fromEntries(Object.entries(jwk).filter(([name]) => name !== 'd'));

/** What the generic issuer publishes besides its signing key: good keys and every kind that must never count. */
export const PUBLISHED: JWK[] = [
  jwkOf(KEYS.idp, 'rsa'),
  jwkOf(KEYS.idp, 'rs256-only', { alg: 'RS256' }),
  jwkOf(KEYS.idp256, 'p256'),
  jwkOf(KEYS.idp384, 'p384'),
  jwkOf(KEYS.idp521, 'p521'),
  jwkOf(KEYS.idpK1, 'k1'),
  jwkOf(KEYS.weak, 'rsa-1024'),
  KEY_E1,
  KEY_16K,
  KEY_OFF_CURVE,
  KEY_OCT,
  privateJwkOf(KEYS.idp, 'private'),
  withoutD(privateJwkOf(KEYS.idp, 'primes')),
  jwkOf(KEYS.idp, 'encryption', { use: 'enc' }),
  jwkOf(KEYS.idp, 'signing-only', { key_ops: ['sign'] }),
  jwkOf(KEYS.idp, 'other-alg', { alg: 'ES256' }),
  generateX25519('x25519'),
];

function generateX25519(kid: string): JWK {
  return { ...generateKeyPairSync('x25519').publicKey.export({ format: 'jwk' }), kid };
}

export const AUDIENCE = 'https://gateway.test';
export const API_AUDIENCE = 'https://gateway.test/api';

export type Claims = Readonly<Record<string, unknown>>;

/** Header and claims of a good token of each issuer; `undefined` in what is laid over them leaves a member out. */
export type Crafts = {
  readonly now: () => number;
  okta(claims?: Claims, header?: Claims): string;
  entra(claims?: Claims, header?: Claims): string;
  idp(claims?: Claims, header?: Claims): string;
  twin(claims?: Claims, header?: Claims): string;
  /** Header and claims of a good `idp` token, for whoever wants to sign or spell them otherwise. */
  parts(claims?: Claims, header?: Claims): { readonly header: Claims; readonly payload: Claims };
};

export const ROBOT = { sub: 'robot', client_id: 'robot', groups: undefined } as const;

export function createCrafts(
  issuers: Readonly<Record<'okta' | 'entra' | 'idp' | 'twin', { readonly url: string }>>,
  now: () => number,
): Crafts {
  const times = (): Claims => ({ iat: now() - 10, exp: now() + 300, jti: randomBytes(24).toString('hex') });
  const parts: Crafts['parts'] = (claims, header) => ({
    header: { alg: 'RS256', kid: 'rsa', typ: 'JWT', ...header },
    payload: {
      iss: issuers.idp.url,
      aud: AUDIENCE,
      sub: 'ada',
      client_id: 'desktop',
      scope: 'mcp',
      groups: ['readers'],
      ...times(),
      ...claims,
    },
  });
  return {
    now,
    parts,
    idp: (claims, header) => forge(parts(claims, header), KEYS.idp.privateKey),
    okta: (claims, header) =>
      forge(
        {
          header: { alg: 'RS256', kid: 'okta', ...header },
          payload: {
            ver: 1,
            iss: issuers.okta.url,
            aud: AUDIENCE,
            uid: '00u-ada',
            sub: 'ada.lovelace',
            cid: '0oa-desktop',
            scp: ['mcp'],
            groups: ['readers'],
            ...times(),
            ...claims,
          },
        },
        KEYS.okta.privateKey,
      ),
    entra: (claims, header) =>
      forge(
        {
          header: { alg: 'RS256', kid: 'entra', typ: 'JWT', x5t: 'entra', ...header },
          payload: {
            ver: '2.0',
            iss: issuers.entra.url,
            aud: AUDIENCE,
            oid: 'oid-ada',
            sub: 'pairwise-ada',
            azp: 'app-desktop',
            scp: 'mcp',
            groups: ['readers'],
            ...times(),
            ...claims,
          },
        },
        KEYS.entra.privateKey,
      ),
    twin: (claims, header) => {
      const { payload } = parts({ iss: issuers.twin.url, ...claims });
      return forgeEcdsa(
        { header: { alg: 'ES256', kid: 'twin', ...header }, payload },
        KEYS.twin.privateKey,
        'sha256',
        'ieee-p1363',
      );
    },
  };
}
