/** The guards of the Authorization header, of framing, of the place of a token and of where a caller comes from. */
import type { Guard, Patch } from './guards.ts';

const BEARER = 'src/identity/bearer.ts';
const SOURCE = 'src/gateway/source.ts';
const SERVER = 'src/gateway/server.ts';
const RECEIVE = 'src/gateway/steps/receive.ts';
const SERVE = 'src/gateway/serve-call.ts';
const IDENTIFY = 'src/gateway/steps/identify.ts';

const without = (file: string, find: string, replace = ''): Patch => ({ file, find, replace });
const noTokenIsAToken = without(BEARER, "return err('missing');", "return ok('');");
const oneHeader = without(BEARER, "    if (authorization !== undefined) return err('duplicate_authorization');\n");
/** Whatever looks like a token in the header. */
const anyForm: readonly Patch[] = [
  without(BEARER, "  if (scheme.toLowerCase() !== 'bearer') return err('not_bearer');\n"),
  without(
    BEARER,
    'const token = authorization.slice(SCHEME_LENGTH);',
    "const token = /eyJ[\\w-]+\\.[\\w-]+\\.[\\w-]+/.exec(authorization)?.[0] ?? '';",
  ),
];
/** A token in the place that this expression names, of the request `request`. */
const tokenFrom = (expression: string): Patch =>
  without(
    IDENTIFY,
    'const bearer = readBearer(call.http.request.rawHeaders, gateway.limits);',
    `const { request } = call.http;\n  const found = /eyJ[\\w-]+\\.[\\w-]+\\.[\\w-]+/.exec(String(${expression}))?.[0];\n  const bearer = found === undefined ? readBearer(request.rawHeaders, gateway.limits) : ok(found);`,
  );

export const AUTHORIZATION_GUARDS: readonly Guard[] = [
  {
    guard: 'no token is not a token',
    attacks: [
      'authorization-missing',
      'http-1.0',
      'upgrade-request',
      'identity-headers',
      'body-token',
      'request-hidden-in-body',
      'authorization-in-trailer',
    ],
    patches: [noTokenIsAToken],
  },
  {
    guard: '`Bearer`, one space, one token and nothing else (both)',
    attacks: [
      'authorization-empty',
      'authorization-scheme-alone',
      'authorization-basic',
      'authorization-dpop-scheme',
      'authorization-no-space',
      'authorization-colon',
      'authorization-two-spaces',
      'authorization-tab',
      'authorization-no-break-space',
      'authorization-words-behind',
      'authorization-comma',
    ],
    patches: [
      ...anyForm,
      without(BEARER, "TOKEN68.test(token) ? ok(token) : err('malformed_authorization')", 'ok(token)'),
    ],
  },
  {
    guard: 'one Authorization header',
    attacks: [
      'authorization-duplicate',
      'authorization-duplicate-same',
      'authorization-duplicate-case',
      'authorization-duplicate-basic',
    ],
    patches: [oneHeader],
  },
  {
    guard: 'more headers than allowed are refused, not dropped (both)',
    attacks: ['authorization-behind-many-headers'],
    patches: [
      without(RECEIVE, 'call.http.request.rawHeaders.length > 2 * gateway.limits.headerCount', 'false'),
      without(SERVER, 'server.maxHeadersCount = 0;', 'server.maxHeadersCount = 100;'),
    ],
  },
  {
    guard: 'header names and scheme are read without case',
    attacks: ['authorization-odd-case'],
    patches: [
      without(BEARER, "rawHeaders[index]?.toLowerCase() !== 'authorization'", "rawHeaders[index] !== 'Authorization'"),
    ],
  },
];

export const FRAMING_GUARDS: readonly Guard[] = [
  {
    guard: 'node’s strict parser (`insecureHTTPParser: false`)',
    attacks: ['header-folded', 'header-bare-lf', 'header-nul', 'framing-length-and-chunked'],
    patches: [without(SERVER, 'insecureHTTPParser: false,', 'insecureHTTPParser: true,')],
  },
  {
    guard: 'node’s parser refuses it in any mode; only our answer can be removed',
    attacks: [
      'header-name-unicode',
      'header-space-before-colon',
      'header-bare-cr',
      'framing-two-lengths',
      'framing-odd-length',
      'framing-chunked-not-last',
      'http-2-preface',
    ],
    patches: [
      without(
        'src/gateway/client-sockets.ts',
        'if (!mayAnswer(socket, traffic.get(socket as Socket)?.latest)) {',
        'if (!mayAnswer(socket, traffic.get(socket as Socket)?.latest) || true) {',
      ),
    ],
  },
  {
    guard: 'one host, a version that is spoken here, no transfer coding but chunked',
    attacks: [
      'framing-odd-chunked',
      'framing-compressed-chunked',
      'framing-chunked-in-1.0',
      'host-twice',
      'http-0.9',
      'http-2-line',
    ],
    patches: [without(RECEIVE, '  if (framing !== undefined) {', "  if (framing === ('never' as typeof framing)) {")],
  },
];

