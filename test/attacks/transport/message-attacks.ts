/** Messages that two readers could take differently, and headers that say something else than the body. */
import { gzipSync } from 'node:zlib';
import { CREDENTIAL } from '../../e2e/harness.ts';
import { distrusted, inGroup, inspected, refused } from './attack.ts';
import type { Attack, Expected, Row } from './attack.ts';
import { call, modern, result, says } from './messages.ts';
import type { Asking } from './scene.ts';

const sent = (
  name: string,
  tried: string,
  expected: Expected,
  body: object | string | Buffer,
  asking: Asking = {},
): Row => ({
  name,
  tried,
  ...expected,
  launch: (scene) => scene.ask('eve', body, asking),
});
const answered = (name: string, tried: string, expected: Expected, body: string): Row => ({
  name,
  tried,
  ...expected,
  launch: (scene) => {
    scene.server.answering = says(body);
    return scene.ask('eve', call());
  },
});

const GOOD = JSON.stringify(call());
const BAD = JSON.stringify(call('drop_all'));

export const BATCH_ATTACKS: readonly Attack[] = inGroup('batches', [
  sent(
    'batch-hides-a-call',
    'a denied call behind an allowed one',
    refused(400, 'batch', 'a batch'),
    `[${GOOD},${BAD}]`,
  ),
  sent('batch-of-one', 'one denied call as a batch', refused(400, 'batch', 'a batch'), `[${BAD}]`),
  sent('batch-empty', 'an empty batch', refused(400, 'batch', 'a batch'), '[]'),
  sent(
    'two-messages',
    'two messages behind each other',
    refused(400, 'parse_error', 'parse_error at 91'),
    `${GOOD}\n${BAD}`,
  ),
  answered(
    'batch-as-answer',
    'an answer that brings a second message with it',
    distrusted('a batch'),
    JSON.stringify([result({ content: [] }), { jsonrpc: '2.0', id: 7, method: 'sampling/createMessage', params: {} }]),
  ),
]);

const twice = (first: string, second: string): string =>
  `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{${first},${second}}}`;

export const DUPLICATE_ATTACKS: readonly Attack[] = inGroup('keys that stand there twice', [
  sent(
    'duplicate-name',
    'an allowed tool, and a denied one under the same key',
    refused(400, 'duplicate_key', 'duplicate_key at 74'),
    twice('"name":"get_note"', '"name":"drop_all"'),
  ),
  sent(
    'duplicate-name-escaped',
    'the second key written with an escape',
    refused(400, 'duplicate_key', 'duplicate_key at 74'),
    twice('"name":"get_note"', '"n\\u0061me":"drop_all"'),
  ),
  sent(
    'duplicate-method',
    'two methods',
    refused(400, 'duplicate_key', 'duplicate_key at 40'),
    '{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call","params":{"name":"drop_all"}}',
  ),
  sent(
    'name-in-other-case',
    '`Name` beside `name`, for servers that ignore case',
    refused(400, 'invalid_request', 'a key of params differs from a known one only in case'),
    twice('"name":"get_note"', '"Name":"drop_all"'),
  ),
  answered(
    'duplicate-in-answer',
    'a result that is there twice, the second with the credential',
    distrusted('duplicate_key'),
    `{"jsonrpc":"2.0","id":1,"result":{"content":[]},"result":{"content":[{"type":"text","text":"${CREDENTIAL}"}]}}`,
  ),
]);

const lying = (
  name: string,
  tried: string,
  reason: string,
  headers: Asking['headers'] = {},
  more: object = {},
): Row => {
  const { message, headers: good } = modern('tools/call', { name: 'get_note', arguments: {}, ...more });
  return sent(name, tried, refused(400, 'header_mismatch', reason), message, { headers: { ...good, ...headers } });
};
const encoded = (text: string): string => `=?base64?${text}?=`;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

