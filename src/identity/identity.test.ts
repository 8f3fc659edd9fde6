import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { afterEach, describe, it } from 'node:test';
import * as fc from 'fast-check';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { createEpochs } from '#identity/epochs.ts';
import type { Identity, OwnTokenSettings, Verification } from '#identity/identity.ts';
import { createIdentity } from '#identity/identity.ts';
import type { IssuerSettings } from '#identity/issuer.ts';
import { GATEWAY_CALLER } from '#identity/caller.ts';
import { ANY_CONNECTION } from '#identity/own-tokens.ts';
import type { OwnToken, OwnTokens } from '#identity/own-tokens.ts';
import { LIMITS } from '#limits.ts';
import { forge, forgeEcdsa, forgeHs256, forgePs256, signingInput, withSignature } from '#test/fakes/forge.ts';
import { createListeningLog, createManualClock, createMemoryKeyCache } from '#test/fakes/identity.ts';

const NOW = 1_800_000_000;
const ISSUER = 'https://idp.example.com';
const AUDIENCE = 'https://mcp.example.com';
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const attacker = generateKeyPairSync('rsa', { modulusLength: 2048 });
const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
const p256 = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const p384 = generateKeyPairSync('ec', { namedCurve: 'secp384r1' });
const jwk = (key: typeof rsa.publicKey, kid: string, more: object = {}): Record<string, unknown> => ({
  ...key.export({ format: 'jwk' }),
  kid,
  ...more,
});
const PUBLISHED = [
  jwk(rsa.publicKey, 'rsa'),
  jwk(rsa.publicKey, 'rs256-only', { alg: 'RS256' }),
  jwk(weak.publicKey, 'weak'),
  jwk(p256.publicKey, 'p256'),
  jwk(p384.publicKey, 'p384'),
];

const HEADER = { alg: 'RS256', kid: 'rsa', typ: 'JWT' };
const CLAIMS = {
  iss: ISSUER,
  aud: AUDIENCE,
  sub: 'alice',
  client_id: 'app',
  scope: 'mcp',
  iat: NOW - 10,
  exp: NOW + 300,
};
const signed = (header: object = {}, claims: object = {}): string =>
  forge({ header: { ...HEADER, ...header }, payload: { ...CLAIMS, ...claims } }, rsa.privateKey);

const SETTINGS: IssuerSettings = {
  namespace: 'idp',
  preset: 'generic',
  issuer: ISSUER,
  audiences: [AUDIENCE],
  jwksUri: `${ISSUER}/keys`,
};

type Bench = {
  readonly identity: Identity;
  readonly clock: ReturnType<typeof createManualClock>;
  readonly epochs: ReturnType<typeof createEpochs>;
  readonly published: { keys: unknown[]; asked: number; down: boolean };
  readonly cache: ReturnType<typeof createMemoryKeyCache>;
  readonly judge: (token: string, audiences?: readonly string[]) => Promise<string>;
};
const opened: Identity[] = [];

async function openBench(
  issuers: readonly IssuerSettings[] = [SETTINGS],
  cache = createMemoryKeyCache(),
  down = false,
  own?: OwnTokenSettings,
): Promise<Bench> {
  const clock = createManualClock(NOW * 1_000);
  const epochs = createEpochs(LIMITS);
  const published = { keys: PUBLISHED as unknown[], asked: 0, down };
  const fetch = async (): Promise<Response> => {
    published.asked += 1;
    if (published.down) throw new TypeError('fetch failed');
    return new Response(JSON.stringify({ keys: published.keys }));
  };
  const identity = createIdentity({
    issuers,
    fetch,
    clock,
    keyCache: cache,
    epochs,
    limits: LIMITS,
    log: createListeningLog(),
    ...(own === undefined ? {} : { own }),
  });
  opened.push(identity);
  await identity.start();
  const judge = async (token: string, audiences: readonly string[] = []): Promise<string> => {
    const result = await identity.verify(token, audiences);
    return result.ok ? 'accepted' : result.error;
  };
  return { identity, clock, epochs, published, cache, judge };
}

const now = (verification: Verification | Promise<Verification>): Verification =>
  verification instanceof Promise ? assert.fail('the answer should not have to wait') : verification;

