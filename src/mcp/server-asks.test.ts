import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJson } from '#mcp/json.ts';
import { readMessage } from '#mcp/jsonrpc.ts';
import { serverAsks } from '#mcp/server-asks.ts';

function asked(message: object) {
  const doc = parseJson(Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message })), { depth: 64, nodes: 10_000 });
  const read = doc.ok ? readMessage(doc.value) : doc;
  assert.ok(read.ok);
  return serverAsks(read.value);
}
/** `form kind "words"…`, with `twin` behind it. */
function shape(message: object): string {
  const asks = asked(message);
  if (asks === undefined) return 'nothing';
  const words = asks.asks.map(({ kind, message: said }) => (said === undefined ? kind : `${kind} ${said.value}`));
  return [asks.form, ...words, ...(asks.hasTwin ? ['twin'] : [])].join(', ');
}
const elicit = (params: object = { message: 'Who?' }) => ({ method: 'elicitation/create', params });
const sample = { method: 'sampling/createMessage', params: { messages: [], systemPrompt: 's', message: 'm' } };

test('a request of the server is asked for by its method; a ping asks for nothing', () => {
  assert.equal(shape({ id: 1, ...elicit() }), 'request, elicitation Who?');
  assert.equal(
    shape({ id: 1, ...elicit({ mode: 'url', url: 'https://a', message: 'Go' }) }),
    'request, elicitation Go',
  );
  assert.equal(shape({ id: 1, ...sample }), 'request, sampling');
  assert.equal(shape({ id: 1, method: 'roots/list' }), 'request, roots');
  assert.equal(shape({ id: 1, method: 'tasks/get', params: { taskId: 't' } }), 'request, other');
  assert.equal(shape({ id: 1, method: 'Elicitation/Create' }), 'request, other');
  assert.equal(shape({ id: 1, method: 'ping' }), 'nothing');
});

test('input requests are found in a result, in a task, and in what tells of a task', () => {
  const inputRequests = { a: elicit(), b: sample, c: { method: 'roots/list' } };
  const all = 'inputs, elicitation Who?, sampling, roots';
  assert.equal(shape({ id: 1, result: { resultType: 'input_required', inputRequests } }), all);
  assert.equal(shape({ id: 1, result: { resultType: 'complete', inputRequests } }), all, 'whatever it says it is');
  assert.equal(shape({ id: 1, result: { task: { status: 'input_required', inputRequests } } }), all);
  assert.equal(shape({ method: 'notifications/tasks', params: { taskId: 't', inputRequests } }), all);
});

test('what nobody knows is asked for as such', () => {
  assert.equal(shape({ id: 1, result: { inputRequests: { a: { method: 'x/y' } } } }), 'inputs, other');
  assert.equal(shape({ id: 1, result: { inputRequests: { a: 'sampling' } } }), 'inputs, other');
  assert.equal(shape({ id: 1, result: { inputRequests: [elicit()] } }), 'inputs, other');
});

test('the elicitations of an error are asked for too', () => {
  const data = { elicitations: [{ mode: 'url', url: 'https://a', message: 'Sign in' }] };
  assert.equal(shape({ id: 1, error: { code: -32042, message: 'm', data } }), 'inputs, elicitation Sign in');
  assert.equal(shape({ id: 1, error: { code: -1, message: 'm', data } }), 'inputs, elicitation Sign in');
  assert.equal(shape({ id: 1, error: { code: -1, message: 'm' } }), 'nothing');
});

test('an ordinary answer or notification asks for nothing', () => {
  for (const message of [
    { id: 1, result: { content: [{ type: 'text', text: 'inputRequests' }] } },
    { id: 1, result: { resultType: 'input_required', requestState: 's' } },
    { id: 1, result: { inputRequests: {} } },
    { id: 1, result: { structuredContent: { inputRequests: { a: elicit() } } } },
    { method: 'notifications/progress', params: { progress: 1 } },
  ])
    assert.equal(shape(message), 'nothing', JSON.stringify(message));
});

test('keys in other case are told: a client that ignores case would read them', () => {
  for (const message of [
    { id: 1, result: { InputRequests: { a: elicit() } } },
    { id: 1, result: { Task: { inputRequests: { a: elicit() } } } },
    { id: 1, result: { inputRequests: { a: { Method: 'sampling/createMessage' } } } },
    { id: 1, result: { inputRequests: { a: elicit({ Message: 'x' }) } } },
    { id: 1, error: { code: -32042, message: 'm', data: { Elicitations: [] } } },
    { id: 1, ...elicit({ message: 'a', MESSAGE: 'b' }) },
  ])
    assert.match(shape(message), /twin$/, JSON.stringify(message));
});
