import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorUnderId, failureMessage, faultFailure, statusFailure } from '#cli/connect-failure.ts';
import { parseJson } from '#mcp/json.ts';
import type { JsonDocument } from '#mcp/json.ts';

function document(value: unknown): JsonDocument {
  const doc = parseJson(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)), {
    depth: 64,
    nodes: 1_000,
  });
  assert.ok(doc.ok);
  return doc.value;
}

test('a refusal keeps the words of a gateway and none of anybody else', () => {
  const problem = { title: 'Too\u001b[31m many.', code: 'rate_limited', executed: 'no', call: 'c1' };
  assert.deepEqual(statusFailure(429, document(problem)), {
    code: 'rate_limited',
    executed: 'no',
    message: 'Too [31m many.',
    status: 429,
    call: 'c1',
  });
  const odd = statusFailure(500, document({ title: 1, code: 'A b', executed: 'surely not', call: 'x y' }));
  assert.deepEqual(odd, {
    code: 'upstream_unavailable',
    executed: 'unknown',
    message: 'The gateway answered with HTTP status 500.',
    status: 500,
  });
});

test('only a 401 proves by itself that nothing ran', () => {
  assert.deepEqual(
    [400, 401, 403, 404, 503].map((status) => statusFailure(status, undefined).executed),
    ['unknown', 'no', 'unknown', 'unknown', 'unknown'],
  );
});

test('each fault of the way says in words what its data says', () => {
  for (const code of ['upstream_unavailable', 'upstream_timeout', 'upstream_invalid'] as const) {
    assert.match(faultFailure({ code, executed: 'no', reason: 'x' }).message, /was not made\.$/);
    assert.match(faultFailure({ code, executed: 'unknown', reason: 'x' }).message, /may have run\.$/);
  }
});

test('an error has the id as its request spelled it, or none', () => {
  const failure = { code: 'parse_error', executed: 'no', message: 'm' } as const;
  const data = '{"code":-32700,"message":"m","data":{"code":"parse_error","executed":"no"}}';
  assert.equal(failureMessage(failure, '7e0').toString(), `{"jsonrpc":"2.0","id":7e0,"error":${data}}`);
  assert.equal(failureMessage(failure, undefined).toString(), `{"jsonrpc":"2.0","error":${data}}`);
  assert.match(failureMessage({ ...failure, code: 'batch' }, '1').toString(), /-32600/);
  assert.match(failureMessage({ ...failure, code: 'unauthenticated' }, '1').toString(), /-32603/);
});

test('an error without a readable id is put under the id of its request as it was spelled', () => {
  const error = document('{"jsonrpc":"2.0","id":null,"error":{"code": -32600,"message":"x"}}');
  assert.equal(
    errorUnderId(error, '"a"')?.toString(),
    '{"jsonrpc":"2.0","id":"a","error":{"code": -32600,"message":"x"}}',
  );
  assert.equal(errorUnderId(document({ result: {} }), '1'), undefined);
});
