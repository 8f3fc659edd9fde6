import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callOf, callerOf } from '#cli/explained-call.ts';

const OKTA = {
  issuers: { okta: { preset: 'okta' as const, issuer: 'https://acme.okta.com', audiences: [], groupsClaim: 'groups' } },
};

test('a caller is told by issuer or by namespace, and both must agree when both are given', () => {
  for (const who of [{ issuer: 'https://acme.okta.com' }, { namespace: 'okta' }]) {
    const caller = callerOf(JSON.stringify({ ...who, subject: 'a' }), OKTA);
    assert.ok(caller.ok);
    assert.deepEqual(caller.value, {
      issuer: 'https://acme.okta.com',
      namespace: 'okta',
      subject: 'a',
      kind: 'person',
      groups: [],
      client: undefined,
      scopes: [],
    });
  }
  assert.ok(!callerOf('{"issuer":"https://other","namespace":"okta","subject":"a"}', OKTA).ok);
  assert.ok(!callerOf('{"subject":"a"}', OKTA).ok);
  assert.ok(!callerOf('nonsense', OKTA).ok);
});

test('the arguments of a call are read with their exact integers', () => {
  const call = callOf(
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":{"n":9007199254740993}}}',
  );
  assert.ok(call.ok);
  assert.deepEqual(
    [call.value.method, call.value.name, Reflect.get(Object(call.value.args), 'n')],
    ['tools/call', 'a', 9007199254740993n],
  );
  assert.ok(!callOf('{"jsonrpc":"2.0","id":1,"result":{}}').ok);
});