export const HEADER_ATTACKS: readonly Attack[] = inGroup('headers that say something else than the body', [
  lying('header-method-differs', '`Mcp-Method: ping` over a tool call', 'differs', { 'mcp-method': 'ping' }),
  lying('header-method-missing', 'no `Mcp-Method`', 'missing', { 'mcp-method': undefined }),
  lying(
    'header-name-differs',
    'an allowed tool in the header, a denied one in the body',
    'differs',
    { 'mcp-name': 'get_note' },
    { name: 'drop_all' },
  ),
  lying('header-name-missing', 'no `Mcp-Name`', 'missing', { 'mcp-name': undefined }),
  lying('header-name-twice', 'two `Mcp-Name`, one of them right', 'repeated', { 'mcp-name': ['get_note', 'drop_all'] }),
  lying('header-version-differs', 'another revision in the header than in the body', 'differs', {
    'mcp-protocol-version': '2025-11-25',
  }),
  sent(
    'header-name-lies-in-legacy',
    'a message of 2025-11-25, whose name nobody asked for in a header, with a lying one',
    refused(400, 'header_mismatch', 'differs'),
    call('get_note'),
    { headers: { 'mcp-protocol-version': '2025-11-25', 'mcp-name': 'drop_all' } },
  ),
  lying('header-name-encoded', 'another tool, encoded', 'differs', { 'mcp-name': encoded(base64('drop_all')) }),
  lying('header-name-bad-base64', 'what is no Base64', 'invalid', { 'mcp-name': encoded('Z2V0!X25vdGU=') }),
  lying(
    'header-name-unpadded',
    'the right name without its padding',
    'invalid',
    { 'mcp-name': encoded('Z2V0X25vdGU') },
    {
      name: 'get_note',
    },
  ),
  lying('header-name-stray-bits', 'the right name with stray bits at its end', 'invalid', {
    'mcp-name': encoded('Z2V0X25vdGV='),
  }),
  lying('header-name-base64url', 'the alphabet of Base64url', 'invalid', { 'mcp-name': encoded('Z2V0_25vdGU=') }),
  lying('header-name-not-utf8', 'bytes that are no UTF-8', 'invalid', {
    'mcp-name': encoded(Buffer.from([0xff, 0xfe]).toString('base64')),
  }),
  lying('header-name-half-encoded', 'a prefix without its end', 'differs', { 'mcp-name': '=?base64?Z2V0X25vdGU=' }),
  lying('header-name-prefix-in-capitals', '`=?BASE64?…?=`, which is a plain name', 'differs', {
    'mcp-name': `=?BASE64?${base64('get_note')}?=`,
  }),
  lying('header-param-bad-base64', 'an `Mcp-Param-*` that is no Base64', 'invalid', {
    'mcp-param-city': encoded('%%'),
  }),
]);

const gzipped = { 'content-encoding': 'gzip' };

export const CODING_ATTACKS: readonly Attack[] = inGroup('compressed bodies', [
  sent(
    'request-compressed',
    'a denied call, compressed',
    refused(415, 'content_type', 'content_encoding'),
    gzipSync(BAD),
    { headers: gzipped },
  ),
  {
    name: 'answer-compressed',
    tried: 'an answer that is compressed unasked, with the credential in it',
    ...inspected(),
    launch: (scene) => {
      const text = JSON.stringify(result({ content: [{ type: 'text', text: CREDENTIAL }] }));
      scene.server.answering = says(gzipSync(text), gzipped);
      return scene.ask('eve', call());
    },
    also: { says: 'it arrives decoded', holds: ({ text }) => void JSON.parse(text) },
  },
  {
    name: 'answer-bomb',
    tried: 'a few kilobytes that are a gigabyte when decoded',
    ...distrusted('content_encoding_ratio'),
    launch: (scene) => {
      scene.server.answering = says(BOMB, gzipped);
      return scene.ask('eve', call());
    },
  },
  {
    name: 'answer-coded-twice',
    tried: 'an answer that is coded twice',
    ...distrusted('content_encoding'),
    launch: (scene) => {
      scene.server.answering = says(gzipSync(gzipSync(JSON.stringify(result({})))), {
        'content-encoding': 'gzip, gzip',
      });
      return scene.ask('eve', call());
    },
  },
  {
    name: 'answer-cut',
    tried: 'a compressed answer that ends early',
    ...distrusted('content_encoding'),
    launch: (scene) => {
      scene.server.answering = says(gzipSync(JSON.stringify(result({ content: [] }))).subarray(0, -6), gzipped);
      return scene.ask('eve', call());
    },
  },
]);
/** Zeros packed once; repeated members decode one after the other. */
const MEMBER = gzipSync(Buffer.alloc(32 * 1024 * 1024));
const BOMB = Buffer.concat(Array.from({ length: 32 }, () => MEMBER));

const rebound = (name: string, tried: string, reason: string, headers: NonNullable<Asking['headers']>): Row => ({
  name,
  tried,
  wire: '403 forbidden_origin',
  book: [`denied forbidden_origin ${reason}`],
  reached: [],
  launch: (scene) => scene.ask('eve', call(), { headers }),
});

export const REBINDING_ATTACKS: readonly Attack[] = inGroup('pages of other sites', [
  rebound('origin-of-another-site', 'a page of another site', 'origin_not_allowed', { origin: 'https://evil.example' }),
  rebound('origin-null', '`Origin: null`, as of a sandboxed frame', 'origin_not_allowed', { origin: 'null' }),
  rebound('origin-twice', 'an allowed origin and another', 'origin_not_allowed', {
    origin: ['https://gateway.test', 'https://evil.example'],
  }),
  rebound('host-rebound', 'a name rebound to this address, without an Origin', 'host_not_allowed', {
    host: 'evil.example:8420',
  }),
  rebound('host-looks-local', 'a name that begins like a loopback one', 'host_not_allowed', {
    host: 'localhost.evil.example',
  }),
]);
