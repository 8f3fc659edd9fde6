import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fc from 'fast-check';
import { LIMITS } from '#limits.ts';
import { parseJson } from '#mcp/json.ts';
import { readMessage, type Message, type MessageFault, type RequestMessage } from '#mcp/jsonrpc.ts';
import type { Result } from '#result.ts';

function read(text: string): Result<Message, MessageFault> {
  const doc = parseJson(Buffer.from(text), { depth: LIMITS.jsonDepth, nodes: LIMITS.jsonNodes });
  assert.ok(doc.ok, text);
  return readMessage(doc.value);
}

function accepted(message: string | object): Message {
  const result = read(typeof message === 'string' ? message : JSON.stringify(message));
  assert.ok(result.ok, result.ok ? '' : result.error.reason);
  return result.value;
}

function refused(message: string | object): MessageFault {
  const text = typeof message === 'string' ? message : JSON.stringify(message);
  const result = read(text);
  assert.ok(!result.ok, `was accepted: ${text}`);
  return result.error;
}

function request(method: string, params?: object, id: string | number = 1): RequestMessage {
  const message = accepted({ jsonrpc: '2.0', id, method, ...(params === undefined ? {} : { params }) });
  assert.ok(message.kind === 'request');
  return message;
}

test('a modern tool call is read with everything later steps need', () => {
  const message = request(
    'tools/call',
    {
      name: 'get_weather',
      arguments: { location: 'Seattle' },
      _meta: {
        progressToken: 'p1',
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientInfo': { name: 'Example', version: '1.0.0', icons: [] },
      },
    },
    'a',
  );
  const { doc, params, ...rest } = message;
  assert.deepEqual(rest, {
    kind: 'request',
    idText: '"a"',
    idKey: '"a"',
    method: 'tools/call',
    name: 'get_weather',
    governedBy: 'tools/call',
    subscribedUris: [],
    subscribedTasks: [],
    protocolVersion: '2026-07-28',
    progressTokenText: '"p1"',
    clientInfo: { name: 'Example', version: '1.0.0' },
  });
  assert.equal(doc.root.kind, 'object');
  assert.equal(params?.kind, 'object');
});

test('each method takes its name from the place the specification gives it', () => {
  const names = (method: string, params: object) => {
    const { name, governedBy } = request(method, params);
    return [name, governedBy];
  };
  assert.deepEqual(names('prompts/get', { name: 'p', uri: 'u' }), ['p', 'prompts/get']);
  assert.deepEqual(names('resources/read', { name: 'p', uri: 'file:///a' }), ['file:///a', 'resources/read']);
  assert.deepEqual(names('resources/subscribe', { uri: 'u' }), ['u', 'resources/subscribe']);
  assert.deepEqual(names('resources/unsubscribe', { uri: 'u' }), ['u', 'resources/unsubscribe']);
  assert.deepEqual(names('tools/list', { name: 'x' }), ['', 'tools/list']);
  assert.deepEqual(names('constructor', { name: 'x' }), ['', 'constructor']);
});

test('a completion is named and governed by what its ref says it is', () => {
  const complete = (ref: object) => request('completion/complete', { ref, argument: { name: 'a', value: '' } });
  const prompt = complete({ type: 'ref/prompt', name: 'p', uri: 'ignored' });
  assert.deepEqual([prompt.name, prompt.governedBy], ['p', 'prompts/get']);
  const resource = complete({ type: 'ref/resource', uri: 'file:///{x}', name: 'ignored' });
  assert.deepEqual([resource.name, resource.governedBy], ['file:///{x}', 'resources/read']);
  for (const ref of [
    {},
    { type: 'ref/tool', name: 'x' },
    { type: 'ref/prompt', uri: 'x' },
    { type: 'ref/prompt', name: 'x', Name: 'y' },
  ]) {
    refused({ jsonrpc: '2.0', id: 1, method: 'completion/complete', params: { ref } });
  }
});