afterEach(async () => {
  await Promise.all(opened.splice(0).map((identity) => identity.close()));
});

describe('attack on the signature', () => {
  it('alg none is refused, with and without a signature', async () => {
    const { judge } = await openBench();
    const input = signingInput({ header: { alg: 'none', kid: 'rsa' }, payload: CLAIMS });
    assert.equal(await judge(`${input}.`), 'malformed_token');
    assert.equal(await judge(`${input}.AAAA`), 'algorithm_refused');
  });

  it('HS256 keyed with the public key is refused in every encoding of it', async () => {
    const { judge } = await openBench();
    const parts = { header: { alg: 'HS256', kid: 'rsa' }, payload: CLAIMS };
    for (const secret of [
      rsa.publicKey.export({ type: 'spki', format: 'pem' }),
      rsa.publicKey.export({ type: 'spki', format: 'der' }),
      JSON.stringify(PUBLISHED[0]),
    ]) {
      assert.equal(await judge(forgeHs256(parts, secret)), 'algorithm_refused');
    }
  });

  it('a key brought along in jwk, x5c, jku or x5u is refused and never fetched', async () => {
    const { judge, published } = await openBench();
    for (const header of [
      { jwk: jwk(attacker.publicKey, 'rsa') },
      { x5c: ['MII'] },
      { jku: 'https://attacker.example/jwks' },
      { x5u: 'https://attacker.example/x' },
    ]) {
      assert.equal(
        await judge(forge({ header: { ...HEADER, ...header }, payload: CLAIMS }, attacker.privateKey)),
        'key_in_header',
      );
    }
    assert.equal(published.asked, 1);
  });

  it('another key under a published kid is refused', async () => {
    const { judge } = await openBench();
    assert.equal(await judge(forge({ header: HEADER, payload: CLAIMS }, attacker.privateKey)), 'bad_signature');
  });

  it('every changed claim, header or signature is refused', async () => {
    const { judge } = await openBench();
    const [header, , signature] = signed().split('.');
    const other = signingInput({ header: HEADER, payload: { ...CLAIMS, sub: 'mallory' } }).split('.')[1];
    assert.equal(await judge(`${header}.${other}.${signature}`), 'bad_signature');
    assert.equal(
      await judge(
        withSignature(
          signingInput({ header: { ...HEADER, typ: 'at+jwt' }, payload: CLAIMS }),
          Buffer.from(signature ?? '', 'base64url'),
        ),
      ),
      'bad_signature',
    );
    assert.equal(
      await judge(withSignature(signingInput({ header: HEADER, payload: CLAIMS }), Buffer.alloc(256))),
      'bad_signature',
    );
  });

  it('a weak RSA key is refused even though the issuer publishes it', async () => {
    const { judge } = await openBench();
    assert.equal(
      await judge(forge({ header: { ...HEADER, kid: 'weak' }, payload: CLAIMS }, weak.privateKey)),
      'key_too_weak',
    );
  });

  it('ES256 takes raw P-256 signatures, not DER and not P-384', async () => {
    const { judge } = await openBench();
    const parts = { header: { alg: 'ES256', kid: 'p256' }, payload: CLAIMS };
    assert.equal(await judge(forgeEcdsa(parts, p256.privateKey, 'sha256', 'ieee-p1363')), 'accepted');
    assert.equal(await judge(forgeEcdsa(parts, p256.privateKey, 'sha256', 'der')), 'bad_signature');
    const wrongCurve = { header: { alg: 'ES256', kid: 'p384' }, payload: CLAIMS };
    assert.equal(
      await judge(forgeEcdsa(wrongCurve, p384.privateKey, 'sha256', 'ieee-p1363')),
      'key_algorithm_mismatch',
    );
  });

  it('a key published for one algorithm verifies no other', async () => {
    const { judge } = await openBench();
    const free = { header: { alg: 'PS256', kid: 'rsa' }, payload: CLAIMS };
    const bound = { header: { alg: 'PS256', kid: 'rs256-only' }, payload: CLAIMS };
    assert.equal(await judge(forgePs256(free, rsa.privateKey, 32)), 'accepted');
    assert.equal(await judge(forgePs256(bound, rsa.privateKey, 32)), 'key_algorithm_mismatch');
  });

  it('a signature over unencoded payload (b64, crit) is refused', async () => {
    const { judge } = await openBench();
    assert.equal(await judge(signed({ b64: false, crit: ['b64'] })), 'header_key_refused');
    assert.equal(await judge(signed({ crit: [] })), 'crit_refused');
  });
});

