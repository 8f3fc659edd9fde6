import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Parsed } from '#gateway/call.ts';
import { parse } from '#gateway/steps/parse.ts';
import { callerKey } from '#identity/caller.ts';
import { ADA, GRACE_TOKEN, bodyRead, fakeGateway, parsed, toolCall } from '#test/fakes/gateway.ts';
import type { Ask, FakeGateway } from '#test/fakes/gateway.ts';

async function refusalOf(ask: Ask, gateway: FakeGateway = fakeGateway()) {
  const result = parse(await bodyRead(gateway, ask), gateway);
  return result.ok ? undefined : result.error;
}

const owner = { caller: callerKey(ADA), connection: 'notes' };
function withSession(): { readonly gateway: FakeGateway; readonly wireId: string; readonly key: string } {
  const gateway = fakeGateway();
  const entry = gateway.sessions.candidate({ name: 'inspector', version: '1' }, '2025-11-25');
  gateway.sessions.begin(owner, entry);
  return { gateway, wireId: entry.wireId ?? '', key: entry.key };
}

test('every unacceptable text is refused with its own code', async () => {
  const deep = `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":${'['.repeat(70)}${']'.repeat(70)}}}`;
  const cases: readonly [string, string, string | undefined][] = [
    ['', 'parse_error', undefined],
    ['{"jsonrpc":"2.0",', 'parse_error', undefined],
    ['\u{feff}{}', 'parse_error', undefined],
    ['{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}', 'duplicate_key', undefined],
    [deep, 'too_deep', undefined],
    ['[{"jsonrpc":"2.0","id":1,"method":"ping"}]', 'batch', undefined],
    ['{"jsonrpc":"1.0","id":7,"method":"ping"}', 'invalid_request', '7'],
    ['{"jsonrpc":"2.0","id":null,"method":"ping"}', 'invalid_request', undefined],
    ['{"jsonrpc":"2.0","id":"x","method":"ping","Method":"pong"}', 'invalid_request', '"x"'],
  ];
  for (const [message, code, idText] of cases) {
    const refusal = await refusalOf({ message });
    assert.equal(refusal?.code, code, message.slice(0, 60));
    assert.equal(refusal && 'idText' in refusal ? refusal.idText : 'none', idText, message.slice(0, 60));
  }
});

test('a message of too many parts is refused like one nested too deeply', async () => {
  const refusal = await refusalOf(
    { message: toolCall('get_note', { list: Array(50).fill(0) }) },
    fakeGateway({ limits: { jsonNodes: 20 } }),
  );
  assert.equal(refusal?.code, 'too_deep');
  assert.match(refusal?.reason ?? '', /^too_many at \d+$/);
});

test('the reason of a refusal says where, never what', async () => {
  const refusal = await refusalOf({ message: '{"password":"hunter2-hunter2"' });
  assert.match(refusal?.reason ?? '', /^parse_error at \d+$/);
});

test('headers that contradict the message are refused under its id', async () => {
  for (const headers of [
    { 'Mcp-Method': 'ping' },
    { 'Mcp-Name': 'get_other' },
    { 'mcp-method': ['tools/call', 'tools/call'] },
  ]) {
    const refusal = await refusalOf({ headers, message: toolCall('get_note', {}, 'call-1') });
    assert.equal(refusal?.code, 'header_mismatch', JSON.stringify(headers));
    assert.equal(refusal && 'idText' in refusal && refusal.idText, '"call-1"');
  }
});

test('a response in the modern era is refused, since nothing was asked of that client', async () => {
  for (const message of [
    { jsonrpc: '2.0', id: 4, result: {} },
    { jsonrpc: '2.0', id: 4, error: { code: 1, message: 'no' } },
  ]) {
    const refusal = await refusalOf({ message, headers: { 'Mcp-Protocol-Version': '2026-07-28' } });
    assert.deepEqual(refusal, { code: 'invalid_request', reason: 'response_in_modern_era', idText: undefined });
    const legacy = { message, headers: { 'Mcp-Protocol-Version': '2025-11-25' } };
    assert.equal(await refusalOf(legacy), undefined);
  }
});

