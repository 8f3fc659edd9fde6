/** What stands between a stranger's host and the networks around the gateway, and between one client and another's document. */
import type { Guard, Patch } from '../identity/guards.ts';
import { without } from '../transport/guard-patches.ts';

const FETCH = 'src/signin/registration/pinned-fetch.ts';
const ADDRESS = 'src/signin/registration/public-address.ts';
const URLS = 'src/signin/registration/document-url.ts';
const CLIENTS = 'src/signin/registration/document-clients.ts';
const METADATA = 'src/oauth/client-metadata.ts';

const noRange = (range: string): Patch => without(ADDRESS, `  '${range}',`, '');

const ADDRESS_GUARDS: readonly Guard[] = [
  {
    guard: 'every address of a host is checked',
    attacks: [
      'cimd-loopback',
      'cimd-loopback-v6',
      'cimd-private',
      'cimd-machine-credentials',
      'cimd-carrier',
      'cimd-unspecified',
      'cimd-multicast',
      'cimd-unique-local',
      'cimd-mapped',
      'cimd-mapped-hex',
      'cimd-nat64',
      'cimd-6to4',
      'cimd-one-of-two',
    ],
    patches: [
      without(FETCH, 'addresses.every(mayAsk) ? ok(addresses)', 'addresses.length > 0 || mayAsk("") ? ok(addresses)'),
    ],
  },
  {
    guard: 'one address that may not be asked spoils all',
    attacks: ['cimd-one-of-two'],
    patches: [without(FETCH, 'addresses.every(mayAsk) ? ok(addresses)', 'addresses.some(mayAsk) ? ok(addresses)')],
  },
  { guard: 'loopback is not public', attacks: ['cimd-loopback'], patches: [noRange('127.0.0.0/8')] },
  { guard: 'private networks are not public', attacks: ['cimd-private'], patches: [noRange('10.0.0.0/8')] },
  {
    guard: 'multicast is not public',
    attacks: ['cimd-multicast'],
    patches: [without(ADDRESS, "  '224.0.0.0/4', // multicast\n")],
  },
  {
    guard: 'of IPv6 only global unicast is public',
    attacks: ['cimd-loopback-v6', 'cimd-unique-local', 'cimd-nat64'],
    patches: [
      without(
        ADDRESS,
        '(family === 4 || unicast6.has(address))',
        '(family === 4 || unicast6.has(address) || family === 6)',
      ),
    ],
  },
  {
    guard: 'what carries IPv4 inside is not public',
    attacks: ['cimd-6to4'],
    patches: [without(ADDRESS, "  '2002::/16', // 6to4: IPv4 inside\n")],
  },
  {
    guard: 'the connection goes to the address that was checked',
    attacks: ['cimd-rebinding'],
    patches: [
      without(
        FETCH,
        '      lookup: pinnedLookup(addresses.value),\n',
        '      lookup: (host, options, callback) =>\n        void parts.resolve(host).then((now) => pinnedLookup(now)(host, options, callback)),\n',
      ),
    ],
  },
];

const URL_GUARDS: readonly Guard[] = [
  {
    guard: 'a document is at a name',
    attacks: ['cimd-literal', 'cimd-localhost'],
    patches: [
      without(
        URLS,
        "  if (isIP(url.hostname) !== 0 || !HOST.test(url.hostname)) return err('host');\n",
        '  void isIP;\n  void HOST;\n',
      ),
      without(
        URLS,
        "  if (!rules.allowsLocalNames && LOCAL.test(url.hostname)) return err('host');\n",
        '  void LOCAL;\n',
      ),
    ],
  },
  {
    guard: 'by https, in one spelling',
    attacks: ['cimd-literal-decimal', 'cimd-dot-segments', 'cimd-capitals'],
    patches: [without(URLS, "  if (url.href !== clientId) return err('spelling');\n")],
  },
  {
    guard: 'by https',
    attacks: ['cimd-http'],
    patches: [without(URLS, "url === null || url.protocol !== 'https:'", 'url === null')],
  },
  {
    guard: 'at a port the operator opened',
    attacks: ['cimd-port'],
    patches: [without(URLS, "return err('port');", "void 'port';")],
  },
  {
    guard: 'without a user name',
    attacks: ['cimd-userinfo'],
    patches: [without(URLS, "    return err('userinfo');\n", "    void 'userinfo';\n")],
  },
];