describe('attack on the form', () => {
  it('1 MB is refused, and what surrounds or splits a good token too', async () => {
    const { judge } = await openBench();
    const good = signed();
    assert.equal(await judge(good), 'accepted');
    assert.equal(await judge('a'.repeat(1024 * 1024)), 'token_too_large');
    assert.equal(await judge(`${good}.AAAA`), 'malformed_token');
    for (const text of [` ${good}`, `${good} `, `${good}\n`, `${good}=`])
      assert.equal(await judge(text), 'non_canonical_base64url');
  });

  it('a non-canonical twin of a cached token is refused, not served from the cache', async () => {
    const { judge } = await openBench();
    const good = signed();
    assert.equal(await judge(good), 'accepted');
    // 256 signature bytes leave four spare bits in the last character.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const twin = good.slice(0, -1) + alphabet[alphabet.indexOf(good.at(-1) ?? '') ^ 1];
    assert.deepEqual(
      Buffer.from(twin.split('.')[2] ?? '', 'base64url'),
      Buffer.from(good.split('.')[2] ?? '', 'base64url'),
    );
    assert.equal(await judge(twin), 'non_canonical_base64url');
  });

  it('duplicate header keys and claims are refused though well signed', async () => {
    const { judge } = await openBench();
    const header = '{"alg":"none","alg":"RS256","kid":"rsa"}';
    assert.equal(await judge(forge({ header, payload: CLAIMS }, rsa.privateKey)), 'header_duplicate_key');
    const payload = JSON.stringify(CLAIMS).replace('{', '{"sub":"admin",');
    assert.equal(await judge(forge({ header: HEADER, payload }, rsa.privateKey)), 'payload_duplicate_claim');
  });

  it('exp beyond every number is refused', async () => {
    const { judge } = await openBench();
    for (const exp of ['1e400', '"1800000300"', '1800000300000000000000', 'true', '-1', 'null']) {
      const payload = JSON.stringify(CLAIMS).replace(String(CLAIMS.exp), exp);
      assert.equal(await judge(forge({ header: HEADER, payload }, rsa.privateKey)), 'exp_invalid', exp);
    }
    const payload = JSON.stringify(CLAIMS).replace(String(CLAIMS.exp), 'NaN');
    assert.equal(await judge(forge({ header: HEADER, payload }, rsa.privateKey)), 'payload_not_json');
  });
});

