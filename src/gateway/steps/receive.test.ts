import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTrustedProxies } from '#gateway/source.ts';
import { headersOf, receive, receiveSessionEnd } from '#gateway/steps/receive.ts';
import { arrived, fakeGateway } from '#test/fakes/gateway.ts';
import type { Ask } from '#test/fakes/gateway.ts';

const refusalOf = (ask: Ask): string => {
  const gateway = fakeGateway({ limits: { messageBytes: 1_000 } });
  const result = receive(arrived(gateway, ask), gateway);
  return result.ok ? 'received' : `${result.error.code} ${result.error.reason}`;
};

test('only JSON in UTF-8, stated once and not compressed, is received', () => {
  const types: readonly [string | readonly string[] | undefined, string][] = [
    ['application/json', 'received'],
    ['application/json; charset=utf-8', 'received'],
    ['Application/JSON;charset="UTF-8"', 'received'],
    ['application/json;odata=verbose; charset="UTF-8"', 'received'],
    ['application/json; charset=utf-16', 'content_type not_json'],
    ['application/json; odata=verbose; charset = utf-16', 'content_type not_json'],
    ['application/json; charset', 'content_type not_json'],
    ['application/json-rpc', 'content_type not_json'],
    ['text/plain', 'content_type not_json'],
    ['application/json, text/plain', 'content_type not_json'],
    [['application/json', 'application/json'], 'content_type not_json'],
    [undefined, 'content_type not_json'],
  ];
  for (const [type, expected] of types)
    assert.equal(refusalOf({ headers: { 'Content-Type': type } }), expected, String(type));
  assert.equal(refusalOf({ headers: { 'content-encoding': 'identity' } }), 'received');
  assert.equal(refusalOf({ headers: { 'content-encoding': 'gzip' } }), 'content_type content_encoding');
  assert.equal(refusalOf({ headers: { 'content-encoding': ['identity', 'br'] } }), 'content_type content_encoding');
});

test('a body that says it is too large is refused before any of it is read', () => {
  assert.equal(refusalOf({ headers: { 'content-length': '1000' } }), 'received');
  assert.equal(refusalOf({ headers: { 'content-length': '1001' } }), 'too_large content_length');
});

test('a request that an intermediary may read in another way is refused, and its connection does not go on', () => {
  assert.equal(refusalOf({ headers: { host: ['a', 'b'] } }), 'invalid_request host');
  const gateway = fakeGateway();
  const call = arrived(gateway, { headers: { 'transfer-encoding': 'gzip, chunked' } });
  const result = receive(call, gateway);
  assert.deepEqual(result, {
    ok: false,
    error: { code: 'invalid_request', reason: 'transfer_encoding', idText: undefined },
  });
  assert.equal(call.http.response.shouldKeepAlive, false);
});

test('every Origin stated must be an allowed one', () => {
  const good = 'https://console.example';
  assert.equal(refusalOf({ headers: { origin: good } }), 'received');
  for (const origin of ['https://evil.example', 'null', '', `${good}.evil.example`, 'http://console.example'])
    assert.equal(refusalOf({ headers: { origin } }), 'forbidden_origin origin_not_allowed', origin);
  assert.equal(
    refusalOf({ headers: { origin: [good, 'https://evil.example'] } }),
    'forbidden_origin origin_not_allowed',
  );
});

test('the end of a session needs no body, but the same Origin', () => {
  const gateway = fakeGateway();
  assert.equal(receiveSessionEnd(arrived(gateway, { headers: { 'Content-Type': undefined } }), gateway).ok, true);
  const foreign = receiveSessionEnd(arrived(gateway, { headers: { origin: 'https://evil.example' } }), gateway);
  assert.equal(foreign.ok ? '' : foreign.error.code, 'forbidden_origin');
});

test('headers are found in lower case, repeated ones repeated and in order', () => {
  const headers = headersOf(['X-A', '1', 'x-a', '2', 'Cookie', 'c']);
  assert.deepEqual(
    [...headers],
    [
      ['x-a', ['1', '2']],
      ['cookie', ['c']],
    ],
  );
});

test('the source is the peer, unless a trusted proxy says another', () => {
  const ask = { peer: '10.0.0.1', headers: { 'x-forwarded-for': '198.51.100.7' } };
  const sourceAt = (gateway = fakeGateway()): string => {
    const result = receive(arrived(gateway, ask), gateway);
    return result.ok ? result.value.source : 'refused';
  };
  assert.equal(sourceAt(), '10.0.0.1');
  assert.equal(sourceAt(fakeGateway({ proxies: createTrustedProxies(['10.0.0.0/8']) })), '198.51.100.7');
});

test('more header lines than allowed are refused, not dropped unseen', () => {
  const crowd = Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`x-filler-${at}`, 'x']));
  assert.equal(refusalOf({ headers: crowd }), 'too_large header_count');
});

test('a request for another host is refused where the names of the gateway are known', () => {
  const gateway = fakeGateway({ allowedHosts: new Set(['localhost']) });
  const said = (headers: Record<string, string>): string => {
    const result = receive(arrived(gateway, { headers }), gateway);
    return result.ok ? 'received' : `${result.error.code} ${result.error.reason}`;
  };
  assert.equal(said({ Host: 'localhost:8420' }), 'received');
  assert.equal(said({ Host: 'evil.example' }), 'forbidden_origin host_not_allowed');
});
