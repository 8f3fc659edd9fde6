import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callOf } from '#cli/explained-call.ts';
import { offlinePolicy } from '#cli/offline-policy.ts';
import { loadConfig } from '#config/load.ts';
import type { Caller } from '#identity/caller.ts';
import { LIMITS } from '#limits.ts';

const CONFIG = `version: 1
deployment: acme
issuers: { okta: { preset: okta, issuer: "https://acme.okta.com" } }
connections: { notes: { upstream: { type: stdio, command: x } } }
levels: { all: { allow: ["*"] } }
grants: [{ groups: ["okta:dev"], connections: [notes], level: all }]
rules: [{ name: no-secrets, when: 'findings.exists(f, f.type == "SECRET")', then: deny }]
`;
const CALLER: Caller = {
  issuer: 'https://acme.okta.com',
  namespace: 'okta',
  subject: 'ann',
  kind: 'person',
  groups: ['okta:dev'],
  client: undefined,
  scopes: [],
};

function judge(text: string) {
  const loaded = loadConfig({ file: '/x/gatebook.yaml', text: CONFIG, env: {}, readFile: () => '' });
  assert.ok(loaded.ok);
  const call = callOf(text, LIMITS);
  assert.ok(call.ok);
  return offlinePolicy(loaded.value).judge(CALLER, 'notes', call.value, 0);
}
const tool = (args: object): string =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'a', arguments: args } });

test('conditions see what masking finds, and what the book keeps masked is told without its value', () => {
  const judged = judge(tool({ password: 'hunter2hunter2' }));
  assert.ok(judged.ok);
  assert.deepEqual([judged.value.decision.effect, judged.value.decision.rule], ['deny', 'no-secrets']);
  assert.deepEqual(
    judged.value.masking.map(({ type, pointer }) => [type, pointer]),
    [['SECRET', '/params/arguments/password']],
  );
  assert.doesNotMatch(JSON.stringify(judged.value), /hunter2/);
  const plain = judge(tool({ note: 'hello' }));
  assert.ok(plain.ok && plain.value.decision.effect === 'allow');
});

test('what the gateway refuses before policy is a fault with its code', () => {
  assert.deepEqual(judge('{"jsonrpc":"2.0","id":1,"method":"response"}'), {
    ok: false,
    error: { code: 'invalid_request', message: 'reserved method name' },
  });
});
