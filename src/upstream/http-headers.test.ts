import assert from 'node:assert/strict';
import { test } from 'node:test';
import { downwards, forbiddenUpwards, mediaTypeOf, sessionIdOf } from '#upstream/http-headers.ts';

test('what the transport defines may go up', () => {
  const headers = [
    'accept',
    'mcp-protocol-version',
    'mcp-method',
    'mcp-name',
    'mcp-param-region',
    'mcp-session-id',
    'last-event-id',
    'traceparent',
  ];
  assert.equal(forbiddenUpwards(headers.map((name) => [name, 'x'])), undefined);
});

test('nothing that identifies the caller or frames the message may go up', () => {
  const names = [
    'authorization',
    'cookie',
    'forwarded',
    'x-forwarded-for',
    'x-real-ip',
    'proxy-authorization',
    'host',
    'content-length',
  ];
  for (const name of [...names, 'transfer-encoding', 'Mcp-Name', 'mcp-param-', 'mcp-param-a b', 'mcp-other']) {
    assert.equal(
      forbiddenUpwards([
        ['accept', 'x'],
        [name, 'x'],
      ]),
      name,
    );
  }
});

test('a value that would end its header may not go up', () => {
  for (const value of ['a\r\nb: c', 'a\nb', 'a\0b', 'a\u0100b'])
    assert.equal(forbiddenUpwards([['mcp-name', value]]), 'mcp-name');
});

test('only the protocol version and Retry-After come down', () => {
  const passed = downwards({
    'mcp-protocol-version': '2025-11-25',
    'retry-after': '3',
    'set-cookie': ['a=b'],
    'www-authenticate': 'Bearer realm="inner"',
    authorization: 'Bearer x',
    server: 'inner/1.0',
    'x-powered-by': 'inner',
    'mcp-session-id': 'abc',
    location: 'http://inner/',
  });
  assert.deepEqual(passed, [
    ['mcp-protocol-version', '2025-11-25'],
    ['retry-after', '3'],
  ]);
});

test('a session id must be one value of visible ASCII in bounds', () => {
  assert.deepEqual(sessionIdOf({}, 8), { ok: true, value: undefined });
  assert.deepEqual(sessionIdOf({ 'mcp-session-id': 'a!~' }, 8), { ok: true, value: 'a!~' });
  for (const id of ['', 'a b', 'ü', 'a'.repeat(9), ['a', 'b']])
    assert.equal(sessionIdOf({ 'mcp-session-id': id }, 8).ok, false);
});

test('the media type is read without parameters and without regard to case', () => {
  assert.equal(mediaTypeOf({ 'content-type': 'Application/JSON; charset=utf-8' }), 'application/json');
  assert.equal(mediaTypeOf({ 'content-type': 'text/event-stream' }), 'text/event-stream');
  assert.equal(mediaTypeOf({}), undefined);
  for (const type of ['application/json, text/html', 'application', 'application/json x', ''])
    assert.equal(mediaTypeOf({ 'content-type': type }), undefined, type);
});
