import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expandCases } from '#cli/policy-test-cases.ts';
import { PolicyTestSchema } from '#cli/policy-test-schema.ts';
import type { Caller } from '#identity/caller.ts';

const CALLER: Caller = {
  issuer: 'https://i',
  namespace: 'okta',
  subject: 'a',
  kind: 'person',
  groups: [],
  client: undefined,
  scopes: [],
};

test('a table is one case for each caller and call, in the order written', () => {
  const tests = PolicyTestSchema.parse({
    version: 1,
    callers: { a: { namespace: 'okta' }, b: { namespace: 'okta' } },
    tables: [
      {
        connection: 'c',
        calls: ['tools/call:x:y', 'resources/read:file:///z', 'ping'],
        expect: { b: ['allow', 'deny', 'hold'], a: ['deny', 'deny', 'deny'] },
      },
    ],
  });
  const config = { connections: { c: {} }, levels: {}, rules: [] };
  const callers = new Map(['a', 'b'].map((name) => [name, { ...CALLER, subject: name }]));
  const cases = expandCases({ tests, callers, config });
  assert.ok(cases.ok, JSON.stringify(cases));
  const asked = cases.value.map(({ callerName, request, expect, path }) => {
    const { method, params } = JSON.parse(request) as { method: string; params: { name?: string; uri?: string } };
    return `${path.join('.')} ${callerName} ${method} ${params.name ?? params.uri ?? '-'} ${expect}`;
  });
  assert.deepEqual(asked.slice(0, 4), [
    'tables.0.expect.b.0 b tools/call x:y allow',
    'tables.0.expect.b.1 b resources/read file:///z deny',
    'tables.0.expect.b.2 b ping - hold',
    'tables.0.expect.a.0 a tools/call x:y deny',
  ]);
  assert.equal(asked.length, 6);
});
