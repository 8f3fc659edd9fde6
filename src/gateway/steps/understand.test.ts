import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Forwarded } from '#gateway/call.ts';
import { understand } from '#gateway/steps/understand.ts';
import { ok } from '#result.ts';
import { fakeGateway, forwarded, heard, toolCall } from '#test/fakes/gateway.ts';
import type { Ask } from '#test/fakes/gateway.ts';
import { sseAnswer } from '#test/fakes/upstream.ts';

const result = (id: unknown) => ({ jsonrpc: '2.0', id, result: {} });
const error = (id?: unknown) => ({
  jsonrpc: '2.0',
  ...(id === undefined ? {} : { id }),
  error: { code: -32600, message: 'm' },
});
const notification = { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 1, progress: 1 } };
const serverRequest = { jsonrpc: '2.0', id: 's1', method: 'sampling/createMessage', params: {} };

async function callIn(form: 'json' | 'sse', ask: Ask = {}): Promise<Forwarded> {
  const gateway = fakeGateway();
  if (form === 'sse') gateway.upstream.answering = () => ok(sseAnswer([]));
  return forwarded(gateway, ask);
}
function roleOf(call: Forwarded, message: object | string, closed = false): string {
  const understood = understand(heard(call, message, closed), fakeGateway());
  return understood.ok ? understood.value.role : `${understood.error.code} ${understood.error.reason}`;
}

test('only the response under the id of the request answers it', async () => {
  const call = await callIn('sse', { message: toolCall('get_note', {}, 1) });
  assert.equal(roleOf(call, result(1)), 'final');
  assert.equal(roleOf(call, '{"jsonrpc":"2.0","id":1.0,"result":{}}'), 'final', 'the same number, spelled otherwise');
  assert.equal(roleOf(call, error(1)), 'final');
  assert.equal(roleOf(call, result(2)), 'late');
  assert.equal(roleOf(call, result('1')), 'late', 'a string is no number');
});

test('a request and a notification of the server come before the answer', async () => {
  const call = await callIn('sse');
  assert.equal(roleOf(call, notification), 'during');
  assert.equal(roleOf(call, serverRequest), 'during');
});

test('whatever follows the answer is late', async () => {
  const call = await callIn('sse');
  for (const message of [result(1), error(1), notification, serverRequest, error()])
    assert.equal(roleOf(call, message, true), 'late');
});

test('an error without an id answers the only message of a JSON exchange, and nothing in a stream', async () => {
  for (const message of [error(), error(null)]) {
    assert.equal(roleOf(await callIn('json'), message), 'final');
    assert.equal(roleOf(await callIn('sse'), message), 'late');
  }
});

test('an answer to what expected none is late, unless it is an error about it', async () => {
  const call = await callIn('json', { message: { jsonrpc: '2.0', method: 'notifications/initialized' } });
  assert.equal(roleOf(call, result(1)), 'late');
  assert.equal(roleOf(call, error(1)), 'late');
  assert.equal(roleOf(call, error()), 'during');
});

test('a server is read as strictly as a client, and its message was perhaps acted on', async () => {
  const call = await callIn('json');
  for (const text of [
    '',
    '{"jsonrpc":"2.0"',
    '{"jsonrpc":"2.0","id":1,"result":{},"result":{}}',
    '[{"jsonrpc":"2.0","id":1,"result":{}}]',
    '{"jsonrpc":"2.0","id":1,"result":{},"error":{}}',
    '{"jsonrpc":"2.0","id":1,"Result":{},"result":{}}',
    '{"id":1,"result":{}}',
    'null',
  ]) {
    const understood = understand(heard(call, text), fakeGateway());
    assert.ok(!understood.ok, text);
    assert.ok(understood.error.code === 'upstream_invalid' && understood.error.executed === 'unknown', text);
  }
});