export const PLACE_GUARDS: readonly Guard[] = [
  { guard: 'the query is not read', attacks: ['query-token'], patches: [tokenFrom('request.url')] },
  { guard: 'cookies are not read', attacks: ['cookie-token'], patches: [tokenFrom('request.headers.cookie')] },
  {
    guard: 'no other header is read',
    attacks: ['other-header-token'],
    patches: [tokenFrom("request.headers['proxy-authorization']")],
  },
  {
    guard: 'JSON only; and no token is not a token (both)',
    attacks: ['form-token'],
    patches: [without(RECEIVE, "types.length !== 1 || !isJson(types[0] ?? '')", 'types.length !== 1'), noTokenIsAToken],
  },
  {
    guard: 'paths are compared as sent',
    attacks: ['path-other-spelling', 'path-absolute-form'],
    patches: [
      without(
        SERVER,
        "string => (request.url ?? '/').split('?', 1)[0] ?? '/';",
        "string => decodeURIComponent(new URL(request.url ?? '/', 'http://gateway.test').pathname);",
      ),
    ],
  },
  {
    guard: 'the method is the one of the request line',
    attacks: ['method-override'],
    patches: [
      without(
        SERVE,
        "if (request.method === 'POST') return",
        "if (request.method === 'POST' || 'x-http-method-override' in request.headers) return",
      ),
    ],
  },
];

const FORWARDED_FOR = "headers.get('x-forwarded-for') ?? []";
const realIpFirst = without(SERVE, FORWARDED_FOR, "headers.get('x-real-ip') ?? headers.get('x-forwarded-for') ?? []");
const anyPeer = without(
  SOURCE,
  '  let source = plainAddress(peer);\n  if (!proxies.trusts(source)) return source;\n',
  '  let source = plainAddress(peer);\n',
);

export const SOURCE_GUARDS: readonly Guard[] = [
  { guard: 'only a trusted proxy’s word counts', attacks: ['forwarded-for-from-anybody'], patches: [anyPeer] },
  {
    guard: 'a worker’s word counts only on the workers’ own sockets',
    attacks: ['worker-header-from-anybody'],
    patches: [without('src/gateway/hop.ts', 'request instanceof HoppedMessage ?', 'PEER in request.headers ?')],
  },
  {
    guard: 'only a trusted proxy’s word counts, and only `X-Forwarded-For` (both)',
    attacks: ['forwarded-from-anybody'],
    patches: [anyPeer, realIpFirst],
  },
  { guard: 'only `X-Forwarded-For` counts', attacks: ['forwarded-through-proxy'], patches: [realIpFirst] },
  {
    guard: 'the list is read from the right, up to the first that is no trusted proxy',
    attacks: [
      'forwarded-for-left',
      'forwarded-for-first-line',
      'forwarded-for-second-proxy',
      'forwarded-for-inside-range',
      'forwarded-for-zone',
    ],
    patches: [
      without(
        SOURCE,
        '    source = plainAddress(hop);\n    if (!proxies.trusts(source)) return source;\n',
        '    source = plainAddress(hop);\n',
      ),
    ],
  },
  {
    guard: 'what is no address ends the list',
    attacks: ['forwarded-for-garbage'],
    patches: [without(SOURCE, 'if (isIP(hop) === 0) return source;', 'if (isIP(hop) === 0) continue;')],
  },
  {
    guard: 'one spelling for each address',
    attacks: ['forwarded-for-mapped'],
    patches: [without(SOURCE, 'if (prefix === MAPPED || prefix === TRANSLATED)', 'if (prefix === TRANSLATED)')],
  },
  {
    guard: 'refusals of one source are counted, not written one by one',
    attacks: ['refusals-flood'],
    patches: [
      without(
        'src/gateway/refusal-book.ts',
        'if (clock() - window.startedMs >= windowMs) close(',
        'if (windowMs > 0) close(',
      ),
    ],
  },
];
