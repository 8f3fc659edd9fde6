import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TracedMessage, Tracing } from '#gateway/tracing.ts';
import { parse } from '#gateway/steps/parse.ts';
import { ADA_TOKEN, bodyRead, fakeGateway, toolCall } from '#test/fakes/gateway.ts';
import type { Ask } from '#test/fakes/gateway.ts';

const PARENT = '00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01';

async function begun(ask: Ask): Promise<readonly TracedMessage[]> {
  const messages: TracedMessage[] = [];
  const tracing: Tracing = {
    begin(message) {
      messages.push(message);
      throw new Error('seen');
    },
  };
  const gateway = fakeGateway({ tracing });
  const call = await bodyRead(gateway, ask);
  try {
    parse(call, gateway);
  } catch (error) {
    assert.match(String(error), /seen/);
  }
  return messages;
}

test('a call is traced by what it calls, with the contexts that came with it', async () => {
  const message = toolCall();
  const meta = { ...message, params: { ...message.params, _meta: { traceparent: PARENT } } };
  const [first] = await begun({ message: meta, headers: { TraceParent: PARENT, baggage: 'a=b' } });
  assert.deepEqual(first && { ...first, call: '', startedMs: 0 }, {
    call: '',
    connection: 'notes',
    method: 'tools/call',
    tool: 'get_note',
    prompt: '',
    protocol: '',
    startedMs: 0,
    meta: { traceparent: PARENT },
    headers: { traceparent: PARENT, baggage: 'a=b' },
  });
});

test('the name of a tool or prompt is shown, a resource is not', async () => {
  const named = async (method: string, params: object) => {
    const [message] = await begun({ message: { jsonrpc: '2.0', id: 1, method, params } });
    return [message?.tool, message?.prompt];
  };
  assert.deepEqual(await named('prompts/get', { name: 'greet' }), ['', 'greet']);
  assert.deepEqual(await named('resources/read', { uri: 'file:///home/ada' }), ['', '']);
});

test('a token in the place of a name, an odd name and an invented method are not shown', async () => {
  for (const name of [`get_${ADA_TOKEN}`, 'ada@example.com', 'x'.repeat(200)])
    assert.equal((await begun({ message: toolCall(name) }))[0]?.tool, '', name);
  const [odd] = await begun({ message: { jsonrpc: '2.0', id: 1, method: `m/${ADA_TOKEN}` } });
  assert.equal(odd?.method, '_OTHER');
});

test('what cannot be read, and the answer of a client, has no trace', async () => {
  assert.deepEqual(await begun({ message: '{"jsonrpc":' }), []);
  assert.deepEqual(await begun({ message: { jsonrpc: '2.0', id: 1, result: {} } }), []);
});
