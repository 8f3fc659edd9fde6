/** Which key verifies: keys brought along, `kid` as a way in (RFC 8725 sections 3.5 and 3.10), keys nobody should publish. */
import { createHash, randomBytes } from 'node:crypto';
import { forge, forgeEcdsa, forgeHs256, withSignature, signingInput } from '../../fakes/forge.ts';
import { inGroup, token } from './attack.ts';
import type { Attack, Row } from './attack.ts';
import { jwkOf, KEYS, OCT_SECRET } from './crafts.ts';
import type { Claims } from './crafts.ts';
import type { Scene } from './scene.ts';

/** Signed by the attacker, whose key the header brings along or points to. */
const brought = (name: string, tried: string, header: (scene: Scene) => Claims): Row =>
  token(name, tried, 'key_in_header', (scene) =>
    forge(scene.craft.parts({}, { kid: 'mine', ...header(scene) }), KEYS.attacker.privateKey),
  );

const atAttacker = (scene: Scene): string => scene.issuers.twin.jwksUri;
const certificate = (): string => randomBytes(600).toString('base64');

const withHeader = (name: string, tried: string, reason: string, header: Claims): Row =>
  token(name, tried, reason, (scene) => scene.craft.idp({}, header));

export const HEADER_ATTACKS: readonly Attack[] = inGroup('keys and parameters in the header', [
  brought('jwk-embedded-key', '`jwk` holds the key that signed', () => ({ jwk: jwkOf(KEYS.attacker, 'mine') })),
  brought('jwk-embedded-published-kid', '`jwk` holds the attacker’s key under a published `kid`', () => ({
    kid: 'rsa',
    jwk: jwkOf(KEYS.attacker, 'rsa'),
  })),
  {
    ...brought('jku-remote-key', '`jku` points to a key set with the key that signed', (scene) => ({
      kid: 'twin-rsa',
      jku: atAttacker(scene),
    })),
    also: {
      says: 'the address is not asked',
      holds: ({ issuers }) => {
        if (issuers.twin.fetches.jwks !== 1) throw new Error('the address in the token was asked');
      },
    },
  },
  brought('x5u-remote-certificate', '`x5u` points to a certificate', (scene) => ({ x5u: atAttacker(scene) })),
  brought('x5c-embedded-certificate', '`x5c` holds a certificate', () => ({ x5c: [certificate()] })),
  withHeader('x5t-unexpected', '`x5t` from an issuer that sends none', 'header_key_refused', { x5t: 'thumb' }),
  withHeader('crit-known-name', '`crit` naming a claim', 'crit_refused', { crit: ['exp'], exp: 1 }),
  withHeader('crit-empty', '`crit` with nothing in it', 'crit_refused', { crit: [] }),
  withHeader('b64-false', '`b64: false`: the payload is signed unencoded', 'crit_refused', {
    crit: ['b64'],
    b64: false,
  }),
  withHeader('b64-without-crit', '`b64: false` without the `crit` it needs', 'header_key_refused', { b64: false }),
  withHeader('zip-header', '`zip: DEF`: a small token that becomes large', 'header_key_refused', { zip: 'DEF' }),
  withHeader('cty-nested', '`cty: JWT`: a token in a token', 'header_key_refused', { cty: 'JWT' }),
  withHeader('header-unknown-parameter', 'a parameter nobody knows', 'header_key_refused', { role: 'admin' }),
  withHeader('typ-id-token', '`typ` of another kind of token', 'type_refused', { typ: 'id_token+jwt' }),
  withHeader('typ-logout-token', '`typ: logout+jwt`', 'type_refused', { typ: 'logout+jwt' }),
  withHeader('typ-security-event', '`typ: secevent+jwt`', 'type_refused', { typ: 'application/secevent+jwt' }),
  withHeader('typ-dpop-proof', '`typ: dpop+jwt`', 'type_refused', { typ: 'dpop+jwt' }),
  withHeader('typ-list', '`typ` is a list', 'type_refused', { typ: ['JWT'] }),
  withHeader('typ-null', '`typ` is null', 'type_refused', { typ: null }),
]);

const kid = (name: string, tried: string, reason: string, value: unknown): Row =>
  token(name, tried, reason, (scene) => scene.craft.idp({}, { kid: value }));

