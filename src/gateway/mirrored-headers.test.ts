import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mirroredHeaders } from '#gateway/mirrored-headers.ts';
import { parseJson } from '#mcp/json.ts';
import { readMessage } from '#mcp/jsonrpc.ts';

const LIMITS = { depth: 64, nodes: 1_000 };

/** `masked`: arguments, or all params, after masking. */
function mirror(
  headers: Record<string, string>,
  params: object,
  masked: object,
  stored = masked,
  method = 'tools/call',
) {
  const body = (value: object): Buffer => Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: value }));
  const doc = parseJson(body(params), LIMITS);
  assert.ok(doc.ok);
  const message = readMessage(doc.value);
  assert.ok(message.ok);
  const copy = (value: object): Buffer => (value === params ? doc.value.bytes : body(value));
  const lines = new Map(Object.entries(headers).map(([name, value]) => [name, [value]]));
  const result = mirroredHeaders(lines, message.value, { send: copy(masked), stored: copy(stored) }, LIMITS);
  return result.ok ? { sent: Object.fromEntries(result.value.sent), stored: result.value.stored } : result.error;
}

const call = (args: object) => ({ name: 't', arguments: args });
const base64 = (text: string): string => `=?base64?${Buffer.from(text).toString('base64')}?=`;

test('a header says what its argument says once that is masked, in the spelling of headers', () => {
  assert.deepEqual(
    mirror(
      { 'mcp-param-mail': 'ada@example.com', 'mcp-param-city': base64('Zürich'), 'mcp-param-n': '42.0' },
      call({ mail: 'ada@example.com', deep: { city: 'Zürich', n: 42 }, note: 'x' }),
      call({ mail: '[E]', deep: { city: '[Ö]', n: 42 }, note: 'x' }),
    ),
    {
      sent: { 'mcp-param-mail': '[E]', 'mcp-param-city': base64('[Ö]') },
      stored: { 'mcp-param-mail': '[E]', 'mcp-param-city': '[Ö]', 'mcp-param-n': '42.0' },
    },
  );
});

test('what is only stored masked goes up as it came and is recorded masked', () => {
  const params = call({ mail: 'ada@example.com' });
  assert.deepEqual(mirror({ 'mcp-param-mail': 'ada@example.com' }, params, params, call({ mail: '[E]' })), {
    sent: {},
    stored: { 'mcp-param-mail': '[E]' },
  });
});

test('a number that became a text is a text in its header, and masked keys lead on', () => {
  assert.deepEqual(
    mirror(
      { 'mcp-param-card': '4111111111111111' },
      call({ 'ada@example.com': { card: 4_111_111_111_111_111 } }),
      call({ '[E]': { card: '[C]' } }),
    ),
    { sent: { 'mcp-param-card': '[C]' }, stored: { 'mcp-param-card': '[C]' } },
  );
});

test('a header that could be either of two values masked differently, or whose value is gone, is refused', () => {
  const header = { 'mcp-param-a': 'x' };
  assert.equal(mirror(header, call({ a: 'x', b: 'x' }), call({ a: '[1]', b: '[2]' })), 'ambiguous_header');
  assert.equal(mirror(header, call({ a: { b: 'x' } }), call({ a: '[SECRET]' })), 'ambiguous_header');
  assert.deepEqual(mirror(header, call({ a: 'x', b: 'x' }), call({ a: '[1]', b: '[1]' })), {
    sent: { 'mcp-param-a': '[1]' },
    stored: { 'mcp-param-a': '[1]' },
  });
});

test('the name of a resource follows its URI', () => {
  assert.deepEqual(
    mirror(
      { 'mcp-name': 'db://ada@example.com' },
      { uri: 'db://ada@example.com' },
      { uri: 'db://[E]' },
      undefined,
      'resources/read',
    ),
    { sent: { 'mcp-name': 'db://[E]' }, stored: {} },
  );
});

test('without such headers nothing is read', () => {
  assert.deepEqual(mirror({ accept: 'x' }, call({ a: 'x' }), call({ a: 'y' })), { sent: {}, stored: {} });
});
