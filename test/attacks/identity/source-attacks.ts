/** Where a caller says it comes from: forwarding headers of whoever likes to send one. */
import { inGroup, stranger } from './attack.ts';
import type { Attack, Row } from './attack.ts';
import { request } from './sending.ts';
import type { Line } from './sending.ts';
import type { Scene } from './scene.ts';

const SPOOFED = '203.0.113.9';
const spoof = (
  name: string,
  tried: string,
  lines: (scene: Scene) => readonly Line[],
  more: Partial<Row> = {},
): Row => ({
  ...request(name, tried, 'missing', (_, scene) => ({ forwarded: false, more: lines(scene) })),
  ...more,
});

export const SOURCE_ATTACKS: readonly Attack[] = inGroup('where a caller says it comes from', [
  spoof(
    'forwarded-for-from-anybody',
    '`X-Forwarded-For` from a peer that is no trusted proxy',
    () => [['X-Forwarded-For', SPOOFED]],
    {
      scene: { trustsProxy: false },
      source: '127.0.0.1',
    },
  ),
  spoof(
    'forwarded-from-anybody',
    '`Forwarded`, `X-Real-IP`, `True-Client-IP`, `CF-Connecting-IP` from anybody',
    () =>
      ['X-Real-IP', 'True-Client-IP', 'CF-Connecting-IP', 'X-Client-IP']
        .map((name): Line => [name, SPOOFED])
        .concat([['Forwarded', `for=${SPOOFED}`]]),
    { scene: { trustsProxy: false }, source: '127.0.0.1' },
  ),
  spoof(
    'worker-header-from-anybody',
    '`X-Gatebook-Peer`, by which workers tell one another the address',
    () => [['X-Gatebook-Peer', SPOOFED]],
    { scene: { trustsProxy: false }, source: '127.0.0.1' },
  ),
  spoof('forwarded-through-proxy', 'the same through a trusted proxy, which says only `X-Forwarded-For`', (scene) =>
    ['X-Real-IP', 'True-Client-IP', 'CF-Connecting-IP', 'X-Client-IP']
      .map((name): Line => [name, SPOOFED])
      .concat([
        ['Forwarded', `for=${SPOOFED}`],
        ['X-Forwarded-For', scene.source],
      ]),
  ),
  spoof('forwarded-for-left', 'an address of one’s choice left of the proxy’s word', (scene) => [
    ['X-Forwarded-For', `${SPOOFED}, ${scene.source}`],
  ]),
  spoof('forwarded-for-first-line', 'the same in a header line of its own', (scene) => [
    ['X-Forwarded-For', SPOOFED],
    ['X-Forwarded-For', scene.source],
  ]),
  spoof('forwarded-for-second-proxy', 'the same behind two trusted proxies', (scene) => [
    ['X-Forwarded-For', `${SPOOFED}, ${scene.source}, 10.1.2.3`],
  ]),
  spoof('forwarded-for-inside-range', 'an address of the proxies’ own range left of the proxy’s word', (scene) => [
    ['X-Forwarded-For', `10.9.9.9, ${scene.source}`],
  ]),
  spoof('forwarded-for-garbage', 'words that are no address', () => [['X-Forwarded-For', `${SPOOFED}, unknown`]], {
    scene: {},
    source: '127.0.0.1',
  }),
  spoof(
    'forwarded-for-zone',
    'an address with a zone, which a list of addresses cannot look up',
    () => [['X-Forwarded-For', `${SPOOFED}, fe80::1%lo`]],
    { scene: {}, source: 'fe80:0:0:0::/64' },
  ),
  spoof('forwarded-for-mapped', 'an IPv4 address in its IPv6 spelling: another source to count', (scene) => {
    const [a = 0, b = 0, c = 0, d = 0] = scene.source.split('.').map(Number);
    return [['X-Forwarded-For', `0:0:0:0:0:FFFF:${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`]];
  }),
  {
    name: 'refusals-flood',
    tried: '60 tokens that are none, one after the other, to fill the book',
    wire: { status: 401, error: 'invalid_token', code: 'unauthenticated' },
    record: stranger('malformed_token', 'unauthenticated', 60),
    async launch(scene) {
      for (let index = 1; index < 60; index += 1) await scene.show(`no-token-but-long-enough-${index}`);
      return scene.show('no-token-but-long-enough-60');
    },
  },
]);