describe('attack on the claims', () => {
  it('another issuer is refused before any key is touched, also one that differs by a slash or case', async () => {
    const { judge, published } = await openBench();
    for (const iss of [`${ISSUER}/`, 'https://IDP.example.com', 'https://evil.example', `${ISSUER}#`, '']) {
      assert.equal(await judge(signed({ kid: 'unknown' }, { iss })), 'unknown_issuer', iss);
    }
    for (const iss of [undefined, null, [ISSUER], 1]) assert.equal(await judge(signed({}, { iss })), 'issuer_invalid');
    assert.equal(published.asked, 1);
  });

  it('ID tokens, bound tokens, foreign audiences and over-long lifetimes are refused though well signed', async () => {
    const { judge } = await openBench();
    assert.equal(await judge(signed({}, { nonce: 'n' })), 'id_token');
    assert.equal(await judge(signed({}, { cnf: { jkt: 'x' } })), 'cnf_refused');
    assert.equal(await judge(signed({}, { aud: 'https://other.example.com' })), 'wrong_audience');
    assert.equal(await judge(signed({}, { iat: NOW + 61 })), 'iat_in_future');
    assert.equal(await judge(signed({}, { exp: NOW + 86_400 })), 'lifetime_too_long');
    assert.equal(await judge(signed({ typ: 'logout+jwt' })), 'type_refused');
  });

  it('one issuer’s audience does not open the door for another issuer’s token', async () => {
    const second: IssuerSettings = {
      ...SETTINGS,
      namespace: 'two',
      issuer: 'https://two.example.com',
      audiences: ['two'],
    };
    const { judge } = await openBench([SETTINGS, second]);
    assert.equal(await judge(signed({}, { iss: second.issuer, aud: 'two' })), 'accepted');
    assert.equal(await judge(signed({}, { iss: second.issuer })), 'wrong_audience');
    assert.equal(
      await judge(signed({}, { iss: second.issuer, aud: 'https://gw/mcp/a' }), ['https://gw/mcp/a']),
      'accepted',
    );
  });

  it('tokens for /mcp are not tokens for /api, nor the other way round', async () => {
    const api = 'https://mcp.example.com/api';
    const { identity, judge } = await openBench([{ ...SETTINGS, apiAudience: api }]);
    const forApi = signed({}, { aud: api });
    assert.equal(await judge(forApi), 'wrong_audience');
    assert.equal((await identity.verifyForApi(forApi)).ok, true);
    assert.equal(await judge(forApi), 'wrong_audience');
    assert.deepEqual(await identity.verifyForApi(signed()), { ok: false, error: 'wrong_audience' });
    const none = await openBench();
    assert.deepEqual(await none.identity.verifyForApi(signed()), { ok: false, error: 'wrong_audience' });
  });
});

describe('attack with invented key ids', () => {
  it('kid traversal, injection and prototype names find no key', async () => {
    const { judge } = await openBench();
    for (const kid of ['../../dev/null', "' OR 1=1 --", '__proto__', 'constructor', 'rsa\u0000']) {
      assert.equal(await judge(signed({ kid })), 'unknown_key', kid);
    }
    assert.equal(await judge(signed({ kid: undefined })), 'kid_missing');
  });

  it('a flood of unknown kids asks the issuer once per cooldown', async () => {
    const { judge, published, clock } = await openBench();
    clock.set(NOW * 1_000 + LIMITS.issuerRefetchCooldownMs);
    const flood = Array.from({ length: 50 }, (_, index) => judge(signed({ kid: `invented-${index}` })));
    assert.deepEqual(new Set(await Promise.all(flood)), new Set(['unknown_key']));
    assert.equal(published.asked, 2);
    assert.equal(await judge(signed({ kid: 'one more' })), 'unknown_key');
    assert.equal(published.asked, 2);
  });

  it('an unknown kid within the cooldown is answered at once, without waiting for anything', async () => {
    const { identity } = await openBench();
    assert.deepEqual(now(identity.verify(signed({ kid: 'invented' }), [])), { ok: false, error: 'unknown_key' });
  });

  it('a real rotation is followed at the first token of the new key', async () => {
    const { judge, published, clock } = await openBench();
    published.keys = [jwk(attacker.publicKey, 'new')];
    clock.set(NOW * 1_000 + LIMITS.issuerRefetchCooldownMs);
    assert.equal(
      await judge(forge({ header: { ...HEADER, kid: 'new' }, payload: CLAIMS }, attacker.privateKey)),
      'accepted',
    );
  });
});

