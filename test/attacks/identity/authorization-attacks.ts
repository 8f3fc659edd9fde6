/** The Authorization header, and tokens anywhere else (RFC 6750 section 2). */
import { inGroup, INVALID_REQUEST, PASSES, stranger } from './attack.ts';
import type { Attack, Row } from './attack.ts';
import { authorization, request, sent, withLines } from './sending.ts';
import type { Line } from './sending.ts';

const ADA = { issuer: 'idp', subject: 'ada', kind: 'person' } as const;

export const AUTHORIZATION_ATTACKS: readonly Attack[] = inGroup('the Authorization header', [
  request('authorization-missing', 'no header', 'missing', () => ({})),
  authorization('authorization-empty', 'an empty header', 'not_bearer', () => ''),
  authorization(
    'authorization-scheme-alone',
    '`Bearer` and nothing',
    'malformed_authorization',
    () => 'Bearer',
    INVALID_REQUEST,
  ),
  authorization(
    'authorization-basic',
    'the token as the password of Basic',
    'not_bearer',
    (good) => `Basic ${Buffer.from(`ada:${good}`).toString('base64')}`,
  ),
  authorization('authorization-dpop-scheme', 'the scheme `DPoP`', 'not_bearer', (good) => `DPoP ${good}`),
  authorization('authorization-no-space', 'no space behind `Bearer`', 'not_bearer', (good) => `Bearer${good}`),
  authorization('authorization-colon', '`Bearer:` with a colon', 'not_bearer', (good) => `Bearer: ${good}`),
  authorization(
    'authorization-two-spaces',
    'two spaces',
    'malformed_authorization',
    (good) => `Bearer  ${good}`,
    INVALID_REQUEST,
  ),
  authorization('authorization-tab', 'a tab instead of the space', 'not_bearer', (good) => `Bearer\t${good}`),
  authorization(
    'authorization-no-break-space',
    'a no-break space instead of the space',
    'not_bearer',
    (good) => `Bearer\u00a0${good}`,
  ),
  authorization(
    'authorization-words-behind',
    'parameters behind the token',
    'malformed_authorization',
    (good) => `Bearer ${good} realm="x"`,
    INVALID_REQUEST,
  ),
  authorization(
    'authorization-comma',
    'two tokens with a comma, as proxies join two headers',
    'malformed_authorization',
    (good) => `Bearer ${good}, Bearer ${good}`,
    INVALID_REQUEST,
  ),
  withLines(
    'authorization-duplicate',
    'two headers, the second with a good token',
    'duplicate_authorization',
    (good) => [
      ['Authorization', 'Bearer other'],
      ['Authorization', `Bearer ${good}`],
    ],
    INVALID_REQUEST,
  ),
  withLines(
    'authorization-duplicate-same',
    'the same header twice',
    'duplicate_authorization',
    (good) => [
      ['Authorization', `Bearer ${good}`],
      ['Authorization', `Bearer ${good}`],
    ],
    INVALID_REQUEST,
  ),
  withLines(
    'authorization-duplicate-case',
    'two headers, one in capitals',
    'duplicate_authorization',
    (good) => [
      ['authorization', `Bearer ${good}`],
      ['AUTHORIZATION', `Bearer ${good}`],
    ],
    INVALID_REQUEST,
  ),
  withLines(
    'authorization-duplicate-basic',
    'Basic for the proxy in front, Bearer for us',
    'duplicate_authorization',
    (good) => [
      ['Authorization', 'Basic YTpi'],
      ['Authorization', `Bearer ${good}`],
    ],
    INVALID_REQUEST,
  ),
  sent(
    'authorization-behind-many-headers',
    'a second header behind more lines than node keeps by default',
    { status: 413, code: 'too_large' },
    stranger('header_count', 'too_large'),
    (good, scene) => [
      scene.request({
        token: good,
        more: [
          ...Array.from({ length: 2_000 }, (_, index): Line => [`x-${index}`, '1']),
          ['Authorization', `Bearer ${good}`],
        ],
      }),
    ],
  ),
  {
    ...sent(
      'authorization-odd-case',
      'header and scheme in odd case, spaces around: one reading only',
      PASSES,
      { kind: 'intent', who: ADA },
      (good, scene) => [scene.request({ more: [['aUtHoRiZaTiOn', `  bEaReR ${good}  `]] })],
    ),
  },
]);

const elsewhere = (name: string, tried: string, lines: (good: string) => readonly Line[]): Row =>
  withLines(name, tried, 'missing', lines);

export const PLACE_ATTACKS: readonly Attack[] = inGroup('a token in another place', [
  request('query-token', 'a good token in `?access_token=`', 'missing', (good) => ({ query: `?access_token=${good}` })),
  sent(
    'form-token',
    'a good token in a form body',
    { status: 415, code: 'content_type' },
    stranger('not_json', 'content_type'),
    (good, scene) => {
      const body = `access_token=${good}`;
      return [
        scene.request({
          body,
          lines: [
            ['Content-Type', 'application/x-www-form-urlencoded'],
            ['Content-Length', String(body.length)],
          ],
        }),
      ];
    },
  ),
  request('body-token', 'a good token in the JSON body', 'missing', (good) => ({
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/list',
      access_token: good,
      params: { _meta: { authorization: `Bearer ${good}` } },
    }),
  })),
  elsewhere('cookie-token', 'a good token in cookies', (good) => [
    ['Cookie', `access_token=${good}; Authorization=Bearer ${good}`],
  ]),
  elsewhere('other-header-token', 'a good token in headers that proxies use', (good) =>
    [
      'Proxy-Authorization',
      'X-Authorization',
      'X-Forwarded-Access-Token',
      'X-Original-Authorization',
      'Sec-WebSocket-Protocol',
      'X-Amzn-Oidc-Data',
    ].map((name) => [name, `Bearer ${good}`]),
  ),
  elsewhere('identity-headers', 'headers by which proxies say who it is', () =>
    [
      'X-Forwarded-User',
      'X-Remote-User',
      'Remote-User',
      'X-Auth-Request-User',
      'X-Forwarded-Groups',
      'X-MS-Client-Principal-Name',
      'X-Forwarded-Client-Cert',
    ].map((name) => [name, 'ada']),
  ),
  sent(
    'path-other-spelling',
    'the path of the connection, percent-encoded',
    { status: 404 },
    { kind: 'none', why: 'there is no such path' },
    (good, scene) => [scene.request({ token: good, connection: '%6eotes' })],
  ),
  sent(
    'path-absolute-form',
    'the request line with a whole URL',
    { status: 404 },
    { kind: 'none', why: 'there is no such path' },
    (good, scene) => [scene.request({ token: good }).replace('POST /mcp', 'POST http://gateway.test/mcp')],
  ),
  sent(
    'method-override',
    'PUT that asks to be taken as POST',
    { status: 405, code: 'method_not_allowed' },
    stranger('method', 'method_not_allowed'),
    (good, scene) => [scene.request({ token: good, method: 'PUT', more: [['X-HTTP-Method-Override', 'POST']] })],
  ),
  request('upgrade-request', 'an upgrade to WebSocket without a token', 'missing', () => ({
    more: [
      ['Upgrade', 'websocket'],
      ['Connection', 'Upgrade'],
      ['Sec-WebSocket-Key', 'AAAAAAAAAAAAAAAAAAAAAA=='],
    ],
  })),
]);
