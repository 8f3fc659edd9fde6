/** Well-signed tokens that say the wrong thing: times, audiences, issuers, tokens made for another purpose. */
import { inGroup, token } from './attack.ts';
import type { Attack, Row } from './attack.ts';
import { forge } from '../../fakes/forge.ts';
import { API_AUDIENCE, AUDIENCE, KEYS } from './crafts.ts';
import type { Claims } from './crafts.ts';
import type { Scene } from './scene.ts';

const claims = (name: string, tried: string, reason: string, bend: (now: number, scene: Scene) => Claims): Row =>
  token(name, tried, reason, (scene) => scene.craft.idp(bend(scene.craft.now(), scene)));

/** A number spelled as it would never come out of JSON.stringify. */
const spelled = (name: string, tried: string, reason: string, claim: string, spelling: string): Row =>
  token(name, tried, reason, (scene) => {
    const { header, payload } = scene.craft.parts({ [claim]: 'SPELLED' });
    return forge({ header, payload: JSON.stringify(payload).replace('"SPELLED"', spelling) }, KEYS.idp.privateKey);
  });

const HOUR = 3_600;

export const TIME_ATTACKS: readonly Attack[] = inGroup('time', [
  claims('exp-past', '`exp` an hour ago', 'expired', (now) => ({ exp: now - HOUR })),
  claims('exp-one-second-past', '`exp` a second ago: no leeway', 'expired', (now) => ({ exp: now - 1 })),
  claims('exp-this-second', '`exp` is the very second', 'expired', (now) => ({ exp: now })),
  claims('exp-missing', 'no `exp`', 'exp_invalid', () => ({ exp: undefined })),
  claims('exp-null', '`exp` is null', 'exp_invalid', () => ({ exp: null })),
  claims('exp-string', '`exp` is a number in quotes', 'exp_invalid', (now) => ({ exp: String(now + 300) })),
  claims('exp-list', '`exp` is a list', 'exp_invalid', (now) => ({ exp: [now + 300] })),
  claims('exp-true', '`exp` is true', 'exp_invalid', () => ({ exp: true })),
  claims('exp-negative', '`exp` before 1970', 'exp_invalid', (now) => ({ exp: -now })),
  claims('exp-milliseconds', '`exp` in milliseconds: valid for 50,000 years', 'lifetime_too_long', (now) => ({
    exp: (now + 300) * 1_000,
  })),
  spelled('exp-1e400', '`exp: 1e400`, infinity to a parser', 'exp_invalid', 'exp', '1e400'),
  spelled('exp-huge', '`exp` of 30 digits', 'exp_invalid', 'exp', '9'.repeat(30)),
  spelled('exp-400-digits', '`exp` of 400 digits', 'exp_invalid', 'exp', '9'.repeat(400)),
  claims('nbf-future', '`nbf` beyond the tolerated minute', 'not_yet_valid', (now) => ({ nbf: now + 61 })),
  claims('nbf-string', '`nbf` is a number in quotes', 'nbf_invalid', (now) => ({ nbf: String(now - 10) })),
  claims('iat-missing', 'no `iat`, so no revocation can be newer', 'iat_invalid', () => ({ iat: undefined })),
  claims('iat-string', '`iat` is a number in quotes', 'iat_invalid', (now) => ({ iat: String(now - 10) })),
  claims('iat-future', '`iat` beyond the tolerated minute, newer than any revocation', 'iat_in_future', (now) => ({
    iat: now + 61,
  })),
  spelled('iat-1e400', '`iat: 1e400`', 'iat_invalid', 'iat', '1e400'),
  claims('lifetime-too-long', 'valid for more than a day', 'lifetime_too_long', (now) => ({
    iat: now - HOUR,
    exp: now + 23 * HOUR + 1,
  })),
  claims('lifetime-since-1970', '`iat: 0`', 'lifetime_too_long', () => ({ iat: 0 })),
  {
    ...token('expired-in-cache', 'a token that was verified and let through, after its `exp`', 'expired', () => ''),
    async launch(scene) {
      const good = scene.craft.idp({ exp: scene.craft.now() + 2 });
      await scene.prime(good);
      scene.clock.advance(2_000);
      return scene.show(good);
    },
  },
]);

