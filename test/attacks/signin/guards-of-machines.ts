/** What stands between a key or an assertion and what it is not for. */
import type { Guard } from '../identity/guards.ts';
import { without } from '../transport/guard-patches.ts';

const KEYS = 'src/accounts/api-keys.ts';
const REACH = 'src/policy/reach.ts';
const ASSERTION = 'src/signin/client-assertion.ts';

export const MACHINE_GUARDS: readonly Guard[] = [
  {
    guard: 'a token is read from the Authorization header alone',
    attacks: ['key-in-query'],
    patches: [
      without(
        'src/gateway/steps/identify.ts',
        'const bearer = readBearer(call.http.request.rawHeaders, gateway.limits);',
        "const asked = new URL(call.http.request.url ?? '', 'http://x').searchParams.get('access_token') ?? '';\n  const bearer = readBearer(['authorization', `Bearer ${asked}`], gateway.limits);",
      ),
    ],
  },
  {
    guard: 'what is for every connection is not for the API',
    attacks: ['key-at-api'],
    patches: [
      without(
        'src/identity/identity.ts',
        'all.some((one) => (one === ANY_CONNECTION ? takesAny : resources.includes(one)))',
        'takesAny || all.some((one) => one === ANY_CONNECTION || resources.includes(one))',
      ),
    ],
  },
  {
    guard: 'a key reaches the connections it was made for',
    attacks: ['key-other-connection'],
    patches: [without(REACH, "  if (!includes(key.connections, connection)) return 'key_connection';\n")],
  },
  {
    guard: 'a key is used from its networks',
    attacks: ['key-network-forged'],
    patches: [
      without(
        'src/gateway/steps/identify.ts',
        'if (networks !== undefined && !isWithin(call.source, networks)) return err(elsewhere(caller));',
        'void isWithin;\n  void elsewhere;\n  void networks;\n  void caller;',
      ),
    ],
  },
  {
    guard: 'a forwarding header counts from a trusted proxy only',
    attacks: ['key-network-forged'],
    patches: [
      without('src/gateway/source.ts', '  if (!proxies.trusts(source)) return source;\n  const hops', '  const hops'),
    ],
  },
  {
    guard: 'the form of a key is checked before it is looked up',
    attacks: ['key-misspelt'],
    patches: [without(KEYS, "      if (!hasApiKeyForm(token)) return 'malformed_token';\n")],
  },
  {
    guard: 'a key is one that was given',
    attacks: ['key-guessed'],
    patches: [
      without(
        KEYS,
        'const key = store.find(digests.digest(tokenDigest));',
        'const key = store.find(digests.digest(tokenDigest)) ?? store.all()[0];',
      ),
    ],
  },
  {
    guard: 'a key ends with its account',
    attacks: ['key-account-ended'],
    patches: [
      without(
        'src/accounts/service-account.ts',
        'account === undefined || accountEndMs(account) <= nowMs ? undefined : account',
        'account === undefined || accountEndMs(account) <= nowMs - 1e13 ? undefined : { ...account, until: undefined }',
      ),
    ],
  },
  {
    guard: 'what was read of a key counts while nothing in the store has changed',
    attacks: ['key-revoked-elsewhere'],
    patches: [without(KEYS, 'if (now !== version || issuer', 'if (issuer')],
  },
  {
    guard: 'the level of a key has to allow as well',
    attacks: ['key-level-widened'],
    patches: [
      without(
        'src/policy/policy.ts',
        "  if (granted.isAboveKey(use)) return { permitted: false, reason: 'above_key_level', level: undefined, trace: [] };\n",
      ),
    ],
  },
  {
    guard: 'a session is gone on with by a key of the same level',
    attacks: ['key-session-of-wider'],
    patches: [without('src/gateway/sessions.ts', '      if (held.level !== owner.level) return undefined;\n')],
  },
  {
    guard: 'an account has two live keys at most',
    attacks: ['key-third'],
    patches: [
      without(
        'src/store/api-key-table.ts',
        "  if (numberOf(live, 'count') >= limits.apiKeysPerAccount) return 'too_many';\n",
        '  void live;\n',
      ),
    ],
  },
  {
    guard: 'a key is for no more than its account',
    attacks: ['key-beyond-account'],
    patches: [
      without(
        'src/api/keys.ts',
        'if (!connections.every(isReachable))',
        'if (!connections.every(isReachable) && false)',
      ),
    ],
  },
  {
    guard: 'an assertion counts once, whoever is first',
    attacks: ['assertion-replayed'],
    patches: [
      without(
        'src/store/oauth-table.ts',
        "  if (model === 'ReplayDetection' && isFound(database, 'digest = ? AND consumed_ms IS NULL', digest)) return 'used';\n",
      ),
    ],
  },
  {
    guard: 'an assertion is for this server alone',
    attacks: ['assertion-for-others-too'],
    patches: [
      without(
        ASSERTION,
        "  if (Array.isArray(aud) && aud.length !== 1) return 'the assertion must be for this server alone';\n",
        '  void aud;\n',
      ),
    ],
  },
  {
    guard: 'an assertion ends soon',
    attacks: ['assertion-for-years'],
    patches: [without(ASSERTION, 'if (exp * 1_000 > latestMs)', 'if (exp * 1_000 > latestMs && false)')],
  },
];
