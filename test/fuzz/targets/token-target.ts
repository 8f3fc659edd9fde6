/** The check of a token, with a real key: nothing passes but what was signed, in the one spelling in which it was signed. */
import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import * as fc from 'fast-check';
import { verifySignature } from '#identity/algorithms.ts';
import { readBearer } from '#identity/bearer.ts';
import { parseCompactJws } from '#identity/jws.ts';
import { profileOf } from '#identity/presets.ts';
import { verifyHeader } from '#identity/token-header.ts';
import { verifyClaims } from '#identity/verify-token.ts';
import { LIMITS } from '#limits.ts';
import { fuzzTarget } from '../target.ts';
import type { FuzzTarget } from '../target.ts';

const NOW_S = 1_800_000_000;
const AUDIENCE = 'https://mcp.example.com';
const SETTINGS = {
  namespace: 'idp',
  preset: 'generic',
  issuer: 'https://idp.example.com',
  audiences: [AUDIENCE],
} as const;
const PROFILE = profileOf(SETTINGS);

const encoded = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const HEADER = { alg: 'EdDSA', kid: 'k', typ: 'at+jwt' };
const CLAIMS = {
  iss: SETTINGS.issuer,
  sub: 'ada',
  aud: AUDIENCE,
  iat: NOW_S - 10,
  exp: NOW_S + 300,
  client_id: 'app',
  scope: 'mcp',
  groups: ['a'],
};

/** The step that a planted bug replaces. */
export type TokenSteps = { readonly parseCompactJws: typeof parseCompactJws };

/** Strange things that an issuer would have to sign: they must be refused for what they say. */
const oddValue = fc.oneof(
  fc.constantFrom(
    undefined,
    null,
    '',
    0,
    -1,
    Number.MAX_VALUE,
    [],
    {},
    true,
    'x',
    NOW_S,
    NOW_S + 1e6,
    String(NOW_S),
    AUDIENCE,
    [AUDIENCE],
    [AUDIENCE, ''],
    `${AUDIENCE}/`,
  ),
  fc.jsonValue(),
);
const oddOf = (object: object, more: readonly string[]) =>
  fc
    .dictionary(fc.constantFrom(...Object.keys(object), ...more), oddValue, { maxKeys: 3 })
    .map((odd) => ({ ...object, ...odd }));

export function tokenTarget(steps: TokenSteps = { parseCompactJws }): FuzzTarget {
  const pair = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const [privateKey, publicKey] = [createPrivateKey(pair.privateKey), createPublicKey(pair.publicKey)];
  const issued = new Set<string>();
  const issue = (header: unknown, claims: unknown): string => {
    const input = `${encoded(header)}.${encoded(claims)}`;
    const token = `${input}.${sign(null, Buffer.from(input), privateKey).toString('base64url')}`;
    issued.add(token);
    return token;
  };
  const good = issue(HEADER, CLAIMS);
  const duplicate = issue(HEADER, `${JSON.stringify(CLAIMS).slice(0, -1)},"sub":"eve"}`);
  const none = `${encoded({ ...HEADER, alg: 'none' })}.${encoded(CLAIMS)}.`;
  return fuzzTarget({
    name: 'token',
    corpus: [
      good,
      duplicate,
      none,
      `${encoded(HEADER)}.${encoded({ ...CLAIMS, sub: 'eve' })}.${good.split('.')[2] ?? ''}`,
    ].map((token) => Buffer.from(`Bearer ${token}`)),
    words: [
      'Bearer ',
      'bearer ',
      '=',
      '==',
      '.',
      '..',
      ' ',
      ',',
      '\n',
      '+',
      '/',
      '-',
      '_',
      '%2E',
      encoded(HEADER),
      encoded({ alg: 'none', kid: 'k' }),
      encoded({ alg: 'HS256', kid: 'k' }),
    ],
    made: fc
      .oneof(
        fc.tuple(oddOf(HEADER, ['crit', 'jwk', 'jku', 'b64', 'x5c']), fc.constant(CLAIMS)),
        fc.tuple(fc.constant(HEADER), oddOf(CLAIMS, ['nbf', 'cnf', 'nonce', 'events', 'jti'])),
      )
      .map(([header, claims]) => Buffer.from(`Bearer ${issue(header, claims)}`)),
    run(input) {
      const bearer = readBearer(['Authorization', input.toString('latin1')], LIMITS);
      if (!bearer.ok) return { accepted: false } as const;
      const jws = steps.parseCompactJws(bearer.value, LIMITS);
      if (!jws.ok) return { accepted: false } as const;
      const header = verifyHeader(jws.value.header, PROFILE, LIMITS);
      if (!header.ok || header.value.kid !== 'k') return { accepted: false } as const;
      if (!verifySignature(header.value.algorithm, publicKey, jws.value.signingInput, jws.value.signature))
        return { accepted: false } as const;
      const claims = verifyClaims(jws.value.claims, {
        settings: SETTINGS,
        profile: PROFILE,
        audiences: [SETTINGS.audiences],
        nowMs: NOW_S * 1_000,
        limits: LIMITS,
      });
      return claims.ok
        ? ({ accepted: true, token: bearer.value, caller: claims.value.caller } as const)
        : ({ accepted: false } as const);
    },
    verify(_input, result) {
      if (!result.accepted) return 'refused';
      assert.ok(issued.has(result.token), 'a token was accepted in a spelling that nobody issued');
      const [header = '', claims = ''] = result.token
        .split('.')
        .map((part) => Buffer.from(part, 'base64url').toString('utf8'));
      const [said, meant] = [
        JSON.parse(header) as Record<string, unknown>,
        JSON.parse(claims) as Record<string, unknown>,
      ];
      assert.deepEqual(
        Object.keys(said).filter((key) => !['alg', 'kid', 'typ'].includes(key)),
        [],
        'a header parameter was ignored',
      );
      assert.ok(said['alg'] === 'EdDSA' && said['kid'] === 'k');
      assert.ok(typeof meant['exp'] === 'number' && meant['exp'] > NOW_S, 'an expired token was accepted');
      assert.ok([meant['aud']].flat().includes(AUDIENCE), 'a token for somebody else was accepted');
      assert.equal(meant['sub'], result.caller.subject);
      for (const key of ['cnf', 'nonce', 'events']) assert.ok(meant[key] === undefined, `${key} was ignored`);
      assert.equal(claims.split('"sub"').length, 2, 'a claim was there twice');
      return 'accepted';
    },
  });
}
