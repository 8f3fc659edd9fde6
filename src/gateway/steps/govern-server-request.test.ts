import assert from 'node:assert/strict';
import { test } from 'node:test';
import { governServerRequest } from '#gateway/steps/govern-server-request.ts';
import { fakeGateway, forwarded, understood } from '#test/fakes/gateway.ts';
import type { GatewayOverrides } from '#test/fakes/gateway.ts';
import { ok } from '#result.ts';
import { sseAnswer } from '#test/fakes/upstream.ts';

const ELICIT = {
  method: 'elicitation/create',
  params: { message: 'Who are you?', requestedSchema: { type: 'object' } },
};
const SAMPLE = { method: 'sampling/createMessage', params: { messages: [], systemPrompt: 'Be nice.' } };
const ROOTS = { method: 'roots/list' };
const request = (asked: object) => ({ jsonrpc: '2.0', id: 's1', ...asked });
const inputs = (inputRequests: object) => ({
  jsonrpc: '2.0',
  id: 1,
  result: { resultType: 'input_required', inputRequests },
});

/** What becomes of one message of the server: refused, kept back, or the very text that goes on. */
async function governed(message: object, overrides: GatewayOverrides = {}) {
  const gateway = fakeGateway(overrides);
  gateway.upstream.answering = () => ok(sseAnswer([]));
  const call = await forwarded(gateway);
  const result = governServerRequest(understood(gateway, call, message), gateway);
  const said = result.ok
    ? result.value.keptBack === undefined
      ? result.value.message.doc.bytes.toString()
      : `${result.value.keptBack}${result.value.isDenied === true ? ' and answered' : ''}`
    : `${result.error.code} ${result.error.reason}`;
  const counted = gateway.metrics.told.flatMap((told) => (told[0] === 'serverRequestDenied' ? [told[2]] : []));
  return { said, counted };
}
const DENY = { sampling: 'deny', elicitation: 'deny', roots: 'deny', other: 'deny' } as const;

test('what is allowed goes on as it was sent', async () => {
  for (const message of [request(ELICIT), request(SAMPLE), request(ROOTS), inputs({ a: ELICIT, b: SAMPLE })])
    assert.deepEqual(await governed(message), { said: JSON.stringify(message), counted: [] });
});

test('a request of a denied kind reaches nobody, and the gateway answers it', async () => {
  for (const [asked, kind] of [
    [ELICIT, 'elicitation'],
    [SAMPLE, 'sampling'],
    [ROOTS, 'roots'],
  ] as const) {
    const { said, counted } = await governed(request(asked), { serverRequests: { [kind]: 'deny' } });
    assert.deepEqual([said, counted], [`${kind}_denied and answered`, [kind]]);
    const others = { ...DENY, [kind]: 'allow' };
    assert.equal((await governed(request(asked), { serverRequests: others })).said, JSON.stringify(request(asked)));
  }
  const unknown = request({ method: 'vendor/ask', params: {} });
  assert.equal(
    (await governed(unknown, { serverRequests: { other: 'deny' } })).said,
    'server_request_denied and answered',
  );
});

test('a ping, a notification and an answer are not governed', async () => {
  for (const message of [
    request({ method: 'ping' }),
    { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 1, progress: 1 } },
    { jsonrpc: '2.0', id: 1, result: { content: [] } },
    { jsonrpc: '2.0', id: 1, error: { code: -32602, message: 'no' } },
  ])
    assert.equal((await governed(message, { serverRequests: DENY, showsOrigin: true })).said, JSON.stringify(message));
});

test('an answer that cannot go on without what is denied is withheld, wherever it asks for it', async () => {
  const url = { mode: 'url', elicitationId: 'e', url: 'https://a.example', message: 'Sign in' };
  for (const [message, kind] of [
    [inputs({ a: ROOTS, b: SAMPLE }), 'sampling'],
    [{ jsonrpc: '2.0', id: 1, result: { task: { inputRequests: { a: SAMPLE } } } }, 'sampling'],
    [{ jsonrpc: '2.0', id: 1, error: { code: -32042, message: 'm', data: { elicitations: [url] } } }, 'elicitation'],
    [inputs({ a: ROOTS }), 'roots'],
  ] as const) {
    const { said, counted } = await governed(message, { serverRequests: { [kind]: 'deny' } });
    assert.deepEqual([said, counted], [`denied ${kind}_denied`, [kind]]);
  }
  assert.equal(
    (await governed(inputs([SAMPLE]), { serverRequests: { other: 'deny' } })).said,
    'denied server_request_denied',
  );
});

test('news of a task that asks for what is denied is kept back', async () => {
  const news = { jsonrpc: '2.0', method: 'notifications/tasks', params: { taskId: 't', inputRequests: { a: SAMPLE } } };
  assert.equal((await governed(news, { serverRequests: { sampling: 'deny' } })).said, 'sampling_denied');
});

test('keys in other case do not pass where anything is governed: a client that ignores case would read them', async () => {
  const twin = { jsonrpc: '2.0', id: 1, result: { InputRequests: { a: SAMPLE } } };
  const invalid = 'upstream_invalid server_request_case_twin';
  assert.equal((await governed(twin, { serverRequests: { roots: 'deny' } })).said, invalid);
  assert.equal((await governed(twin, { showsOrigin: true })).said, invalid);
  assert.equal((await governed(twin)).said, JSON.stringify(twin));
});

test('where wanted, an elicitation begins with the name of its connection and is else as it was, to the byte', async () => {
  const text =
    '{ "jsonrpc":"2.0","id":1e0, "method":"elicitation/create","params":{ "message":"\\u0057ho?", "n":1.0 } }';
  const gateway = fakeGateway({ showsOrigin: true });
  gateway.upstream.answering = () => ok(sseAnswer([]));
  const result = governServerRequest(understood(gateway, await forwarded(gateway), text), gateway);
  assert.ok(result.ok);
  assert.equal(result.value.message.doc.bytes.toString(), text.replace('"\\u0057ho?"', '"[notes] \\u0057ho?"'));

  const shown = async (message: object) => (await governed(message, { showsOrigin: true })).said;
  const url = { mode: 'url', elicitationId: 'e', url: 'https://a.example', message: 'Sign in' };
  assert.match(await shown(request({ ...ELICIT, params: url })), /"\[notes\] Sign in"/);
  assert.match(
    await shown({ jsonrpc: '2.0', id: 1, error: { code: -32042, message: 'm', data: { elicitations: [url] } } }),
    /"\[notes\] Sign in"/,
  );
  assert.match(await shown(inputs({ a: ELICIT, b: SAMPLE })), /"\[notes\] Who are you\?".*"Be nice\."/);
  assert.equal(
    await shown(request(SAMPLE)),
    JSON.stringify(request(SAMPLE)),
    'a model is told nothing that its server did not say',
  );
  const wordless = request({ method: 'elicitation/create', params: {} });
  assert.equal(await shown(wordless), JSON.stringify(wordless));
});

test('what comes too late is left as late', async () => {
  const gateway = fakeGateway({ serverRequests: DENY });
  const call = await forwarded(gateway);
  const late = governServerRequest(understood(gateway, call, request(SAMPLE), true), gateway);
  assert.ok(late.ok);
  assert.deepEqual([late.value.role, late.value.keptBack], ['late', undefined]);
});