describe('verified token', () => {
  it('gives a caller, its times and a digest that is not the token', async () => {
    const { identity } = await openBench();
    const token = signed({}, { groups: ['admins'] });
    const result = now(identity.verify(token, []));
    assert.ok(result.ok);
    assert.deepEqual(result.value.caller, {
      issuer: ISSUER,
      namespace: 'idp',
      subject: 'alice',
      kind: 'person',
      groups: ['idp:admins'],
      client: 'idp:app',
      scopes: ['idp:mcp'],
    });
    assert.equal(result.value.expiresAtMs, CLAIMS.exp * 1_000);
    assert.equal(result.value.issuedAtMs, CLAIMS.iat * 1_000);
    assert.ok(!token.includes(result.value.tokenDigest));
  });

  it('is served from the cache with the very same caller', async () => {
    const { identity } = await openBench();
    const token = signed();
    const [first, second] = [now(identity.verify(token, [])), now(identity.verify(token, []))];
    assert.ok(first.ok && second.ok);
    assert.equal(first.value, second.value);
    const { cacheHits, cacheMisses, cacheEntries } = identity.stats();
    assert.deepEqual([cacheHits, cacheMisses, cacheEntries], [1, 1, 1]);
  });

  it('expires in the cache to the millisecond', async () => {
    const { judge, clock } = await openBench();
    const token = signed();
    assert.equal(await judge(token), 'accepted');
    clock.set(CLAIMS.exp * 1_000 - 1);
    assert.equal(await judge(token), 'accepted');
    clock.set(CLAIMS.exp * 1_000);
    assert.equal(await judge(token), 'expired');
  });

  it('is refused once revoked although it is cached, for each kind of epoch', async () => {
    for (const revoke of ['revokeAll', 'revokeCaller', 'revokeClient'] as const) {
      const { judge, epochs, clock } = await openBench();
      const token = signed();
      assert.equal(await judge(token), 'accepted');
      if (revoke === 'revokeAll') epochs.revokeAll(NOW * 1_000);
      else if (revoke === 'revokeCaller') epochs.revokeCaller({ issuer: ISSUER, subject: 'alice' }, NOW * 1_000);
      else epochs.revokeClient('idp:app', NOW * 1_000);
      assert.equal(await judge(token), 'revoked', revoke);
      assert.equal(await judge(token), 'revoked', revoke);
      clock.advance(1_000);
      assert.equal(await judge(signed({}, { iat: NOW + 1 })), 'accepted', 'signed in again');
    }
  });

  it('is not saved from revocation by an iat in the future, once it was seen', async () => {
    const { judge, epochs, clock } = await openBench();
    const token = signed({}, { iat: NOW + 30 });
    assert.equal(await judge(token), 'accepted');
    clock.advance(1_000);
    epochs.revokeAll(clock.nowMs());
    assert.equal(await judge(token), 'revoked');
  });

  it('is asked for its audience at each hit of the cache', async () => {
    const { judge } = await openBench([{ ...SETTINGS, audiences: [] }]);
    const token = signed();
    assert.equal(await judge(token, [AUDIENCE]), 'accepted');
    assert.equal(await judge(token, ['https://other.example.com']), 'wrong_audience');
    assert.equal(await judge(token, [AUDIENCE]), 'accepted');
  });

  it('falls with its key: withdrawn by the issuer, a cached token is refused', async () => {
    const { judge, published, clock, identity } = await openBench();
    const token = signed();
    assert.equal(await judge(token), 'accepted');
    published.keys = [jwk(attacker.publicKey, 'rsa')];
    clock.set(NOW * 1_000 + LIMITS.issuerRefetchCooldownMs);
    assert.equal(await judge(signed({ kid: 'x' })), 'unknown_key');
    assert.equal(await judge(token), 'bad_signature');
    assert.equal(identity.ready()[0]?.usable, true);
  });

  it('may be checked again after a wait: expiry and revocation', async () => {
    const { identity, clock, epochs } = await openBench();
    const result = now(identity.verify(signed(), []));
    assert.ok(result.ok);
    assert.equal(identity.recheck(result.value).ok, true);
    epochs.revokeAll(NOW * 1_000);
    assert.deepEqual(identity.recheck(result.value), { ok: false, error: 'revoked' });
    clock.set(CLAIMS.exp * 1_000);
    assert.deepEqual(identity.recheck(result.value), { ok: false, error: 'expired' });
  });

  it('remembers exactly the tokens that were good and still are, without looking at others', async () => {
    const { identity, clock, epochs, judge } = await openBench();
    const [good, revoked] = [signed(), signed({}, { jti: 'second' })];
    assert.equal(identity.remembers(good), false);
    assert.equal(await judge(good), 'accepted');
    assert.equal(await judge(revoked), 'accepted');
    assert.deepEqual(
      [good, `${good.slice(0, -2)}AA`, 'guess', 'x'.repeat(LIMITS.tokenBytes + 1)].map((token) =>
        identity.remembers(token),
      ),
      [true, false, false, false],
    );
    clock.set(CLAIMS.exp * 1_000);
    assert.equal(identity.remembers(good), false);
    clock.set(NOW * 1_000);
    epochs.revokeAll(NOW * 1_000);
    assert.equal(identity.remembers(revoked), false);
  });

  it('agrees with jose on good tokens and on tokens with one bit changed', async () => {
    const { judge } = await openBench();
    const keySet = createLocalJWKSet({
      keys: [{ ...rsa.publicKey.export({ format: 'jwk' }), kty: 'RSA', kid: 'rsa' }],
    });
    const options = { issuer: ISSUER, audience: AUDIENCE, currentDate: new Date(NOW * 1_000), algorithms: ['RS256'] };
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          sub: fc.stringMatching(/^[a-z]{1,20}$/),
          groups: fc.array(fc.stringMatching(/^.{1,9}$/u)),
          iat: fc.integer({ min: NOW - 600, max: NOW }),
          exp: fc.integer({ min: NOW + 1, max: NOW + 3_600 }),
        }),
        fc.nat(),
        async (claims, at) => {
          const token = signed({}, claims);
          await jwtVerify(token, keySet, options);
          assert.equal(await judge(token), 'accepted');
          const bytes = Buffer.from(token);
          bytes[at % bytes.length]! ^= 1;
          const changed = bytes.toString('latin1');
          assert.notEqual(await judge(changed), 'accepted');
        },
      ),
      { numRuns: 100 },
    );
  });

  it('never throws, whatever the text', async () => {
    const { judge } = await openBench();
    const part = fc.oneof(fc.json(), fc.string());
    await fc.assert(
      fc.asyncProperty(part, part, async (header, payload) => {
        const token = withSignature(
          signingInput({ header, payload }),
          sign('sha256', Buffer.from('x'), rsa.privateKey),
        );
        assert.notEqual(await judge(token), 'accepted');
        assert.notEqual(await judge(header), 'accepted');
      }),
    );
  });
});

