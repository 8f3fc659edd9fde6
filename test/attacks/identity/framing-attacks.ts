/** Requests whose end, host or header a proxy in front might read differently (RFC 9112). */
import { toolCall } from '../../e2e/harness.ts';
import { inGroup, NO_CALL, NO_TOKEN, NOT_HTTP, stranger } from './attack.ts';
import type { Attack, Row } from './attack.ts';
import { request, sent } from './sending.ts';
import type { Scene } from './scene.ts';

const noHttp = (name: string, tried: string, head: (good: string, scene: Scene) => string): Row =>
  sent(name, tried, NOT_HTTP, NO_CALL, (good, scene) => [head(good, scene)]);
const twoReadings = (name: string, tried: string, reason: string, text: (good: string, scene: Scene) => string): Row =>
  sent(name, tried, { status: 400, code: 'invalid_request' }, stranger(reason, 'invalid_request'), (good, scene) => [
    text(good, scene),
  ]);
const CALL = JSON.stringify(toolCall('get_note'));
const chunked = (scene: Scene, good: string, coding: string, version = '1.1'): string =>
  scene.request({
    version,
    lines: [
      ['Authorization', `Bearer ${good}`],
      ['Content-Type', 'application/json'],
      ['Transfer-Encoding', coding],
    ],
    body: `${CALL.length.toString(16)}\r\n${CALL}\r\n0\r\n\r\n`,
  });
/** The usual request with this text in the place of the Authorization line. */
const inPlace = (scene: Scene, text: string): string =>
  scene.request({ more: [['X-Here', '']] }).replace('X-Here: \r\n', text);

export const FRAMING_ATTACKS: readonly Attack[] = inGroup('requests that can be read in two ways', [
  noHttp('header-space-before-colon', 'a space before the colon', (good, scene) =>
    inPlace(scene, `Authorization : Bearer ${good}\r\n`),
  ),
  noHttp('header-folded', 'the token on a line of its own (obs-fold)', (good, scene) =>
    inPlace(scene, `Authorization: Bearer\r\n ${good}\r\n`),
  ),
  noHttp('header-bare-lf', 'a line that ends without CR, and the header behind it', (good, scene) =>
    inPlace(scene, `X-A: b\nAuthorization: Bearer ${good}\r\n`),
  ),
  noHttp('header-bare-cr', 'a CR in a value, and the header behind it', (good, scene) =>
    inPlace(scene, `X-A: b\rAuthorization: Bearer ${good}\r\n`),
  ),
  noHttp('header-nul', 'a NUL in the header', (good, scene) =>
    inPlace(scene, `Authorization: Bearer ${good}\u0000\r\n`),
  ),
  noHttp('header-name-unicode', '`Authorizat\u0131on` with a dotless i', (good, scene) =>
    inPlace(scene, `Authorizat\u0131on: Bearer ${good}\r\n`),
  ),
  noHttp('framing-length-and-chunked', '`Content-Length` and `Transfer-Encoding` at once', (good, scene) =>
    scene.request({ token: good, more: [['Transfer-Encoding', 'chunked']] }),
  ),
  noHttp('framing-two-lengths', 'two `Content-Length` that differ', (good, scene) =>
    scene.request({ token: good, more: [['Content-Length', '1']] }),
  ),
  noHttp('framing-odd-length', '`Content-Length: +1`', (good, scene) =>
    scene.request({
      lines: [
        ['Authorization', `Bearer ${good}`],
        ['Content-Type', 'application/json'],
        ['Content-Length', '+1'],
      ],
    }),
  ),
  sent(
    'framing-odd-chunked',
    '`Transfer-Encoding: xchunked`',
    NOT_HTTP,
    stranger('transfer_encoding', 'invalid_request'),
    (good, scene) => [
      scene.request({
        lines: [
          ['Authorization', `Bearer ${good}`],
          ['Content-Type', 'application/json'],
          ['Transfer-Encoding', 'xchunked'],
        ],
      }),
    ],
  ),
  twoReadings('framing-compressed-chunked', '`Transfer-Encoding: gzip, chunked`', 'transfer_encoding', (good, scene) =>
    chunked(scene, good, 'gzip, chunked'),
  ),
  twoReadings(
    'framing-chunked-in-1.0',
    '`Transfer-Encoding: chunked` in HTTP/1.0, which has no chunks',
    'transfer_encoding',
    (good, scene) => chunked(scene, good, 'chunked', '1.0'),
  ),
  twoReadings('host-twice', 'two `Host` headers', 'host', (good, scene) =>
    scene.request({ token: good, more: [['Host', 'elsewhere.test']] }),
  ),
  twoReadings('http-0.9', 'a request line without a version (HTTP/0.9)', 'http_version', (good, scene) =>
    scene.request({ token: good }).replace(' HTTP/1.1', ''),
  ),
  twoReadings('http-2-line', '`HTTP/2.0` in the request line of HTTP/1', 'http_version', (good, scene) =>
    scene.request({ token: good, version: '2.0' }),
  ),
  noHttp('framing-chunked-not-last', '`Transfer-Encoding: chunked, identity`', (good, scene) =>
    scene.request({
      lines: [
        ['Authorization', `Bearer ${good}`],
        ['Content-Type', 'application/json'],
        ['Transfer-Encoding', 'chunked, identity'],
      ],
    }),
  ),
  noHttp('http-2-preface', 'HTTP/2 without asking', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  sent(
    'request-hidden-in-body',
    'a whole good request as the body of a refused one',
    NO_TOKEN,
    stranger('missing'),
    (good, scene) => {
      const hidden = scene.request({ token: good });
      const keepOpen = scene.request({ body: hidden }).replace('Connection: close', 'Connection: keep-alive');
      return [keepOpen];
    },
  ),
  sent(
    'authorization-in-trailer',
    'the header in the trailer of a chunked body',
    NO_TOKEN,
    stranger('missing'),
    (good, scene) => [
      scene.request({
        lines: [
          ['Content-Type', 'application/json'],
          ['Transfer-Encoding', 'chunked'],
          ['Trailer', 'Authorization'],
        ],
        body: `2\r\n{}\r\n0\r\nAuthorization: Bearer ${good}\r\n\r\n`,
      }),
    ],
  ),
  request('http-1.0', 'HTTP/1.0 without a token', 'missing', () => ({ version: '1.0' })),
]);
