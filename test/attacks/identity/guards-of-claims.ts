/** The guards of times, audiences, issuers and purposes. */
import type { Guard, Patch } from './guards.ts';

const CLAIMS = 'src/identity/verify-token.ts';
const CALLER = 'src/identity/token-caller.ts';
const IDENTITY = 'src/identity/identity.ts';

const without = (file: string, find: string, replace = ''): Patch => ({ file, find, replace });
const noExpiry = without(CLAIMS, "  if (exp * 1_000 <= nowMs) return err('expired');\n");
const anyLifetime = without(CLAIMS, "  if ((exp - iat) * 1_000 > lifetimeMsMax) return err('lifetime_too_long');\n");
const noFutureIat = without(CLAIMS, "  if (iat * 1_000 > latestMs) return err('iat_in_future');\n");
const anyExp = without(CLAIMS, "  if (!isNumericDate(exp)) return err('exp_invalid');\n");
const anyIat = without(CLAIMS, "  if (!isNumericDate(iat)) return err('iat_invalid');\n");

export const TIME_GUARDS: readonly Guard[] = [
  {
    guard: '`exp` is over at its very second',
    attacks: ['exp-past', 'exp-one-second-past', 'exp-this-second'],
    patches: [noExpiry],
  },
  {
    guard: '`exp` is a number of seconds; it is not over; a longest lifetime (all three)',
    attacks: [
      'exp-missing',
      'exp-null',
      'exp-string',
      'exp-list',
      'exp-true',
      'exp-negative',
      'exp-1e400',
      'exp-huge',
      'exp-400-digits',
    ],
    patches: [anyExp, noExpiry, anyLifetime],
  },
  {
    guard: 'a longest lifetime',
    attacks: ['exp-milliseconds', 'lifetime-too-long', 'lifetime-since-1970'],
    patches: [anyLifetime],
  },
  {
    guard: '`nbf` not beyond the tolerated minute',
    attacks: ['nbf-future'],
    patches: [without(CLAIMS, "  if (nbf !== undefined && nbf * 1_000 > latestMs) return err('not_yet_valid');\n")],
  },
  {
    guard: '`nbf` is a number of seconds',
    attacks: ['nbf-string'],
    patches: [without(CLAIMS, "  if (nbf !== undefined && !isNumericDate(nbf)) return err('nbf_invalid');\n")],
  },
  { guard: '`iat` is a number of seconds', attacks: ['iat-missing', 'iat-string'], patches: [anyIat] },
  {
    guard: '`iat` is a number of seconds, and not in the future (both)',
    attacks: ['iat-1e400'],
    patches: [anyIat, noFutureIat],
  },
  { guard: '`iat` not beyond the tolerated minute', attacks: ['iat-future'], patches: [noFutureIat] },
  {
    guard: 'the end of a cached token is looked at each time',
    attacks: ['expired-in-cache'],
    patches: [without(IDENTITY, "    if (verified.expiresAtMs <= clock.nowMs()) return err('expired');\n")],
  },
];

export const AUDIENCE_GUARDS: readonly Guard[] = [
  {
    guard: 'an accepted audience, compared exactly',
    attacks: [
      'aud-other',
      'aud-with-more',
      'aud-trailing-slash',
      'aud-upper-case',
      'aud-path-in-resource',
      'aud-of-another-connection',
      'aud-configured-elsewhere',
      'aud-of-the-api',
      'aud-of-the-client',
    ],
    patches: [
      without(CLAIMS, "  if (!audienceAccepted(audiences, expected.audiences)) return err('wrong_audience');\n"),
    ],
  },
  {
    guard: '`aud` is one text or a short list of texts',
    attacks: [
      'aud-missing',
      'aud-empty-list',
      'aud-number',
      'aud-object',
      'aud-list-with-number',
      'aud-list-too-long',
      'aud-list-inside',
    ],
    patches: [
      without(
        CLAIMS,
        "const audiences = readAudiences(claims['aud'], expected.limits);",
        "const audiences = readAudiences(claims['aud'], expected.limits) ?? ['https://gateway.test'];",
      ),
    ],
  },
  {
    guard: 'the audience of a cached token is looked at each time',
    attacks: ['aud-cached-elsewhere', 'aud-cached-elsewhere-by-setting'],
    patches: [
      without(
        IDENTITY,
        "    if (!audienceAccepted(entry.audiences, door(issuer.settings))) return err('wrong_audience');\n",
      ),
    ],
  },
  {
    guard: '`iss` is exactly a configured issuer',
    attacks: [
      'iss-unknown',
      'iss-missing',
      'iss-list',
      'iss-trailing-slash',
      'iss-upper-case',
      'iss-other-host-name',
      'iss-with-user',
      'iss-with-fragment',
      'iss-with-space',
      'iss-prototype',
      'client-assertion',
    ],
    patches: [
      without(IDENTITY, "    if (typeof iss !== 'string') return err('issuer_invalid');\n"),
      without(
        IDENTITY,
        'const issuer = issuers.get(iss);\n    if (issuer === undefined)',
        "const issuer = [...issuers.values()].find(({ keys }) => keys.find(String(jws.value.header['kid'])));\n    if (issuer === undefined)",
      ),
    ],
  },
];

export const PURPOSE_GUARDS: readonly Guard[] = [
  {
    guard: 'what only tokens for another purpose say',
    attacks: [
      'id-token-okta-jti',
      'id-token-nonce',
      'id-token-at-hash',
      'id-token-c-hash',
      'id-token-keycloak',
      'refresh-token-keycloak',
      'offline-token-keycloak',
      'id-token-cognito',
      'introspection-answer',
      'logout-token',
      'security-event-token',
    ],
    patches: [without(CLAIMS, '  if (other !== undefined) return err(other);\n')],
  },
  {
    guard: 'access tokens of this issuer name their client',
    attacks: ['id-token-okta', 'id-token-entra'],
    patches: [without(CALLER, "  if (clientValue === undefined && profile.clientRequired) return err('id_token');\n")],
  },
  {
    guard: 'no token for the client itself without a scope',
    attacks: ['id-token-generic'],
    patches: [
      without(
        CALLER,
        "  if (clientValue !== undefined && scopes.length === 0 && audiences.includes(clientValue)) return err('id_token');\n",
      ),
    ],
  },
  {
    guard: 'no token that is bound to a key',
    attacks: ['sender-constrained'],
    patches: [without(CLAIMS, "  if (claims['cnf'] !== undefined) return err('cnf_refused');\n")],
  },
];