const ANSWER_GUARDS: readonly Guard[] = [
  {
    guard: 'no redirect is an answer',
    attacks: ['cimd-redirect'],
    patches: [without(FETCH, "  if (statusCode >= 300 && statusCode < 400) return err('redirected');\n")],
  },
  {
    guard: 'a document is read to its bound',
    attacks: ['cimd-huge'],
    patches: [
      without(FETCH, "  if (Number(headers['content-length'] ?? 0) > bytesMax) return err('too_large');\n"),
      without(FETCH, "    if (bytes > bytesMax) return err('too_large');\n"),
      without(METADATA, '  if (bytes.byteLength > LIMITS.clientMetadataBytes)\n', '  if (bytes.byteLength < 0)\n'),
    ],
  },
  {
    guard: 'nothing that has to be unpacked',
    attacks: ['cimd-bomb'],
    patches: [without(FETCH, "return err('content_coding');", "void 'content_coding';")],
  },
  {
    guard: 'the whole has its time',
    attacks: ['cimd-slow'],
    patches: [without(FETCH, 'AbortSignal.timeout(parts.limits.clientDocumentMs)', 'AbortSignal.timeout(20_000)')],
  },
  {
    guard: 'only what is served as JSON',
    attacks: ['cimd-page'],
    patches: [
      without(
        FETCH,
        "  if (typeof type !== 'string' || !CONTENT_TYPE.test(type)) return err('content_type');\n",
        '  void type;\n  void CONTENT_TYPE;\n',
      ),
    ],
  },
  {
    guard: 'a document is its own address’s',
    attacks: ['cimd-speaks-for-another'],
    patches: [without(CLIENTS, "members.value['client_id'] !== id", "members.value['client_id'] === undefined")],
  },
  {
    guard: 'a document holds no secret',
    attacks: ['cimd-shared-secret'],
    patches: [
      without(
        METADATA,
        "    return fault('secret_in_document', 'a document has no client_secret');\n",
        "    void 'secret_in_document';\n",
      ),
    ],
  },
  {
    guard: 'what a document says is judged as what a client registers',
    attacks: ['cimd-javascript', 'cimd-as-gatebook'],
    patches: [
      without(
        'src/oauth/redirect-uri.ts',
        "  if (!PRIVATE_SCHEME.test(scheme) || !(scheme.includes('.') || DOTLESS_SCHEMES.has(scheme))) return err('scheme');\n",
        '  void PRIVATE_SCHEME;\n  void DOTLESS_SCHEMES;\n',
      ),
      without(
        'src/oauth/client-name.ts',
        "  if (skeleton.includes(OWN)) return err('looks_like_gatebook');\n",
        '  void OWN;\n',
      ),
    ],
  },
];

const RATE_GUARDS: readonly Guard[] = [
  {
    guard: 'so many documents a minute',
    attacks: ['cimd-flood'],
    patches: [without(CLIENTS, 'parts.rate.take(source, monotonic()) > 0', 'parts.rate.take(source, monotonic()) < 0')],
  },
  {
    guard: 'what was refused is remembered, and fetches are counted',
    attacks: ['cimd-again-and-again'],
    patches: [
      without(CLIENTS, 'known.untilMs > monotonic()', 'known.untilMs < 0'),
      without(CLIENTS, 'parts.rate.take(source, monotonic()) > 0', 'parts.rate.take(source, monotonic()) < 0'),
    ],
  },
];

export const DOCUMENT_GUARDS: readonly Guard[] = [...ADDRESS_GUARDS, ...URL_GUARDS, ...ANSWER_GUARDS, ...RATE_GUARDS];