test('a call whose name is missing, no string, empty or too long is refused', () => {
  const longest = 'n'.repeat(LIMITS.nameChars);
  assert.equal(request('tools/call', { name: longest }).name, longest);
  for (const method of [
    'tools/call',
    'prompts/get',
    'resources/read',
    'resources/subscribe',
    'resources/unsubscribe',
  ]) {
    for (const value of [undefined, null, 7, '', ['x'], `${longest}n`]) {
      assert.equal(
        refused({ jsonrpc: '2.0', id: 1, method, params: { name: value, uri: value } }).code,
        'invalid_request',
      );
    }
    refused({ jsonrpc: '2.0', id: 1, method });
  }
});

test('ids are compared by value and kept as spelled', () => {
  const id = (text: string) => {
    const message = accepted(`{"jsonrpc":"2.0","id":${text},"method":"ping"}`);
    assert.ok(message.kind === 'request');
    return [message.idText, message.idKey];
  };
  assert.deepEqual(id('"\\u0061"'), ['"\\u0061"', '"a"']);
  assert.deepEqual(id('1.0'), ['1.0', '1']);
  assert.deepEqual(id('1e2'), ['1e2', '100']);
  assert.deepEqual(id('-0'), ['-0', '0']);
  assert.deepEqual(id('"1"'), ['"1"', '"1"']);
  assert.deepEqual(id('9007199254740993'), ['9007199254740993', '9007199254740993']);
  assert.deepEqual(id('""'), ['""', '""']);
});

test('an id that is null, fractional, unbounded or of another type is refused', () => {
  for (const id of [
    'null',
    '1.5',
    '1e-1',
    '1e400',
    'true',
    '[]',
    '{}',
    `"${'x'.repeat(LIMITS.idChars)}"`,
    '1'.repeat(LIMITS.idChars + 1),
  ]) {
    assert.equal(refused(`{"jsonrpc":"2.0","id":${id},"method":"ping"}`).code, 'invalid_request', id);
    assert.equal(refused(`{"jsonrpc":"2.0","id":${id},"method":"x/y"}`).code, 'invalid_request', id);
  }
});

test('a batch is refused as such, other roots as invalid', () => {
  assert.equal(refused('[]').code, 'batch');
  assert.equal(refused([{ jsonrpc: '2.0', id: 1, method: 'ping' }]).code, 'batch');
  for (const text of ['null', '"x"', '1', 'true']) assert.equal(refused(text).code, 'invalid_request');
});

test('a wrong envelope is refused', () => {
  const envelopes: object[] = [
    {},
    { jsonrpc: '2.0' },
    { jsonrpc: '2.0', id: 1 },
    { id: 1, method: 'ping' },
    { jsonrpc: 2, id: 1, method: 'ping' },
    { jsonrpc: '1.0', id: 1, method: 'ping' },
    { jsonrpc: '2.0', id: 1, method: 7 },
    { jsonrpc: '2.0', id: 1, method: '' },
    { jsonrpc: '2.0', id: 1, method: 'a b' },
    { jsonrpc: '2.0', id: 1, method: 'tools/call\n' },
    { jsonrpc: '2.0', id: 1, method: 'm'.repeat(LIMITS.methodChars + 1) },
    { jsonrpc: '2.0', id: 1, method: 'ping', params: [] },
    { jsonrpc: '2.0', id: 1, method: 'ping', params: null },
    { jsonrpc: '2.0', id: 1, method: 'ping', result: {} },
    { jsonrpc: '2.0', id: 1, method: 'ping', error: {} },
    { jsonrpc: '2.0', id: 1, method: 'ping', params: { _meta: [] } },
    { jsonrpc: '2.0', id: 1, method: 'ping', params: { _meta: { progressToken: {} } } },
    { jsonrpc: '2.0', id: 1, method: 'ping', params: { _meta: { progressToken: 'x'.repeat(LIMITS.idChars) } } },
    {
      jsonrpc: '2.0',
      id: 1,
      method: 'ping',
      params: { _meta: { 'io.modelcontextprotocol/protocolVersion': 20260728 } },
    },
    { jsonrpc: '2.0', id: 1, result: {}, error: { code: 1, message: '' } },
    { jsonrpc: '2.0', id: 1, result: {}, params: {} },
    { jsonrpc: '2.0', id: 1, error: 'no' },
    { jsonrpc: '2.0', result: {} },
    { jsonrpc: '2.0', id: null, result: {} },
    { jsonrpc: '2.0', id: 1.5, error: { code: 1, message: '' } },
  ];
  for (const envelope of envelopes) assert.equal(refused(envelope).code, 'invalid_request');
});

