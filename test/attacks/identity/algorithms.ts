/** Which algorithm verifies: RFC 8725 sections 2.1 and 3.1, and what the signature itself can be bent to. */
import { constants, sign } from 'node:crypto';
import { forge, forgeEcdsa, forgeHs256, forgePs256, signingInput, withSignature } from '../../fakes/forge.ts';
import { inGroup, PASSES, token } from './attack.ts';
import type { Attack } from './attack.ts';
import { jwkOf, KEYS } from './crafts.ts';
import type { Claims } from './crafts.ts';
import type { Scene } from './scene.ts';

const input = (scene: Scene, header: Claims, claims: Claims = {}): string =>
  signingInput(scene.craft.parts(claims, header));
const hs256 = (secret: Uint8Array | string) => (scene: Scene) =>
  forgeHs256(scene.craft.parts({}, { alg: 'HS256' }), secret);

/** Order of the group of P-256 (SEC 2 section 2.4.2). */
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const bytes32 = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
const number = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex')}`);

const es256 = (scene: Scene): string =>
  forgeEcdsa(scene.craft.parts({}, { alg: 'ES256', kid: 'p256' }), KEYS.idp256.privateKey, 'sha256', 'ieee-p1363');
const bentEs256 = (scene: Scene, bend: (r: Buffer, s: Buffer) => readonly Buffer[]): string => {
  const good = es256(scene);
  const at = good.lastIndexOf('.');
  const signature = Buffer.from(good.slice(at + 1), 'base64url');
  return withSignature(good.slice(0, at), Buffer.concat(bend(signature.subarray(0, 32), signature.subarray(32))));
};