const inCache = (name: string, tried: string, bend: Claims, elsewhere: string, here: string): Row => ({
  ...token(name, tried, 'wrong_audience', () => ''),
  async launch(scene) {
    const good = scene.craft.idp(bend);
    await scene.prime(good, elsewhere);
    return scene.show(good, here);
  },
});

export const AUDIENCE_ATTACKS: readonly Attack[] = inGroup('audience and issuer', [
  claims('aud-other', 'for another resource', 'wrong_audience', () => ({ aud: 'https://elsewhere.test' })),
  claims('aud-missing', 'no `aud`', 'audience_invalid', () => ({ aud: undefined })),
  claims('aud-empty-list', '`aud: []`', 'audience_invalid', () => ({ aud: [] })),
  claims('aud-number', '`aud` is a number', 'audience_invalid', () => ({ aud: 1 })),
  claims('aud-object', '`aud` is an object', 'audience_invalid', () => ({ aud: { 0: AUDIENCE } })),
  claims('aud-list-with-number', 'a good `aud` beside one that is no text', 'audience_invalid', () => ({
    aud: [AUDIENCE, 1],
  })),
  claims('aud-list-too-long', 'a good `aud` among a hundred', 'audience_invalid', () => ({
    aud: [AUDIENCE, ...Array.from({ length: 99 }, (_, index) => `https://${index}.test`)],
  })),
  claims('aud-list-inside', 'a good `aud` one list deeper', 'audience_invalid', () => ({ aud: [[AUDIENCE]] })),
  claims('aud-with-more', 'a good `aud` with a domain behind it', 'wrong_audience', () => ({
    aud: `${AUDIENCE}.evil.test`,
  })),
  claims('aud-trailing-slash', 'a good `aud` with a slash behind it', 'wrong_audience', () => ({
    aud: `${AUDIENCE}/`,
  })),
  claims('aud-upper-case', 'a good `aud` in capitals', 'wrong_audience', () => ({ aud: AUDIENCE.toUpperCase() })),
  claims('aud-path-in-resource', 'the URL of the gateway’s path `/mcp`', 'wrong_audience', () => ({
    aud: `${AUDIENCE}/mcp`,
  })),
  claims('aud-of-another-connection', 'for the URL of another connection', 'wrong_audience', () => ({
    aud: `${AUDIENCE}/mcp/other`,
  })),
  claims('aud-configured-elsewhere', 'for an audience that only another connection has', 'wrong_audience', () => ({
    aud: 'https://other.test',
  })),
  claims('aud-of-the-api', 'for the API', 'wrong_audience', () => ({ aud: API_AUDIENCE })),
  claims('aud-of-the-client', 'for the client itself, with a scope', 'wrong_audience', () => ({ aud: 'desktop' })),
  inCache(
    'aud-cached-elsewhere',
    'a token for one connection, good and cached there, at another',
    { aud: `${AUDIENCE}/mcp/other` },
    'other',
    'notes',
  ),
  inCache(
    'aud-cached-elsewhere-by-setting',
    'the same, by an audience in the configuration',
    { aud: 'https://other.test' },
    'other',
    'notes',
  ),
  claims('iss-unknown', 'an issuer nobody configured', 'unknown_issuer', () => ({ iss: 'https://idp.evil.test' })),
  claims('iss-missing', 'no `iss`', 'issuer_invalid', () => ({ iss: undefined })),
  claims('iss-list', '`iss` is a list', 'issuer_invalid', (_, { issuers }) => ({ iss: [issuers.idp.url] })),
  claims('iss-trailing-slash', 'the issuer with a slash behind it', 'unknown_issuer', (_, { issuers }) => ({
    iss: `${issuers.idp.url}/`,
  })),
  claims('iss-upper-case', 'the issuer with its scheme in capitals', 'unknown_issuer', (_, { issuers }) => ({
    iss: issuers.idp.url.replace('http', 'HTTP'),
  })),
  claims('iss-other-host-name', 'the issuer by another name of its host', 'unknown_issuer', (_, { issuers }) => ({
    iss: issuers.idp.url.replace('127.0.0.1', 'localhost'),
  })),
  claims('iss-with-user', 'the issuer with a user name in it', 'unknown_issuer', (_, { issuers }) => ({
    iss: issuers.idp.url.replace('http://', 'http://a@'),
  })),
  claims('iss-with-fragment', 'the issuer with a fragment', 'unknown_issuer', (_, { issuers }) => ({
    iss: `${issuers.idp.url}#`,
  })),
  claims('iss-with-space', 'the issuer with a space behind it', 'unknown_issuer', (_, { issuers }) => ({
    iss: `${issuers.idp.url} `,
  })),
  claims('iss-prototype', '`iss: __proto__`', 'unknown_issuer', () => ({ iss: '__proto__' })),
]);