test('a key that a case-insensitive reader would take for another one is refused', () => {
  for (const text of [
    '{"jsonrpc":"2.0","id":1,"method":"tools/list","Method":"tools/call","params":{"name":"rm"}}',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ls","Name":"rm"}}',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ls"},"Params":{"name":"rm"}}',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ls","Arguments":{}}}',
    '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":{"IO.modelcontextprotocol/protocolVersion":"2026-07-28"}}}',
    '{"jsonrpc":"2.0","id":1,"result":{},"Error":{}}',
  ]) {
    assert.equal(refused(text).code, 'invalid_request', text);
  }
  request('tools/call', { name: 'ls', arguments: { Name: 1, METHOD: 2, Arguments: 3 } });
});

test('unknown members pass', () => {
  accepted({ jsonrpc: '2.0', id: 1, method: 'ping', trace: 'x', params: { other: 1, _meta: { 'com.example/x': [] } } });
});

test('a request without an id and a notification with one are refused', () => {
  for (const method of ['tools/call', 'ping', 'resources/read', 'initialize']) {
    refused({ jsonrpc: '2.0', method, params: { name: 'x', uri: 'x' } });
  }
  refused({ jsonrpc: '2.0', id: 1, method: 'notifications/initialized' });
});

test('a notification is read, with the request it cancels', () => {
  const message = accepted('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1.0}}');
  assert.ok(message.kind === 'notification');
  assert.equal(message.cancels, '1');
  const other = accepted({ jsonrpc: '2.0', method: 'notifications/progress', params: { requestId: 1 } });
  assert.ok(other.kind === 'notification');
  assert.equal(other.cancels, undefined);
});

test('a response is read with its outcome', () => {
  const result = accepted('{"jsonrpc":"2.0","id":"x","result":{"content":[],"isError":true}}');
  assert.ok(result.kind === 'response');
  assert.deepEqual([result.idText, result.outcome.type, result.isToolError], ['"x"', 'result', true]);
  const fine = accepted('{"jsonrpc":"2.0","id":1,"result":{"isError":"true"}}');
  assert.ok(fine.kind === 'response' && !fine.isToolError);
  for (const text of [
    '{"jsonrpc":"2.0","error":{"code":-32700,"message":""}}',
    '{"jsonrpc":"2.0","id":null,"error":{}}',
  ]) {
    const error = accepted(text);
    assert.ok(error.kind === 'response' && error.outcome.type === 'error');
    assert.deepEqual([error.idText, error.idKey], [undefined, undefined]);
  }
});

test('a fault carries the id to answer with when one can be read', () => {
  assert.equal(refused('{"jsonrpc":"1.0","id":"q","method":"ping"}').idText, '"q"');
  assert.equal(refused('{"jsonrpc":"1.0","id":{},"method":"ping"}').idText, undefined);
});

test('the URIs and tasks a listen request would watch are named, bounded, and must be names', () => {
  const listen = (resourceSubscriptions: unknown) => ({
    notifications: { toolsListChanged: true, resourceSubscriptions },
  });
  assert.deepEqual(request('subscriptions/listen', listen(['file:///a', 'file:///b'])).subscribedUris, [
    'file:///a',
    'file:///b',
  ]);
  assert.deepEqual(request('subscriptions/listen', { notifications: {} }).subscribedUris, []);
  const told = (taskIds: unknown) => request('subscriptions/listen', { notifications: { taskIds } }).subscribedTasks;
  assert.deepEqual(told(['t1', 't2']), ['t1', 't2']);
  const tooMany = Array.from({ length: LIMITS.subscribedUris + 1 }, () => 'file:///a');
  const tooLong = Array.from({ length: 9 }, (_, at) => `file:///${at}${'x'.repeat(4_000)}`);
  for (const value of [tooLong, 'file:///a', [1], [''], ['x'.repeat(LIMITS.nameChars + 1)], tooMany]) {
    refused({ jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params: listen(value) });
  }
  const manyTasks = Array.from({ length: LIMITS.subscribedTasks + 1 }, () => 't');
  for (const filter of [{ taskIds: manyTasks }, { taskIds: 't' }, { taskIds: [{}] }, { TaskIds: [] }])
    refused({ jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params: { notifications: filter } });
  refused({
    jsonrpc: '2.0',
    id: 1,
    method: 'subscriptions/listen',
    params: { notifications: { ResourceSubscriptions: [] } },
  });
});

