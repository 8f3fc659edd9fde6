import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HoldState } from '#approvals/hold-state.ts';
import { openHoldState } from '#gateway/steps/open-hold-state.ts';
import { callerKey } from '#identity/caller.ts';
import { ADA, fakeGateway, GRACE_TOKEN, parsed, toolCall } from '#test/fakes/gateway.ts';
import type { FakeGateway } from '#test/fakes/gateway.ts';

const stateOf = (gateway: FakeGateway, other: Partial<HoldState> = {}): string =>
  gateway.holdStates.seal({
    approval: 'apr_1',
    caller: callerKey(ADA),
    print: 'cHJpbnQ',
    round: 1,
    expiresMs: gateway.clock() + 1_000,
    ...other,
  });
const retry = (state: string, said?: string): string => {
  const responses = said === undefined ? '' : `"inputResponses":{"gatebook_approval":{"action":"${said}"},"x":{}},`;
  return `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{ "name":"delete_note",${responses}"arguments":{"id":9007199254740993, "a":"é"},"requestState":"${state}"}}`;
};

test('what the gateway gave a client to come back with is cut from its call, and the rest stays as spelled', async () => {
  const gateway = fakeGateway();
  const opened = openHoldState(await parsed(gateway, { message: retry(stateOf(gateway), 'accept') }), gateway);
  assert.ok(opened.ok);
  const { message, body, round } = opened.value;
  assert.deepEqual([round?.approval, round?.round, round?.said], ['apr_1', 1, 'accept']);
  assert.equal(
    body.toString(),
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"delete_note","arguments":{"id":9007199254740993, "a":"é"}}}',
  );
  assert.equal(message.kind === 'request' && message.doc.bytes.equals(body), true);
});

test('an answer that is none of the three counts as none', async () => {
  const gateway = fakeGateway();
  for (const said of [undefined, 'ACCEPT', '']) {
    const opened = openHoldState(await parsed(gateway, { message: retry(stateOf(gateway), said) }), gateway);
    assert.equal(opened.ok && opened.value.round?.said, undefined);
  }
});

test('a state of another caller, or one whose time is over by a millisecond, is refused', async () => {
  const gateway = fakeGateway();
  const refused = async (body: string, token?: string) => {
    const opened = openHoldState(
      await parsed(gateway, { message: body, ...(token === undefined ? {} : { token }) }),
      gateway,
    );
    return opened.ok ? opened.value.round : `${opened.error.code} ${opened.error.reason}`;
  };
  assert.equal(await refused(retry(stateOf(gateway)), GRACE_TOKEN), 'invalid_state of_another_caller');
  assert.equal(await refused(retry(stateOf(gateway, { expiresMs: gateway.clock() }))), 'invalid_state expired');
});

test('a state that does not open is somebody else’s, and stays part of the call', async () => {
  const gateway = fakeGateway();
  const forged = `${stateOf(gateway).slice(0, -4)}AAAA`;
  const call = await parsed(gateway, { message: retry(forged) });
  assert.deepEqual(openHoldState(call, gateway), { ok: true, value: call });
  const plain = await parsed(gateway, { message: toolCall('delete_note') });
  assert.deepEqual(openHoldState(plain, gateway), { ok: true, value: plain });
});