describe('a token of our own', () => {
  const CONNECTION = 'https://mcp.example.com/mcp/notes';
  const API = 'https://mcp.example.com/api';
  const caller = { ...GATEWAY_CALLER, issuer: ISSUER, subject: 'ada', client: 'gatebook:vscode' };
  const openOwn = async (resource: OwnToken['resource'] = CONNECTION) => {
    const state = { holds: true, isReadable: true, token: 'opaque-token' };
    const read = <T>(value: T): T => {
      if (!state.isReadable) throw new Error('no disk');
      return value;
    };
    const found: OwnToken = { caller, resource, issuedAtMs: NOW * 1_000, expiresAtMs: (NOW + 600) * 1_000 };
    const access: OwnTokens = {
      find: (token) => read(token === state.token && state.holds ? found : undefined),
      stillHolds: () => read(state.holds),
    };
    const bench = await openBench([SETTINGS], createMemoryKeyCache(), false, {
      stores: {
        access_token: access,
        web_session: {
          find: (token) => (token === 'cookie' ? { ...found, resource: API } : undefined),
          stillHolds: () => state.holds,
        },
      },
      apiResource: API,
    });
    return { ...bench, state };
  };

  it('is for exactly what it was given for: one connection, every one, or the API', async () => {
    const one = await openOwn();
    assert.equal(await one.judge('opaque-token', [CONNECTION]), 'accepted');
    assert.equal(await one.judge('opaque-token', ['https://mcp.example.com/mcp/other']), 'wrong_audience');
    assert.deepEqual(one.identity.verifyForApi('opaque-token'), { ok: false, error: 'wrong_audience' });
    const any = await openOwn(ANY_CONNECTION);
    assert.equal(await any.judge('opaque-token', [CONNECTION]), 'accepted');
    assert.deepEqual(any.identity.verifyForApi('opaque-token'), { ok: false, error: 'wrong_audience' });
    const api = await openOwn([API]);
    assert.equal(await api.judge('opaque-token', [CONNECTION]), 'wrong_audience');
    assert.equal((await api.identity.verifyForApi('opaque-token')).ok, true);
  });

  it('is no cookie, and a cookie is no token', async () => {
    const { identity, judge, state } = await openOwn([CONNECTION, API]);
    const verified = identity.verifyWebSession('cookie');
    assert.ok(verified.ok);
    assert.equal(verified.value.own, 'web_session');
    assert.equal(await judge('cookie', [CONNECTION, API]), 'unknown_token');
    assert.deepEqual(identity.verifyForApi('cookie'), { ok: false, error: 'unknown_token' });
    assert.deepEqual(identity.verifyWebSession('opaque-token'), { ok: false, error: 'unknown_token' });
    state.holds = false;
    assert.deepEqual(identity.recheck(verified.value), { ok: false, error: 'revoked' });
  });

  it('is asked for at each use, and again by whoever waits', async () => {
    const { identity, judge, state } = await openOwn();
    const verified = now(identity.verify('opaque-token', [CONNECTION]));
    assert.ok(verified.ok);
    assert.deepEqual([verified.value.own, identity.remembers('opaque-token')], ['access_token', true]);
    assert.equal(identity.recheck(verified.value).ok, true);
    state.holds = false;
    assert.equal(await judge('opaque-token', [CONNECTION]), 'unknown_token');
    assert.deepEqual(identity.recheck(verified.value), { ok: false, error: 'revoked' });
    assert.equal(identity.remembers('opaque-token'), false);
  });

  it('counts for nobody while it cannot be looked up, and that is not its fault', async () => {
    const { identity, judge, state } = await openOwn();
    const verified = now(identity.verify('opaque-token', [CONNECTION]));
    assert.ok(verified.ok);
    state.isReadable = false;
    assert.equal(await judge('opaque-token', [CONNECTION]), 'revocations_unknown');
    assert.deepEqual(identity.recheck(verified.value), { ok: false, error: 'revocations_unknown' });
  });

  it('ends with its time and with a revocation of its caller or client', async () => {
    const { judge, clock, epochs } = await openOwn();
    epochs.revokeClient('gatebook:vscode', NOW * 1_000);
    assert.equal(await judge('opaque-token', [CONNECTION]), 'revoked');
    const late = await openOwn();
    late.clock.set((NOW + 600) * 1_000);
    assert.equal(await late.judge('opaque-token', [CONNECTION]), 'expired');
    assert.equal(clock.nowMs(), NOW * 1_000);
  });

  it('is none where the gateway gives out none, and a kind without a store is unknown', async () => {
    const off = await openBench();
    assert.equal(await off.judge('opaque-token', [CONNECTION]), 'malformed_token');
    const { judge } = await openOwn();
    assert.equal(await judge('gbk_0123', [CONNECTION]), 'unknown_token');
    assert.equal(await judge('guess', [CONNECTION]), 'unknown_token');
    assert.equal(await judge('x'.repeat(LIMITS.tokenBytes + 1), [CONNECTION]), 'token_too_large');
    assert.equal(await judge(signed()), 'accepted');
  });
});

