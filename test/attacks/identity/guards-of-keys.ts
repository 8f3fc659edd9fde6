/** The guards of algorithms, header parameters, key ids and published keys. */
import type { Guard, Patch } from './guards.ts';

const ALGORITHMS = 'src/identity/algorithms.ts';
const HEADER = 'src/identity/token-header.ts';
const IDENTITY = 'src/identity/identity.ts';
const JWKS = 'src/identity/jwks.ts';
const ISSUER_KEYS = 'src/identity/issuer-keys.ts';
const JWS = 'src/identity/jws.ts';

const ALG_CHECK = "typeof alg !== 'string' || !isAlgorithm(alg) || !profile.algorithms.includes(alg)";
const noAlgCheck: Patch = { file: HEADER, find: ALG_CHECK, replace: 'alg === 0' };
const HEADER_RESULT = 'return ok({ algorithm: alg, kid });';
const withAlg = (expression: string): Patch => ({
  file: HEADER,
  find: HEADER_RESULT,
  replace: `return ok({ algorithm: ${expression}, kid } as never);`,
});
const noFitBeforeVerifying: Patch = {
  file: IDENTITY,
  find: "  if (!keyFits(header.algorithm, key.key)) return err('key_algorithm_mismatch');\n",
  replace: '',
};
const FIT_IN_VERIFYING = '  if (!keyFits(algorithm, key)) return false;\n';
const verifyingLearns = (line: string): Patch => ({ file: ALGORITHMS, find: FIT_IN_VERIFYING, replace: `${line}\n` });
const anySignatureLength: Patch = {
  file: ALGORITHMS,
  find: 'signature.length === rule.signatureBytes &&\n        verify(rule.hash',
  replace: 'verify(rule.hash',
};
export const anySignature: Patch = {
  file: IDENTITY,
  find: "return verifySignature(header.algorithm, key.key, jws.signingInput, jws.signature) ? ok(true) : err('bad_signature');",
  replace: 'return ok(true);',
};
/** As libraries once did: whatever `alg` says, with whatever the key is. */
const HMAC = `  if (String(algorithm) === 'HS256') {
    const hmac = process.getBuiltinModule('node:crypto').createHmac;
    const jwk = JSON.stringify({ ...key.export({ format: 'jwk' }), kid: 'rsa' });
    const spki = (format: 'pem' | 'der') => key.export({ type: 'spki', format } as never);
    return [spki('pem'), spki('der'), jwk, ''].some((secret) =>
      hmac('sha256', secret as string).update(input).digest().equals(signature),
    );
  }`;
const anyIssuersKey: Patch = {
  file: IDENTITY,
  find: 'const key = issuer.keys.find(header.value.kid);',
  replace: 'const key = [...issuers.values()].map(({ keys }) => keys.find(header.value.kid)).find((found) => found);',
};