test('to a process, which sees no headers, a modern request without its metadata does not go', async () => {
  const version = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };
  const capabilities = { 'io.modelcontextprotocol/clientCapabilities': {} };
  const asked = (meta: object, connection: string): Ask => ({
    connection,
    headers: { 'Mcp-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/list' },
    message: { jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: meta } },
  });
  for (const meta of [{}, version, capabilities, { ...version, 'io.modelcontextprotocol/clientCapabilities': [] }]) {
    assert.equal((await refusalOf(asked(meta, 'process')))?.code, 'missing_metadata', JSON.stringify(meta));
    assert.equal(await refusalOf(asked(meta, 'notes')), undefined, 'a server behind HTTP says so itself');
  }
  assert.equal(await refusalOf(asked({ ...version, ...capabilities }, 'process')), undefined);
});

test('a batch is refused in both eras', async () => {
  for (const version of ['2025-03-26', '2025-11-25', '2026-07-28']) {
    const refusal = await refusalOf({ message: [toolCall()], headers: { 'Mcp-Protocol-Version': version } });
    assert.equal(refusal?.code, 'batch', version);
  }
});

test('a session is found by the caller it was made for, on the connection it was made for', async () => {
  const { gateway, wireId, key } = withSession();
  const headers = { 'Mcp-Session-Id': wireId };
  const own: Parsed = await parsed(gateway, { headers });
  assert.equal(own.session.key, key);
  assert.equal(own.protocol, '2025-11-25', 'what the session agreed on');
  for (const ask of [
    { headers, token: GRACE_TOKEN },
    { headers, connection: 'process' },
    { headers: { 'Mcp-Session-Id': 'x'.repeat(26) } },
    { headers: { 'Mcp-Session-Id': key } },
    { headers: { 'Mcp-Session-Id': [wireId, wireId] } },
  ]) {
    const refusal = await refusalOf(ask, gateway);
    assert.equal(refusal?.code, 'unknown_session', JSON.stringify(ask));
  }
});

test('a notification and an answer of a session of somebody else are refused too', async () => {
  const { gateway, wireId } = withSession();
  for (const message of [
    { jsonrpc: '2.0', method: 'notifications/initialized' },
    { jsonrpc: '2.0', id: 4, result: {} },
  ]) {
    const refusal = await refusalOf({ message, token: GRACE_TOKEN, headers: { 'Mcp-Session-Id': wireId } }, gateway);
    assert.equal(refusal?.code, 'unknown_session');
  }
});

test('initialize brings a session of its own, whatever session it names', async () => {
  const { gateway, wireId, key } = withSession();
  const message = {
    jsonrpc: '2.0',
    id: 0,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'cli', version: '2' } },
  };
  const call = await parsed(gateway, { message, headers: { 'Mcp-Session-Id': wireId } });
  assert.notEqual(call.session.key, key);
  assert.notEqual(call.session.wireId, wireId);
  assert.deepEqual(call.session.client, { name: 'cli', version: '2' });
  assert.equal(gateway.sessions.find(owner, call.session.wireId ?? ''), undefined, 'not known before it is accepted');
});

test('a modern call looks at no session id, and its recording is that of caller, client and connection', async () => {
  const { gateway, wireId, key } = withSession();
  const modern = (client: string): Ask => ({
    headers: {
      'Mcp-Session-Id': wireId,
      'Mcp-Protocol-Version': '2026-07-28',
      'Mcp-Method': 'tools/call',
      'Mcp-Name': 'get_note',
    },
    message: {
      ...toolCall(),
      params: {
        name: 'get_note',
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientInfo': { name: client, version: '1' },
        },
      },
    },
  });
  const [first, again, other] = [
    await parsed(gateway, modern('a')),
    await parsed(gateway, modern('a')),
    await parsed(gateway, modern('b')),
  ];
  assert.equal(first.era, 'modern');
  assert.equal(first.session.wireId, undefined);
  assert.notEqual(first.session.key, key);
  assert.equal(again.session.key, first.session.key);
  assert.notEqual(other.session.key, first.session.key);
});