const okta = (name: string, tried: string, reason: string, bend: Claims): Row =>
  token(name, tried, reason, (scene) => scene.craft.okta(bend));
const entra = (name: string, tried: string, reason: string, bend: Claims): Row =>
  token(name, tried, reason, (scene) => scene.craft.entra(bend));

/** RFC 8725 section 3.12: signed with the same keys, made for something else. All carry the right audience. */
export const PURPOSE_ATTACKS: readonly Attack[] = inGroup('tokens made for something else', [
  okta('id-token-okta', 'an Okta ID token: no `cid`', 'id_token', { cid: undefined, scp: undefined }),
  okta('id-token-okta-jti', 'an Okta ID token, known by its `jti`', 'id_token', { jti: 'ID.abcdefghijklmnop' }),
  entra('id-token-entra', 'an Entra ID token: neither `azp` nor `appid`', 'id_token', { azp: undefined }),
  claims('id-token-generic', 'an ID token: for the client itself, no scope', 'id_token', () => ({
    aud: [AUDIENCE, 'desktop'],
    scope: undefined,
  })),
  claims('id-token-nonce', 'an ID token, known by its `nonce`', 'id_token', () => ({ nonce: 'n-0S6' })),
  claims('id-token-at-hash', 'an ID token, known by its `at_hash`', 'id_token', () => ({ at_hash: 'abc' })),
  claims('id-token-c-hash', 'an ID token, known by its `c_hash`', 'id_token', () => ({ c_hash: 'abc' })),
  claims('id-token-keycloak', 'an ID token of Keycloak: `typ: ID` among the claims', 'purpose_refused', () => ({
    typ: 'ID',
  })),
  claims('refresh-token-keycloak', 'a refresh token of Keycloak', 'purpose_refused', () => ({ typ: 'Refresh' })),
  claims('offline-token-keycloak', 'an offline token of Keycloak', 'purpose_refused', () => ({ typ: 'Offline' })),
  claims('id-token-cognito', 'an ID token of Cognito: `token_use: id`', 'purpose_refused', () => ({ token_use: 'id' })),
  claims('introspection-answer', 'a signed introspection answer (RFC 9701)', 'purpose_refused', () => ({
    token_introspection: { active: true },
  })),
  claims('logout-token', 'a back-channel logout token', 'security_event_token', () => ({
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
  })),
  claims('security-event-token', 'a security event token', 'security_event_token', () => ({
    events: { 'https://schemas.openid.net/secevent/caep/event-type/session-revoked': {} },
  })),
  claims('sender-constrained', 'a DPoP-bound token shown as a bearer token', 'cnf_refused', () => ({
    cnf: { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' },
  })),
  claims('client-assertion', 'a client’s own assertion: `iss` and `sub` are the client', 'unknown_issuer', () => ({
    iss: 'desktop',
    sub: 'desktop',
  })),
]);
