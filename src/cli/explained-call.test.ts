import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callOf, callerOf } from '#cli/explained-call.ts';
import { LIMITS } from '#limits.ts';

const OKTA = {
  publicUrl: 'https://mcp.example.com',
  config: {
    issuers: {
      okta: { preset: 'okta' as const, issuer: 'https://acme.okta.com', audiences: [], groupsClaim: 'groups' },
    },
    serviceAccounts: { deployer: { owner: 'okta:ann', purpose: 'deploys', connections: ['*'] } },
  },
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

test('a call is read as the gateway reads it, with the code it would refuse it by', () => {
  const read = (text: string): string => {
    const call = callOf(text, LIMITS);
    if (!call.ok) return call.error.code;
    return call.value.kind === 'request' ? call.value.name : call.value.kind;
  };
  assert.equal(read('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"n\\u0061me":"a"}}'), 'a');
  assert.equal(read('{"jsonrpc":"2.0","method":"notifications/initialized"}'), 'notification');
  assert.equal(read('{"jsonrpc":"2.0","id":1,"result":{}}'), 'response');
  assert.equal(read('{"jsonrpc":"2.0","id":1,"method":"ping","method":"ping"}'), 'duplicate_key');
  assert.equal(read('[]'), 'batch');
  assert.equal(read('{'), 'parse_error');
  assert.equal(read('['.repeat(100)), 'too_deep');
  assert.equal(read('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":""}}'), 'invalid_request');
});

test('a service account of the gateway is told by its namespace or by the gateway as its issuer, and may show a key', () => {
  for (const who of [{ namespace: 'gatebook' }, { issuer: 'https://mcp.example.com' }]) {
    const caller = callerOf(JSON.stringify({ ...who, subject: 'deployer', key: { level: 'read' } }), OKTA);
    assert.ok(caller.ok);
    assert.equal(caller.value.client, 'gatebook:deployer');
    assert.deepEqual(caller.value.key, { id: 'asked', connections: ['*'], level: 'read' });
  }
  assert.ok(!callerOf('{"namespace":"gatebook","subject":"gone"}', OKTA).ok);
  assert.ok(!callerOf('{"namespace":"gatebook","issuer":"https://acme.okta.com","subject":"deployer"}', OKTA).ok);
  assert.ok(!callerOf('{"namespace":"okta","subject":"ann","key":{}}', OKTA).ok);
});
