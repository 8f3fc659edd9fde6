import { test } from 'node:test';
import assert from 'node:assert/strict';
import { checkHeaders } from '#mcp/headers.ts';
import { parseJson } from '#mcp/json.ts';
import { readMessage, type Message } from '#mcp/jsonrpc.ts';

type Headers = Record<string, string> | [string, string][];

const VERSION = '2026-07-28';
const CLAIM = { 'io.modelcontextprotocol/protocolVersion': VERSION };

function message(body: object): Message {
  const doc = parseJson(Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...body })), { depth: 16, nodes: 1_000 });
  assert.ok(doc.ok);
  const read = readMessage(doc.value);
  assert.ok(read.ok, read.ok ? '' : read.error.reason);
  return read.value;
}

/** The era, or header and reason of the fault. */
function check(body: object, headers: Headers): string {
  const result = checkHeaders(message(body), Array.isArray(headers) ? headers : Object.entries(headers));
  return result.ok ? result.value : `${result.error.header} ${result.error.reason}`;
}

const modernCall = (name = 'get_weather') => ({ id: 1, method: 'tools/call', params: { name, _meta: CLAIM } });
const legacyCall = { id: 1, method: 'tools/call', params: { name: 'get_weather' } };
const modernHeaders = { 'MCP-Protocol-Version': VERSION, 'Mcp-Method': 'tools/call', 'Mcp-Name': 'get_weather' };

test('a modern request whose headers mirror its body is modern', () => {
  assert.equal(check(modernCall(), modernHeaders), 'modern');
  assert.equal(
    check(modernCall(), {
      'mcp-protocol-version': ` ${VERSION}\t`,
      'MCP-METHOD': 'tools/call',
      'mcp-name': 'get_weather',
    }),
    'modern',
  );
  const list = { id: 1, method: 'tools/list', params: { _meta: CLAIM } };
  assert.equal(check(list, { 'MCP-Protocol-Version': VERSION, 'Mcp-Method': 'tools/list' }), 'modern');
});

test('a modern request without one of the headers it must mirror is refused', () => {
  for (const header of ['MCP-Protocol-Version', 'Mcp-Method', 'Mcp-Name'] as const) {
    const { [header]: _, ...rest } = modernHeaders;
    assert.equal(check(modernCall(), rest), `${header.toLowerCase()} missing`);
  }
  assert.equal(check(modernCall(), {}), 'mcp-protocol-version missing');
});

test('a header that differs from the body is refused, in any case but its own name', () => {
  assert.equal(
    check(modernCall(), { ...modernHeaders, 'MCP-Protocol-Version': '2025-11-25' }),
    'mcp-protocol-version differs',
  );
  assert.equal(check(modernCall(), { ...modernHeaders, 'Mcp-Method': 'Tools/call' }), 'mcp-method differs');
  assert.equal(check(modernCall(), { ...modernHeaders, 'Mcp-Method': '' }), 'mcp-method differs');
  assert.equal(check(modernCall(), { ...modernHeaders, 'Mcp-Name': 'GET_WEATHER' }), 'mcp-name differs');
});

test('a header given twice is refused even when both agree', () => {
  for (const [name, value] of Object.entries({ ...modernHeaders, 'Mcp-Param-Region': 'eu' })) {
    const twice: [string, string][] = [
      ...Object.entries({ ...modernHeaders, [name]: value }),
      [name.toUpperCase(), value],
    ];
    assert.equal(check(modernCall(), twice), `${name.toLowerCase()} repeated`);
  }
});

test('an encoded name is decoded before it is compared', () => {
  const encode = (text: string) => `=?base64?${Buffer.from(text).toString('base64')}?=`;
  assert.equal(check(modernCall('größe 😀'), { ...modernHeaders, 'Mcp-Name': encode('größe 😀') }), 'modern');
  assert.equal(check(modernCall(), { ...modernHeaders, 'Mcp-Name': encode('get_weather') }), 'modern');
  assert.equal(check(modernCall(), { ...modernHeaders, 'Mcp-Name': encode('other') }), 'mcp-name differs');
  assert.equal(check(modernCall(), { ...modernHeaders, 'Mcp-Name': '=?base64?Z2V0X3dlYXRoZXI?=' }), 'mcp-name invalid');
  assert.equal(check(modernCall('größe'), { ...modernHeaders, 'Mcp-Name': 'gr\u00f6\u00dfe' }), 'mcp-name invalid');
});

const calling = (args: unknown) => ({
  id: 1,
  method: 'tools/call',
  params: { name: 'get_weather', arguments: args, _meta: CLAIM },
});
const withParam = (value: string) => ({ ...modernHeaders, 'Mcp-Param-Region': value });

test('a parameter header passes when it spells some argument, also of an object inside, in each of the ways MCP has', () => {
  for (const [args, value] of [
    [{ region: 'us-west1' }, 'us-west1'],
    [{ region: 'Hello, 世界' }, '=?base64?SGVsbG8sIOS4lueVjA==?='],
    [{ region: '=?base64?literal?=' }, '=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?='],
    [{ region: '=?base64?SGVsbG8' }, '=?base64?SGVsbG8'],
    [{ region: '' }, ''],
    [{ where: { region: { code: 7 } } }, '7'],
    [{ count: 42 }, '42.0'],
    [{ count: -1e3 }, '-1000'],
    [{ isNear: true }, 'true'],
    [{ a: 'x', isNear: false }, 'false'],
  ] as const) {
    assert.equal(check(calling(args), withParam(value)), 'modern', value);
  }
});