export const ALGORITHM_ATTACKS: readonly Attack[] = inGroup('algorithms and signatures', [
  token('alg-none', '`alg: none`, no signature', 'malformed_token', (scene) => `${input(scene, { alg: 'none' })}.`),
  token('alg-none-signed', '`alg: none` with some bytes as signature', 'algorithm_refused', (scene) =>
    withSignature(input(scene, { alg: 'none' }), Buffer.from('signature')),
  ),
  token('alg-none-odd-case', '`alg: nOnE`, which a check for `none` misses', 'algorithm_refused', (scene) =>
    withSignature(input(scene, { alg: 'nOnE' }), Buffer.from('signature')),
  ),
  token(
    'alg-hs256-public-pem',
    '`HS256` keyed with the public key as PEM',
    'algorithm_refused',
    hs256(KEYS.idp.publicKey.export({ type: 'spki', format: 'pem' })),
  ),
  token(
    'alg-hs256-public-der',
    '`HS256` keyed with the public key as DER',
    'algorithm_refused',
    hs256(KEYS.idp.publicKey.export({ type: 'spki', format: 'der' })),
  ),
  token(
    'alg-hs256-public-jwk',
    '`HS256` keyed with the public key as JWK',
    'algorithm_refused',
    hs256(JSON.stringify(jwkOf(KEYS.idp, 'rsa'))),
  ),
  token('alg-hs256-empty-key', '`HS256` keyed with nothing', 'algorithm_refused', hs256('')),
  token('alg-list', '`alg` is a list with a good one in it', 'algorithm_refused', (scene) =>
    scene.craft.idp({}, { alg: ['RS256'] }),
  ),
  token('alg-missing', 'no `alg`, RS256 signature', 'algorithm_refused', (scene) =>
    scene.craft.idp({}, { alg: undefined }),
  ),
  token('alg-lower-case', '`alg: rs256`, RS256 signature', 'algorithm_refused', (scene) =>
    scene.craft.idp({}, { alg: 'rs256' }),
  ),
  token('alg-prototype-name', '`alg: constructor`, a name every object has', 'algorithm_refused', (scene) =>
    scene.craft.idp({}, { alg: 'constructor' }),
  ),
  token('alg-not-of-issuer', 'an Okta token with PS256, which Okta does not use', 'algorithm_refused', (scene) => {
    const [, payload = ''] = scene.craft.okta().split('.');
    const header = { alg: 'PS256', kid: 'okta' };
    return forgePs256({ header, payload: Buffer.from(payload, 'base64url').toString() }, KEYS.okta.privateKey, 32);
  }),
  token('alg-ps256-under-rs256-key', 'PS256 with a key published for RS256', 'key_algorithm_mismatch', (scene) =>
    forgePs256(scene.craft.parts({}, { alg: 'PS256', kid: 'rs256-only' }), KEYS.idp.privateKey, 32),
  ),
  token('alg-rs256-header-ps256-signature', '`alg: RS256` over a PS256 signature', 'bad_signature', (scene) =>
    forgePs256(scene.craft.parts(), KEYS.idp.privateKey, 32),
  ),
  token('alg-rs256-header-rs512-signature', '`alg: RS256` over an RS512 signature', 'bad_signature', (scene) => {
    const text = input(scene, {});
    return withSignature(text, sign('sha512', Buffer.from(text), KEYS.idp.privateKey));
  }),
  token('alg-ps256-short-salt', 'PS256 with a salt of 0 bytes', 'bad_signature', (scene) =>
    forgePs256(scene.craft.parts({}, { alg: 'PS256' }), KEYS.idp.privateKey, 0),
  ),
  token('alg-es256-on-rsa-key', 'ES256 under the `kid` of an RSA key', 'key_algorithm_mismatch', (scene) =>
    forgeEcdsa(scene.craft.parts({}, { alg: 'ES256' }), KEYS.idp256.privateKey, 'sha256', 'ieee-p1363'),
  ),
  token('alg-rs256-on-ec-key', 'RS256 under the `kid` of an EC key', 'key_algorithm_mismatch', (scene) =>
    scene.craft.idp({}, { kid: 'p256' }),
  ),
  token('alg-es256-on-p384-key', 'ES256 with a P-384 key', 'key_algorithm_mismatch', (scene) =>
    forgeEcdsa(scene.craft.parts({}, { alg: 'ES256', kid: 'p384' }), KEYS.idp384.privateKey, 'sha256', 'ieee-p1363'),
  ),
  token('signature-of-another-key', 'a published `kid`, signed with the attacker’s key', 'bad_signature', (scene) =>
    forge(scene.craft.parts(), KEYS.attacker.privateKey),
  ),
  token('signature-of-another-issuer', 'signed by a configured issuer, `iss` of another', 'unknown_key', (scene) =>
    scene.craft.twin({ iss: scene.issuers.idp.url }),
  ),
  token('signature-of-another-token', 'the signature of a good token under other claims', 'bad_signature', (scene) => {
    const [header, , signature] = scene.craft.idp().split('.');
    const [, payload] = scene.craft.idp({ sub: 'mallory' }).split('.');
    return `${header}.${payload}.${signature}`;
  }),
  token('signature-cut', 'a good signature without its last byte', 'bad_signature', (scene) => {
    const good = scene.craft.idp();
    const at = good.lastIndexOf('.');
    return withSignature(good.slice(0, at), Buffer.from(good.slice(at + 1), 'base64url').subarray(0, -1));
  }),
  token('signature-raw-hash', 'RSA over the bare hash, without its name', 'bad_signature', (scene) => {
    const text = input(scene, {});
    const options = { key: KEYS.idp.privateKey, padding: constants.RSA_PKCS1_PADDING };
    return withSignature(text, sign('md5', Buffer.from(text), options));
  }),
  token('ecdsa-zeros', 'ECDSA with r = s = 0, valid everywhere in a careless library', 'bad_signature', (scene) =>
    bentEs256(scene, () => [Buffer.alloc(64)]),
  ),
  token('ecdsa-order', 'ECDSA with r = s = order of the group', 'bad_signature', (scene) =>
    bentEs256(scene, () => [bytes32(P256_ORDER), bytes32(P256_ORDER)]),
  ),
  token('ecdsa-swapped', 'ECDSA with r and s exchanged', 'bad_signature', (scene) =>
    bentEs256(scene, (r, s) => [s, r]),
  ),
  token('ecdsa-der', 'ECDSA signature in DER instead of r‖s', 'bad_signature', (scene) =>
    forgeEcdsa(scene.craft.parts({}, { alg: 'ES256', kid: 'p256' }), KEYS.idp256.privateKey, 'sha256', 'der'),
  ),
  token('ecdsa-padded', 'ECDSA with r and s each one zero byte longer', 'bad_signature', (scene) =>
    bentEs256(scene, (r, s) => [Buffer.alloc(1), r, Buffer.alloc(1), s]),
  ),
  {
    name: 'ecdsa-high-s',
    tried: 'the other valid signature (r, order − s) of a good token: a new text, not a new person',
    wire: PASSES,
    record: { kind: 'intent', who: { issuer: 'idp', subject: 'ada', kind: 'person' } },
    launch: (scene) => scene.show(bentEs256(scene, (r, s) => [r, bytes32(P256_ORDER - number(s))])),
  },
]);
