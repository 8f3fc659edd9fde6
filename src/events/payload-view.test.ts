import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerOf, argumentsOf, besideArgumentsOf } from '#events/payload-view.ts';

const bytes = (text: string): Buffer => Buffer.from(text);

test('arguments of a tool call are params.arguments, {} when it has none', () => {
  assert.deepEqual(argumentsOf(bytes('{"params":{"name":"t","arguments":{"a":[1]}}}'), 'tools/call'), { a: [1] });
  assert.deepEqual(argumentsOf(bytes('{"params":{"name":"t"}}'), 'tools/call'), {});
  assert.deepEqual(argumentsOf(bytes('{"method":"tools/call"}'), 'prompts/get'), {});
});

test('arguments of other requests are their params without _meta', () => {
  assert.deepEqual(argumentsOf(bytes('{"params":{"uri":"u","_meta":{"x":1}}}'), 'resources/read'), { uri: 'u' });
  assert.deepEqual(argumentsOf(bytes('{}'), 'tools/list'), {});
});

test('the answer is the result or the error object', () => {
  assert.deepEqual(answerOf(bytes('{"result":{"content":[]}}')), { content: [] });
  assert.deepEqual(answerOf(bytes('{"error":{"code":-1,"message":"m"}}')), { code: -1, message: 'm' });
  assert.equal(answerOf(bytes('{"id":1}')), undefined);
});

test('numbers keep their spelling', () => {
  const text = '{"big":12345678901234567890,"one":1.0,"exp":1e3,"plain":5}';
  assert.equal(JSON.stringify(answerOf(bytes(`{"result":${text}}`))), text);
});

test('a key called __proto__ is shown, and changes nothing', () => {
  const shown = argumentsOf(bytes('{"params":{"arguments":{"__proto__":{"admin":true}}}}'), 'tools/call');
  assert.equal(JSON.stringify(shown), '{"__proto__":{"admin":true}}');
  assert.equal(Reflect.get(Object(shown), 'admin'), undefined);
});

test('stored bytes that are no JSON give nothing', () => {
  assert.equal(answerOf(bytes('{"result":{"a')), undefined);
});

test('what a client sends along beside the arguments is told apart, but for what means nothing to the call', () => {
  const beside = (params: object, method = 'tools/call') =>
    besideArgumentsOf(Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })), method);
  const passing = { progressToken: 1, traceparent: 'x', tracestate: 'y', baggage: 'z' };
  assert.equal(beside({ name: 'a', arguments: { _meta: 1 }, _meta: passing }), undefined);
  assert.deepEqual(beside({ name: 'a', _meta: { ...passing, mode: 'force' }, task: { ttl: 1 } }), {
    _meta: { mode: 'force' },
    task: { ttl: 1 },
  });
  assert.deepEqual(beside({ uri: 'a', _meta: { mode: 'force' } }, 'resources/read'), { _meta: { mode: 'force' } });
  assert.equal(besideArgumentsOf(Buffer.from('no JSON'), 'tools/call'), undefined);
  const more = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"},"force":true}';
  assert.deepEqual(besideArgumentsOf(Buffer.from(more), 'tools/call'), { '(beside params)': { force: true } });
});