test('a parameter header that says something the arguments do not, or is spelled invalidly, is refused', () => {
  for (const [args, value] of [
    [{ region: 'us-west1' }, 'US-WEST1'],
    [{ region: 'us-west1' }, ''],
    [{ regions: ['us-west1'] }, 'us-west1'],
    [{ region: null }, 'null'],
    [{ count: 42 }, '0x2a'],
    [{ count: 42 }, ' '],
    [{ isNear: true }, 'True'],
    [{}, 'region'],
    [undefined, 'get_weather'],
    ['us-west1x', 'us-west1'],
  ] as const) {
    assert.equal(check(calling(args), withParam(value)), 'mcp-param-region differs', JSON.stringify([args, value]));
  }
  assert.equal(check(calling({ a: '!!!' }), withParam('=?base64?!!!?=')), 'mcp-param-region invalid');
  assert.equal(check(calling({ a: 'Hello' }), withParam('=?base64?SGVsbG8?=')), 'mcp-param-region invalid');
  assert.equal(check(calling({ a: 'a\u0001' }), withParam('a\u0001')), 'mcp-param-region invalid');
});

test('messages without arguments have no parameter headers, in either era', () => {
  const param = { 'Mcp-Param-Region': 'x' };
  assert.equal(check({ id: 1, method: 'tools/list', params: { x: 'x' } }, param), 'mcp-param-region differs');
  assert.equal(check({ method: 'notifications/x', params: { x: 'x' } }, param), 'mcp-param-region differs');
  assert.equal(check({ id: 1, result: { arguments: { x: 'x' } } }, param), 'mcp-param-region differs');
});

test('with a method whose name MCP does not mirror, the name header must be something its params say', () => {
  const named = (params: object, value: string) =>
    check(
      { id: 1, method: 'acme/open', params: { ...params, _meta: CLAIM } },
      {
        'MCP-Protocol-Version': VERSION,
        'Mcp-Method': 'acme/open',
        'Mcp-Name': value,
      },
    );
  assert.equal(named({ door: 'left' }, 'left'), 'modern');
  assert.equal(named({ ref: { name: 'left' } }, '=?base64?bGVmdA==?='), 'modern');
  assert.equal(named({ door: 'left' }, 'right'), 'mcp-name differs');
  assert.equal(named({}, 'anything at all'), 'mcp-name differs');
  assert.equal(check({ method: 'notifications/x', params: {} }, { 'Mcp-Name': 'x' }), 'mcp-name differs');
  assert.equal(check({ id: 1, result: { name: 'x' } }, { 'Mcp-Name': 'x' }), 'mcp-name differs');
});

test('the name of a resource read is its URI', () => {
  const read = { id: 1, method: 'resources/read', params: { uri: 'file:///a', name: 'b', _meta: CLAIM } };
  const headers = { 'MCP-Protocol-Version': VERSION, 'Mcp-Method': 'resources/read' };
  assert.equal(check(read, { ...headers, 'Mcp-Name': 'file:///a' }), 'modern');
  assert.equal(check(read, { ...headers, 'Mcp-Name': 'b' }), 'mcp-name differs');
});

test('a legacy request needs none of the headers', () => {
  assert.equal(check(legacyCall, {}), 'legacy');
  assert.equal(check(legacyCall, { 'MCP-Protocol-Version': '2025-11-25' }), 'legacy');
  assert.equal(check({ id: 1, method: 'initialize', params: {} }, { 'MCP-Protocol-Version': VERSION }), 'legacy');
});

test('a legacy request whose headers name another method or tool is refused', () => {
  assert.equal(check(legacyCall, { 'Mcp-Method': 'tools/list' }), 'mcp-method differs');
  assert.equal(check(legacyCall, { 'Mcp-Name': 'harmless' }), 'mcp-name differs');
  assert.equal(check(legacyCall, { 'Mcp-Method': 'tools/call', 'Mcp-Name': 'get_weather' }), 'legacy');
  assert.equal(check({ id: 1, result: {} }, { 'Mcp-Method': 'tools/call' }), 'mcp-method differs');
});

test('a modern version header over a body without one still has to name method and tool truly', () => {
  assert.equal(check(legacyCall, modernHeaders), 'modern');
  assert.equal(check(legacyCall, { 'MCP-Protocol-Version': VERSION }), 'mcp-method missing');
  assert.equal(check(legacyCall, { ...modernHeaders, 'Mcp-Name': 'other' }), 'mcp-name differs');
});

test('a notification needs no headers, but may not contradict them', () => {
  const note = { method: 'notifications/cancelled', params: { requestId: 1, _meta: CLAIM } };
  assert.equal(check(note, {}), 'modern');
  assert.equal(check(note, { 'Mcp-Method': 'tools/call' }), 'mcp-method differs');
  assert.equal(check(note, { 'MCP-Protocol-Version': '2025-11-25' }), 'mcp-protocol-version differs');
  assert.equal(check({ method: 'notifications/initialized' }, {}), 'legacy');
});
