import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpointPath } from '#upstream/sse-endpoint.ts';

const STREAM = new URL('https://mcp.example.com:8443/base/sse?key=1');
const path = (text: string) => endpointPath(Buffer.from(text), STREAM, 200);

test('an endpoint is taken relative to the stream, from the root, or whole', () => {
  for (const [named, asked] of [
    ['messages?sessionId=a', '/base/messages?sessionId=a'],
    ['/messages/?sessionId=a%20b', '/messages/?sessionId=a%20b'],
    ['?s=1', '/base/sse?s=1'],
    ['https://MCP.example.com:8443/m?s=1#part', '/m?s=1'],
  ] as const) {
    assert.deepEqual(path(named), { ok: true, value: asked });
  }
});

test('an endpoint of another origin is refused however it is spelled', () => {
  for (const named of [
    'https://evil.example/messages',
    'http://mcp.example.com:8443/messages',
    'https://mcp.example.com/messages',
    '//evil.example/messages',
    'https://mcp.example.com:8443@evil.example/m',
    'https://user:word@mcp.example.com:8443/m',
    'https://user@mcp.example.com:8443/m',
    'data:text/plain,x',
    'blob:https://mcp.example.com:8443/x',
  ]) {
    assert.deepEqual(path(named), { ok: false, error: 'endpoint_other_origin' }, named);
  }
});

test('an endpoint that the URL parser would mend, or that is none, is refused', () => {
  for (const named of [
    '/\\evil.example/m',
    '\\\\evil.example',
    '/a\nb',
    ' /a',
    '/a\tb',
    '/ä',
    'https://',
    'https://[',
    '/a\u0000',
  ])
    assert.deepEqual(path(named), { ok: false, error: 'endpoint_not_a_url' }, JSON.stringify(named));
});

test('an endpoint longer than its bound is refused', () => {
  assert.ok(path(`/${'x'.repeat(199)}`).ok);
  assert.deepEqual(path(`/${'x'.repeat(200)}`), { ok: false, error: 'endpoint_too_long' });
});
