import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printsOf } from '#gateway/call-prints.ts';
import type { Authorized } from '#gateway/call.ts';
import { fakeDefinitions, foundTool } from '#test/fakes/definitions.ts';
import { authorized, fakeGateway, toolCall } from '#test/fakes/gateway.ts';
import type { FakeGateway } from '#test/fakes/gateway.ts';

const message = toolCall('get_note', { id: 7 });
function print(call: Authorized, gateway: FakeGateway): string {
  assert.ok(call.message.kind === 'request');
  return printsOf(call, call.message, gateway).fingerprint.toString('hex');
}

test('what masking changes on the way up counts as it goes up', async () => {
  const gateway = fakeGateway();
  const call = await authorized(gateway, { message });
  const send = Buffer.from(call.masked.send.toString().replace('"id":7', '"id":8'));
  assert.notEqual(send.toString(), call.masked.send.toString());
  const other = await authorized(gateway, { message: toolCall('get_note', { id: 8 }) });
  assert.equal(print({ ...call, masked: { ...call.masked, send } }, gateway), print(other, gateway));
  assert.notEqual(print(call, gateway), print(other, gateway));
});

test('another definition of the tool makes it another call', async () => {
  const definitions = fakeDefinitions();
  const gateway = fakeGateway({ definitions });
  const call = await authorized(gateway, { message });
  const seen = async (text: string): Promise<string> => {
    const found = [foundTool('get_note', text)];
    definitions.known.apply(await definitions.store.note({ connection: 'notes', found, atMs: 1 }));
    return print(call, gateway);
  };
  const first = print(call, gateway);
  assert.equal(await seen('a'), first, 'that it was seen at all is no change of it');
  const prints = [first, await seen('b'), await seen('c')];
  assert.equal(new Set(prints).size, 3);
});

test('answers to questions of the server go up with a call only where they were agreed to, or go on with just that', async () => {
  const gateway = fakeGateway();
  const plain = await authorized(gateway, { message });
  const params = { ...message.params, requestState: 'never seen', inputResponses: { which: 'all of them' } };
  const swapped = await authorized(gateway, { message: { ...message, params } });
  assert.notEqual(print(swapped, gateway), print(plain, gateway));
  const made = { call: 'c', method: 'tools/call', name: 'get_note' };
  const by = { id: 'apr_1' };
  const printed = (approval: object): string => {
    const call = { ...swapped, follows: [{ ...made, ...approval }] };
    assert.ok(call.message.kind === 'request');
    return printsOf(call, call.message, gateway, by).fingerprint.toString('hex');
  };
  assert.equal(printed({ approval: 'apr_1' }), print(plain, gateway));
  assert.equal(printed({ approval: 'apr_2' }), print(swapped, gateway), 'a state of what went up by another yes');
  assert.equal(printed({}), print(swapped, gateway), 'a state of a call that nobody agreed to');
});