/** All but the last are well signed by the issuer: only the `kid` is wrong. */
export const KID_ATTACKS: readonly Attack[] = inGroup('tricks with kid', [
  token('kid-missing', 'no `kid`, good signature', 'kid_missing', (scene) => scene.craft.idp({}, { kid: undefined })),
  kid('kid-empty', 'empty `kid`', 'kid_invalid', ''),
  kid('kid-number', '`kid` is a number', 'kid_invalid', 1),
  kid('kid-list', '`kid` is a list with a published name', 'kid_invalid', ['rsa']),
  kid('kid-object', '`kid` is an object', 'kid_invalid', { rsa: true }),
  kid('kid-very-long', '`kid` of 4,000 characters', 'kid_invalid', 'k'.repeat(4_000)),
  kid('kid-path', '`kid` is a path to a file of known content', 'unknown_key', '../../../../../../dev/null'),
  kid('kid-sql', '`kid` is SQL', 'unknown_key', "rsa' UNION SELECT 'secret' --"),
  kid('kid-command', '`kid` is a shell command', 'unknown_key', '$(id)|id'),
  kid('kid-url', '`kid` is a URL of the attacker’s key', 'unknown_key', 'http://127.0.0.1:9/jwks#rsa'),
  kid('kid-nul', '`kid` is a published name with a NUL behind it', 'unknown_key', 'rsa\u0000'),
  kid('kid-space', '`kid` is a published name with a space behind it', 'unknown_key', 'rsa '),
  kid('kid-case', '`kid` is a published name in capitals', 'unknown_key', 'RSA'),
  kid('kid-prototype', '`kid: __proto__`', 'unknown_key', '__proto__'),
  kid('kid-unknown', 'a `kid` nobody published', 'unknown_key', 'invented'),
  token('kid-of-another-issuer', 'a `kid` that another issuer publishes, signed with it', 'unknown_key', (scene) =>
    forge(scene.craft.parts({}, { kid: 'twin-rsa' }), KEYS.attacker.privateKey),
  ),
]);

const underKey = (name: string, tried: string, reason: string, kidName: string): Row =>
  token(name, tried, reason, (scene) => scene.craft.idp({}, { kid: kidName }));

/** `DigestInfo` of SHA-256 up to the hash (RFC 8017 section 9.2, note 1). */
const SHA256_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex');

/** With e = 1 a signature is the padded hash itself, written down without any private key. */
function forgedWithE1(scene: Scene): string {
  const input = signingInput(scene.craft.parts({}, { kid: 'rsa-e1' }));
  const digest = Buffer.concat([Buffer.from([0]), SHA256_INFO, createHash('sha256').update(input).digest()]);
  return withSignature(input, Buffer.concat([Buffer.from([0, 1]), Buffer.alloc(254 - digest.length, 0xff), digest]));
}

export const PUBLISHED_KEY_ATTACKS: readonly Attack[] = inGroup('keys an issuer should not publish', [
  token('key-rsa-1024', 'a published RSA key of 1,024 bits, good signature', 'key_too_weak', (scene) =>
    forge(scene.craft.parts({}, { kid: 'rsa-1024' }), KEYS.weak.privateKey),
  ),
  token('key-rsa-e1', 'a published RSA key with e = 1', 'key_too_weak', forgedWithE1),
  underKey('key-rsa-16384', 'a published RSA key of 16,384 bits: expensive to use', 'key_refused', 'rsa-16k'),
  token('key-ec-off-curve', 'a published EC key that is no point of its curve', 'key_refused', (scene) =>
    forgeEcdsa(
      scene.craft.parts({}, { alg: 'ES256', kid: 'off-curve' }),
      KEYS.idp256.privateKey,
      'sha256',
      'ieee-p1363',
    ),
  ),
  token('key-ec-p521', 'a published P-521 key under ES256', 'key_refused', (scene) =>
    forgeEcdsa(scene.craft.parts({}, { alg: 'ES256', kid: 'p521' }), KEYS.idp521.privateKey, 'sha256', 'ieee-p1363'),
  ),
  token('key-ec-secp256k1', 'a published secp256k1 key under ES256', 'key_refused', (scene) =>
    forgeEcdsa(scene.craft.parts({}, { alg: 'ES256', kid: 'k1' }), KEYS.idpK1.privateKey, 'sha256', 'ieee-p1363'),
  ),
  underKey('key-x25519', 'a published key that cannot sign', 'key_refused', 'x25519'),
  token('key-symmetric', 'a published symmetric key, used with HS256', 'algorithm_refused', (scene) =>
    forgeHs256(scene.craft.parts({}, { alg: 'HS256', kid: 'oct' }), OCT_SECRET),
  ),
  underKey('key-symmetric-rs256', 'a published symmetric key, used with RS256', 'key_refused', 'oct'),
  underKey('key-private', 'a key published with its private part', 'key_refused', 'private'),
  underKey(
    'key-private-primes',
    'a key published with its primes, from which anybody gets the rest',
    'key_refused',
    'primes',
  ),
  underKey('key-for-encryption', 'a key published with `use: enc`', 'unknown_key', 'encryption'),
  underKey('key-not-for-verifying', 'a key published with `key_ops: [sign]`', 'unknown_key', 'signing-only'),
  underKey('key-of-other-algorithm', 'an RSA key published for ES256', 'key_refused', 'other-alg'),
]);
