/** The guards of keys over time: how often an issuer is asked, what is taken from it, and the copy on disk. */
import type { Guard, Patch } from './guards.ts';

const KEYS = 'src/identity/issuer-keys.ts';
const IDENTITY = 'src/identity/identity.ts';
const FETCH = 'src/identity/issuer-fetch.ts';
const JWKS = 'src/identity/jwks.ts';
const CACHE = 'src/identity/key-cache.ts';
const FILES = 'src/identity/key-cache-files.ts';

const without = (file: string, find: string, replace = ''): Patch => ({ file, find, replace });
const noCooldown = without(
  KEYS,
  'return sinceMs >= 0 && sinceMs < limits.issuerRefetchCooldownMs;',
  'return sinceMs < 0;',
);
const neverStale = without(KEYS, ' && clock.nowMs() - fetchedAtMs <= limits.issuerKeysStaleMs;', ';');
const dropOnFault = without(
  KEYS,
  '      lastFault = fetched.error;\n',
  '      lastFault = fetched.error;\n      current = undefined;\n',
);
const anyGeneration = without(
  IDENTITY,
  'issuer === undefined || issuer.keys.generation() !== entry.generation',
  'issuer === undefined',
);
const ours = without(
  FILES,
  'return (mode & GROUP_OR_OTHERS_WRITE) === 0 && (uid === process.getuid?.() || uid === 0);',
  'return mode > 0 && uid >= 0;',
);
const anySeal = without(
  FILES,
  'timingSafeEqual(seal, expected) ? text : null;',
  'timingSafeEqual(seal, seal) ? text : text;',
);
const ANY_AGE =
  'if (fetchedAtMs > nowMs + limits.tokenClockSkewMs || nowMs - fetchedAtMs > limits.issuerKeysStaleMs) return undefined;';

export const KEY_LIFE_GUARDS: readonly Guard[] = [
  {
    guard: 'an issuer is asked once per cooldown, by one at a time (both)',
    attacks: ['key-flood'],
    patches: [noCooldown, without(KEYS, 'underWay ??= attempt()', 'underWay = attempt()')],
  },
  {
    guard: 'an issuer is asked once per cooldown',
    attacks: ['key-flood-within-cooldown', 'key-new-within-cooldown'],
    patches: [noCooldown],
  },
  {
    guard: 'so many may wait for an issuer and no more',
    attacks: ['key-flood-while-issuer-hangs'],
    patches: [
      without(
        KEYS,
        'underWay !== undefined && waiting >= limits.issuerKeyWaiters',
        'underWay !== undefined && waiting < 0',
      ),
    ],
  },
  {
    guard: 'an unknown `kid` asks the issuer',
    attacks: ['key-new'],
    patches: [
      without(
        IDENTITY,
        'if (!issuer.keys.mayRefetch()) return err(',
        'if (!issuer.keys.mayRefetch() || true) return err(',
      ),
    ],
  },
  {
    guard: 'a cached token falls with the set of keys it was verified with',
    attacks: ['key-removed', 'key-replaced-under-kid'],
    patches: [anyGeneration],
  },
  {
    guard: 'the issuer is asked at the start, also when there is a copy',
    attacks: ['key-removed-while-away'],
    patches: [
      without(
        KEYS,
        '      await refresh();\n    },\n    find',
        '      if (cached === undefined) await refresh();\n    },\n    find',
      ),
    ],
  },
  { guard: 'keys count for a day without news', attacks: ['key-stale'], patches: [neverStale] },
  {
    guard: 'keys outlive a failure of the issuer',
    attacks: ['key-outage', 'jwks-garbage'],
    patches: [dropOnFault],
  },
];

export const ISSUER_GUARDS: readonly Guard[] = [
  {
    guard: 'no redirect is followed',
    attacks: ['jwks-redirect'],
    patches: [without(FETCH, "      redirect: 'manual',\n", "      redirect: 'follow' as never,\n")],
  },
  {
    guard: 'a largest document',
    attacks: ['jwks-10mb'],
    patches: [without(FETCH, "    if (bytes > bytesMax) return err({ reason: 'too_large' });\n")],
  },
  {
    guard: 'a largest number of keys',
    attacks: ['jwks-too-many-keys'],
    patches: [without(JWKS, "  if (listed.length > limits.issuerKeys) return err('too_many_keys');\n")],
  },
  {
    guard: 'a set that contradicts itself is refused as a whole',
    attacks: ['jwks-duplicate-kid'],
    patches: [without(JWKS, "    if (keys.has(kid)) return err('duplicate_kid');\n")],
  },
  {
    guard: 'metadata must name the configured issuer',
    attacks: ['metadata-of-another-issuer'],
    patches: [
      without(
        KEYS,
        "    if (metadata['issuer'] !== settings.issuer) return err({ reason: 'metadata_issuer_differs' });\n",
      ),
    ],
  },
  {
    guard: 'keys come over https, or from loopback in its plain spelling (checked twice, both removed)',
    attacks: ['metadata-jwks-uri-mapped', 'metadata-jwks-uri-with-password'],
    patches: [
      without(
        KEYS,
        "typeof jwksUri !== 'string' || !isTrustworthyJwksUri(jwksUri, settings.issuer)",
        "typeof jwksUri !== 'string'",
      ),
      without(FETCH, "  if (!isTrustworthyUrl(url)) return err({ reason: 'url_refused' });\n"),
    ],
  },
  {
    guard: 'an issuer has so long and no longer',
    attacks: ['jwks-slow', 'jwks-trickle'],
    patches: [without(KEYS, '      deadline.abort(TIMED_OUT);\n')],
  },
];

export const CACHE_GUARDS: readonly Guard[] = [
  {
    guard: 'the copy is read at the start',
    attacks: ['cache-carries-over-outage'],
    patches: [without(KEYS, '      if (cached !== undefined) adopt(cached.keySet, cached.fetchedAtMs);\n')],
  },
  { guard: 'the copy is sealed with the gateway’s key', attacks: ['cache-poisoned'], patches: [anySeal] },
  {
    guard: 'the copy is sealed for its issuer, and names it (both)',
    attacks: ['cache-of-another-issuer'],
    patches: [
      anySeal,
      without(
        CACHE,
        "  if (stored['issuer'] !== expected.issuer || stored['jwksUri'] !== expected.jwksUri) return undefined;\n",
      ),
    ],
  },
  {
    guard: 'neither copy nor directory is writable for others',
    attacks: ['cache-loosened', 'cache-directory-loosened'],
    patches: [ours],
  },
  {
    guard: 'no symbolic link is followed',
    attacks: ['cache-symlink'],
    patches: [without(FILES, ' | constants.O_NOFOLLOW', '')],
  },
  {
    guard: 'keys count for a day without news (looked at twice, both removed)',
    attacks: ['cache-stale'],
    patches: [neverStale, without(CACHE, ANY_AGE)],
  },
  {
    guard: 'a copy from the future has no known age',
    attacks: ['cache-from-the-future'],
    patches: [without(CACHE, ANY_AGE)],
  },
];