test('what a client claims to be is bounded', () => {
  const message = request('initialize', {
    protocolVersion: '2025-11-25',
    clientInfo: { name: 'n'.repeat(10_000), version: 3 },
  });
  assert.deepEqual(message.clientInfo, { name: 'n'.repeat(LIMITS.clientInfoChars) });
  assert.equal(request('ping', { clientInfo: { name: 'x' } }).clientInfo, undefined);
});

test('no document makes reading throw', () => {
  const key = fc.constantFrom(
    'jsonrpc',
    'id',
    'method',
    'params',
    'result',
    'error',
    'name',
    '_meta',
    'ref',
    'notifications',
  );
  const leaf = fc.oneof(
    fc.constantFrom('2.0', 'tools/call', 'completion/complete', 'subscriptions/listen', null, 1, 1.5, true),
    fc.string(),
  );
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof({ maxDepth: 4 }, leaf, fc.dictionary(key, tie('tree')), fc.array(tie('tree'), { maxLength: 3 })),
  }));
  fc.assert(
    fc.property(tree, (value) => void read(JSON.stringify(value))),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.dictionary(key, tree), fc.constantFrom('tools/call', 'completion/complete'), (object, method) => {
      read(JSON.stringify({ ...object, jsonrpc: '2.0', id: 1, method }));
    }),
  );
});

test("what is remembered of a client does not keep its message's text in memory", () => {
  // In a process of its own, after a collection: other tests' garbage would be counted here.
  const script = `
    import { parseJson } from '#mcp/json.ts';
    import { readMessage } from '#mcp/jsonrpc.ts';
    const used = () => { gc(); const { heapUsed, external } = process.memoryUsage(); return heapUsed + external; };
    const remember = (i) => {
      const text = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: {
        clientInfo: { name: 'a client with a long name ' + i, version: 'and a version as long as that' }, padding: 'x'.repeat(4_000_000) } });
      return readMessage(parseJson(Buffer.from(text), { depth: 64, nodes: 1000 }).value).value.clientInfo;
    };
    remember(0);
    const before = used();
    const clients = Array.from({ length: 16 }, (_, i) => remember(i));
    process.stdout.write(JSON.stringify({ kept: used() - before, last: clients[15].name }));
  `;
  const root = new URL('../../', import.meta.url);
  const run = spawnSync(process.execPath, ['--expose-gc', '--input-type=module', '-e', script], {
    cwd: root,
    encoding: 'utf8',
  });
  const { kept, last } = JSON.parse(run.stdout) as { kept: number; last: string };
  assert.equal(last, 'a client with a long name 15');
  assert.ok(kept < 16_000_000, `${kept} bytes of 64 million are kept`);
});

test('a modern request for a method of sessions needs no name, so that the server can say that the method is gone', () => {
  const meta = '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}';
  const body = (params: string): string =>
    `{"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{${params}}}`;
  const named = (params: string): string => {
    const result = read(body(params));
    return result.ok && result.value.kind === 'request' ? result.value.name : 'refused';
  };
  assert.equal(named(meta), '');
  assert.equal(named(`${meta},"uri":"file:///a"`), 'file:///a', 'a name that is there counts');
  assert.equal(named(`${meta},"uri":7`), 'refused');
  assert.equal(named(''), 'refused', 'the legacy era has the method');
});