export const ALGORITHM_GUARDS: readonly Guard[] = [
  {
    guard: 'list of algorithms, no empty signature, key must fit (all three)',
    attacks: ['alg-none', 'alg-none-signed', 'alg-none-odd-case'],
    patches: [
      noAlgCheck,
      { file: JWS, find: ' || second === token.length - 1', replace: '' },
      noFitBeforeVerifying,
      verifyingLearns('  if (/^none$/i.test(algorithm)) return true;'),
    ],
  },
  {
    guard: 'list of algorithms, key must fit, no HMAC at all (all three)',
    attacks: ['alg-hs256-public-pem', 'alg-hs256-public-der', 'alg-hs256-public-jwk', 'alg-hs256-empty-key'],
    patches: [noAlgCheck, noFitBeforeVerifying, verifyingLearns(HMAC)],
  },
  { guard: 'the algorithm must be a listed name', attacks: ['alg-list', 'alg-not-of-issuer'], patches: [noAlgCheck] },
  {
    guard: 'the algorithm must be a listed name; missing means RS256',
    attacks: ['alg-missing'],
    patches: [noAlgCheck, withAlg("alg ?? 'RS256'")],
  },
  {
    guard: 'the algorithm must be a listed name; case ignored',
    attacks: ['alg-lower-case'],
    patches: [noAlgCheck, withAlg('String(alg).toUpperCase()')],
  },
  { guard: 'the algorithm must be a listed name', attacks: ['alg-prototype-name'], patches: [noAlgCheck] },
  {
    guard: 'a key published for one algorithm verifies no other',
    attacks: ['alg-ps256-under-rs256-key'],
    patches: [
      {
        file: IDENTITY,
        find: "  if (key.algorithm !== undefined && key.algorithm !== header.algorithm) return err('key_algorithm_mismatch');\n",
        replace: '',
      },
    ],
  },
  {
    guard: 'exactly the hash and padding that the algorithm names',
    attacks: [
      'alg-rs256-header-ps256-signature',
      'alg-rs256-header-rs512-signature',
      'alg-ps256-short-salt',
      'signature-raw-hash',
    ],
    patches: [
      {
        file: ALGORITHMS,
        find: "    case 'rsa':\n      return verify(",
        replace:
          "    case 'rsa':\n      if (verify('sha256', input, { key, padding: constants.RSA_PKCS1_PSS_PADDING }, signature)) return true;\n      if (['sha512', 'md5'].some((hash) => verify(hash, input, key, signature))) return true;\n      return verify(",
      },
    ],
  },
  {
    guard: 'the key must fit the algorithm (checked twice, both removed)',
    attacks: ['alg-es256-on-rsa-key', 'alg-rs256-on-ec-key', 'alg-es256-on-p384-key'],
    patches: [noFitBeforeVerifying, verifyingLearns(''), anySignatureLength],
  },
  {
    guard: 'keys belong to one issuer',
    attacks: ['signature-of-another-issuer', 'kid-of-another-issuer'],
    patches: [anyIssuersKey],
  },
  {
    guard: 'the signature is verified',
    attacks: [
      'signature-of-another-key',
      'signature-of-another-token',
      'signature-cut',
      'ecdsa-zeros',
      'ecdsa-order',
      'ecdsa-swapped',
      'ecdsa-der',
      'ecdsa-padded',
      'token-respelled-case',
    ],
    patches: [anySignature],
  },
  {
    guard: 'a caller hangs on issuer and subject, not on the token',
    attacks: ['ecdsa-high-s'],
    patches: [
      {
        file: 'src/identity/token-caller.ts',
        find: "const subject = claims[kind === 'person' ? profile.subjectClaim : profile.serviceSubjectClaim];",
        replace: "const subject = claims['jti'];",
      },
    ],
  },
];

const noHeaderNames: Patch = {
  file: HEADER,
  find: 'for (const name of Object.keys(header)) {',
  replace: 'for (const name of [] as string[]) {',
};

export const HEADER_GUARDS: readonly Guard[] = [
  {
    guard: 'only listed header parameters; keys come from the issuer',
    attacks: ['jwk-embedded-key', 'jwk-embedded-published-kid'],
    patches: [
      noHeaderNames,
      {
        file: IDENTITY,
        find: 'const key = issuer.keys.find(header.value.kid);',
        replace:
          "const brought = jws.value.header['jwk'];\n    const key = brought === undefined ? issuer.keys.find(header.value.kid) : ({ usable: true, algorithm: undefined, key: process.getBuiltinModule('node:crypto').createPublicKey({ key: brought, format: 'jwk' } as never) } as IssuerKey);",
      },
    ],
  },
  {
    guard: 'only listed header parameters',
    attacks: [
      'jku-remote-key',
      'x5u-remote-certificate',
      'x5c-embedded-certificate',
      'x5t-unexpected',
      'crit-known-name',
      'crit-empty',
      'b64-false',
      'b64-without-crit',
      'zip-header',
      'cty-nested',
      'header-unknown-parameter',
    ],
    patches: [noHeaderNames],
  },
  {
    guard: 'only listed types',
    attacks: ['typ-id-token', 'typ-logout-token', 'typ-security-event', 'typ-dpop-proof', 'typ-list', 'typ-null'],
    patches: [
      {
        file: HEADER,
        find: "typ !== undefined && !(typeof typ === 'string' && profile.types.includes(mediaType(typ)))",
        replace: 'typ === 0',
      },
    ],
  },
];

