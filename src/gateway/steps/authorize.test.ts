import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FoundDefinition } from '#definitions/definition.ts';
import { authorize } from '#gateway/steps/authorize.ts';
import { LIMITS } from '#limits.ts';
import { createPolicy } from '#policy/policy.ts';
import type { PolicyInput } from '#policy/input.ts';
import { fakeDefinitions, foundTool } from '#test/fakes/definitions.ts';
import { ADA, fakeGateway, POLICY, requestMasked, toolCall } from '#test/fakes/gateway.ts';
import type { Ask } from '#test/fakes/gateway.ts';

async function decide(message: object) {
  const gateway = fakeGateway();
  const result = authorize(await requestMasked(gateway, { message }), gateway);
  if (result.ok) return [result.value.decision.effect, result.value.decision.reason];
  const { error } = result;
  assert.ok('decision' in error);
  return [error.code, error.reason, error.decision.rule];
}

test('what a level allows passes with its decision; what none allows is denied with the reason', async () => {
  assert.deepEqual(await decide(toolCall('get_note')), ['allow', 'permitted']);
  assert.deepEqual(await decide(toolCall('drop_table')), ['denied', 'not_permitted', undefined]);
  assert.deepEqual(await decide(toolCall('get_root')), ['denied', 'denied_by_level', undefined]);
  assert.deepEqual(await decide(toolCall('get_note', { forbidden: 1 })), ['denied', 'denied_by_rule', 'no-forbidden']);
  const read = (uri: string) => ({ jsonrpc: '2.0', id: 1, method: 'resources/read', params: { uri } });
  assert.deepEqual(await decide(read('file:///open/a')), ['allow', 'permitted']);
  assert.deepEqual(await decide(read('file:///open/%2e%2e/shut')), ['denied', 'unsafe_uri', undefined]);
});

test('a held call is no denial here, so that it can still be approved', async () => {
  assert.deepEqual(await decide(toolCall('delete_note')), ['hold', 'held_by_rule']);
});

test('a method nobody knows is denied, a notification and an answer come with any level', async () => {
  assert.deepEqual(await decide({ jsonrpc: '2.0', id: 1, method: 'x/unknown' }), [
    'denied',
    'not_permitted',
    undefined,
  ]);
  assert.deepEqual(await decide({ jsonrpc: '2.0', method: 'notifications/initialized' }), ['allow', 'implicit']);
  assert.deepEqual(await decide({ jsonrpc: '2.0', id: 1, result: {} }), ['allow', 'implicit']);
});

/** What policy is asked about a call, as a policy that looks at everything sees it. */
async function asked(ask: Ask): Promise<PolicyInput> {
  const real = fakeGateway();
  let input: PolicyInput | undefined;
  const policy = {
    ...real.policy,
    decide: (given: PolicyInput) => {
      input = { ...given, args: given.args };
      return real.policy.decide(given);
    },
  };
  const gateway = fakeGateway({ policy });
  authorize(await requestMasked(gateway, ask), gateway);
  assert.ok(input);
  return input;
}

test('conditions see the arguments as sent, big integers exactly and before any masking', async () => {
  const message =
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_note","arguments":{"password":"hunter2hunter2","n":12345678901234567890}}}';
  const input = await asked({ message });
  assert.deepEqual({ ...(input.args as object) }, { password: 'hunter2hunter2', n: 12345678901234567890n });
  assert.deepEqual(
    [input.caller, input.connection, input.method, input.name],
    [ADA, 'notes', 'tools/call', 'get_note'],
  );
  assert.deepEqual(
    input.findings.map(({ pointer }) => pointer),
    ['/params/arguments/password'],
  );
});

test('the arguments are params.arguments of a tool or prompt, otherwise all of params, never nothing', async () => {
  const argsOf = async (message: object) => JSON.stringify((await asked({ message })).args);
  assert.equal(
    await argsOf({ jsonrpc: '2.0', id: 1, method: 'prompts/get', params: { name: 'p', arguments: { a: '1' } } }),
    '{"a":"1"}',
  );
  assert.equal(await argsOf({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'get_note' } }), '{}');
  assert.equal(
    await argsOf({ jsonrpc: '2.0', id: 1, method: 'resources/read', params: { uri: 'a:b' } }),
    '{"uri":"a:b"}',
  );
  assert.equal(await argsOf({ jsonrpc: '2.0', id: 1, method: 'ping' }), '{}');
  assert.equal(await argsOf({ jsonrpc: '2.0', id: 1, result: { roots: [] } }), '{}');
});

test('a request to watch more than can be judged is denied with that reason, one that may not watch with its own', async () => {
  const listen = (resourceSubscriptions: string[]) => ({
    jsonrpc: '2.0',
    id: 1,
    method: 'subscriptions/listen',
    params: { notifications: { resourceSubscriptions } },
  });
  const deny = Array.from({ length: 500 }, (_, at) => `resources/read:file:///shut/${at}/*`);
  const made = createPolicy({
    levels: { l: { allow: ['subscriptions/listen', 'resources/read:file:///open/*'], deny } },
    grants: [{ subjects: [`${ADA.namespace}:${ADA.subject}`], connections: ['*'], level: 'l' }],
    rules: [],
    version: 'v',
    limits: LIMITS,
  });
  assert.ok(made.ok);
  const gateway = fakeGateway({ policy: made.value });
  const said = async (uris: string[]) => {
    const result = authorize(await requestMasked(gateway, { message: listen(uris) }), gateway);
    return result.ok ? 'allowed' : `${result.error.code} ${result.error.reason}`;
  };
  assert.equal(await said(['file:///open/a']), 'allowed');
  assert.equal(await said(['file:///shut/a']), 'denied subscribed_uri');
  const many = Array.from({ length: LIMITS.subscribedUris }, (_, at) => `file:///open/${at}`);
  assert.equal(await said(many), 'denied too_costly');
});

test('conditions see what was last accepted of a tool, and whether it says something else by now', async () => {
  const definitions = fakeDefinitions();
  const readOnly = { annotations: '{"readOnlyHint":true}' };
  const see = async (...found: readonly FoundDefinition[]) =>
    definitions.known.apply(await definitions.store.note({ connection: 'notes', found, atMs: 1 }));
  await see(foundTool('get_note', 'v1', readOnly));
  const policy = createPolicy({
    ...POLICY,
    rules: [
      { name: 'changed', when: 'tool.changed', effect: 'deny' },
      {
        name: 'writes',
        when: 'method == "tools/call" && !(has(tool.annotations.readOnlyHint) && tool.annotations.readOnlyHint)',
        effect: 'hold',
      },
    ],
  });
  assert.ok(policy.ok);
  const gateway = fakeGateway({ definitions, policy: policy.value });
  const said = async (name: string): Promise<unknown> => {
    // What a caller says of a tool counts for nothing.
    const message = toolCall(name, { annotations: { readOnlyHint: true }, tool: { changed: false } });
    const result = authorize(await requestMasked(gateway, { message }), gateway);
    return result.ok ? result.value.decision.effect : result.error.reason;
  };
  assert.equal(await said('get_note'), 'allow');
  assert.equal(await said('get_other'), 'hold', 'nothing is known of it');
  await see(foundTool('get_note', 'v2', { annotations: '{"readOnlyHint":false}' }));
  assert.equal(await said('get_note'), 'denied_by_rule');
});