describe('readiness', () => {
  it('tells each issuer apart, and a token of one without keys blames the gateway', async () => {
    const { identity, judge } = await openBench([SETTINGS], createMemoryKeyCache(), true);
    assert.deepEqual(identity.ready(), [
      { issuer: ISSUER, namespace: 'idp', usable: false, reason: 'no keys: unreachable' },
    ]);
    assert.equal(await judge(signed()), 'keys_unavailable');
  });

  it('survives a restart while the issuer is down, by the stored keys', async () => {
    const before = await openBench();
    await before.identity.close();
    const after = await openBench([SETTINGS], before.cache, true);
    assert.deepEqual(after.identity.ready(), [{ issuer: ISSUER, namespace: 'idp', usable: true }]);
    assert.equal(await after.judge(signed()), 'accepted');
  });

  it('is refused from the start with two issuers of one URL or one name, or impossible settings', async () => {
    await assert.rejects(openBench([SETTINGS, { ...SETTINGS, namespace: 'two' }]), /configured twice/);
    await assert.rejects(openBench([SETTINGS, { ...SETTINGS, issuer: 'https://two.example.com' }]), /configured twice/);
    await assert.rejects(openBench([{ ...SETTINGS, issuer: 'http://idp.example.com' }]), /https/);
  });
});