const noKidCheck: Patch = {
  file: HEADER,
  find: "  if (kid === undefined) return err('kid_missing');\n  if (typeof kid !== 'string' || kid === '' || kid.length > limits.issuerKeyIdChars) return err('kid_invalid');\n",
  replace: '',
};
const bestKey: Patch = {
  file: ISSUER_KEYS,
  find: 'find: (kid) => (isUsable() ? current?.keys.get(kid) : undefined),',
  replace: 'find: (kid) => current?.keys.get(kid) ?? current?.keys.get("rsa"),',
};
const skipUnusable: Patch = {
  file: JWKS,
  find: 'keys.set(kid, importKey(jwk, limits));',
  replace: 'const made = importKey(jwk, limits);\n    if (made.usable) keys.set(kid, made);',
};
const anyCurve: Patch = {
  file: ALGORITHMS,
  find: "return ALGORITHMS.some((name) => keyFits(name, key)) ? 'ok' : 'key_refused';",
  replace: "return 'ok';",
};
const jwksWithout = (guard: string, attacks: readonly string[], find: string, replace = ''): Guard => ({
  guard,
  attacks,
  patches: [{ file: JWKS, find, replace }],
});

export const KEY_GUARDS: readonly Guard[] = [
  {
    guard: 'a kid, and a key of exactly this kid (both)',
    attacks: [
      'kid-missing',
      'kid-empty',
      'kid-number',
      'kid-list',
      'kid-object',
      'kid-very-long',
      'kid-path',
      'kid-sql',
      'kid-command',
      'kid-url',
      'kid-nul',
      'kid-space',
      'kid-case',
      'kid-prototype',
      'kid-unknown',
    ],
    patches: [noKidCheck, bestKey],
  },
  {
    guard: 'a least size for RSA keys',
    attacks: ['key-rsa-1024'],
    patches: [{ file: ALGORITHMS, find: 'bits < limits.rsaModulusBitsMin || ', replace: '' }],
  },
  {
    guard: 'a least public exponent',
    attacks: ['key-rsa-e1'],
    patches: [{ file: ALGORITHMS, find: ' || (details?.publicExponent ?? 0n) < 3n', replace: '' }],
  },
  {
    guard: 'a largest size for RSA keys',
    attacks: ['key-rsa-16384'],
    patches: [{ file: ALGORITHMS, find: "if (bits > limits.rsaModulusBitsMax) return 'key_refused';", replace: '' }],
  },
  {
    guard: 'only known curves, the key must fit (checked twice), length of the signature (all four)',
    attacks: ['key-ec-p521', 'key-ec-secp256k1'],
    patches: [anyCurve, noFitBeforeVerifying, verifyingLearns(''), anySignatureLength],
  },
  {
    guard: 'an unusable key is kept as such, not passed over',
    attacks: ['key-ec-off-curve', 'key-x25519', 'key-symmetric-rs256'],
    patches: [skipUnusable],
  },
  { guard: 'list of algorithms', attacks: ['key-symmetric'], patches: [noAlgCheck] },
  jwksWithout(
    'no key whose private part is published',
    ['key-private', 'key-private-primes'],
    "  if (PRIVATE_MEMBERS.some((member) => jwk[member] !== undefined)) return refused('key_refused');\n",
  ),
  jwksWithout(
    '`use` must be `sig`',
    ['key-for-encryption'],
    "  if (use !== undefined && use !== 'sig') return false;\n",
  ),
  jwksWithout(
    '`key_ops` must have `verify`',
    ['key-not-for-verifying'],
    " || (Array.isArray(operations) && operations.includes('verify'))",
    ' || true',
  ),
  {
    guard: '`alg` of a published key must fit the key, and binds it (both)',
    attacks: ['key-of-other-algorithm'],
    patches: [
      { file: JWKS, find: ' || !keyFits(alg, key)', replace: '' },
      {
        file: IDENTITY,
        find: "  if (key.algorithm !== undefined && key.algorithm !== header.algorithm) return err('key_algorithm_mismatch');\n",
        replace: '',
      },
    ],
  },
];
